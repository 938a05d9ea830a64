import GoogleCloud

/// The table `orch_loads` of a dataset: what was loaded into its tables, one row for each load, added in the same
/// transaction as the rows. Building its SQL is all this does.
struct BigQueryLedger: Sendable {
    /// The name of the table.
    static let name = "orch_loads"

    /// Its columns.
    static let fields = [
        BigQueryField("table_name", .string), BigQueryField("file_month", .date),
        BigQueryField("source_sha256", .string), BigQueryField("run", .string), BigQueryField("mode", .string),
        BigQueryField("row_count", .int64), BigQueryField("loaded_at", .timestamp),
    ]

    /// Which load is meant: table, month and source.
    struct Entry: Sendable {
        let table: String
        let month: FileMonth
        let source: String
        let run: String
    }

    /// What the ledger holds of a table's month.
    struct State: Sendable, Equatable {
        /// When the month began to be what it is: the last replacement, in microseconds since 1970; 0 for never.
        var since: Int64 = 0
        /// The load of the same source since then, where there is one.
        var earlier: Earlier?
    }

    /// A load that was made before.
    struct Earlier: Sendable, Equatable {
        var run: String
        var rows: String
        /// Microseconds since 1970.
        var at: Int64
    }

    let project: String
    let dataset: String

    /// The loads of a table's month since the table was made, newest first.
    /// - Parameter created: when the table was made, in milliseconds since 1970: what was loaded into an older table of
    ///   the name went with it.
    func history(of entry: Entry, created: Int64) -> String {
        """
        SELECT source_sha256, run, mode, row_count, UNIX_MICROS(loaded_at) AS at FROM \(quoted) \
        WHERE \(matches(entry, since: created * 1000)) ORDER BY loaded_at DESC
        """
    }

    /// What a history says of a source.
    static func state(_ history: BigQueryResult, source: String) -> State {
        var state = State()
        for row in history.rows {
            let at = row["at"].flatMap { Int64($0) } ?? 0
            if state.earlier == nil, row["source_sha256"] == source {
                state.earlier = Earlier(run: row["run"] ?? "", rows: row["row_count"] ?? "", at: at)
            }
            guard row["mode"] != WriteMode.replaceMonth.rawValue else {
                state.since = at
                break
            }
        }
        return state
    }

    /// Whether the source is among the loads since a moment, in microseconds since 1970.
    func holds(_ entry: Entry, since: Int64) -> String {
        "EXISTS (SELECT 1 FROM \(quoted) WHERE \(matches(entry, since: since)) "
            + "AND source_sha256 = \(BigQuerySQL.text(entry.source)))"
    }

    /// Writes a load down.
    func insertion(of entry: Entry, mode: WriteMode, staging: String) -> String {
        """
        INSERT INTO \(quoted) (table_name, file_month, source_sha256, run, mode, row_count, loaded_at) \
        SELECT \(BigQuerySQL.text(entry.table)), \(BigQuerySQL.date(entry.month)), \(BigQuerySQL.text(entry.source)), \
        \(BigQuerySQL.text(entry.run)), \(BigQuerySQL.text(mode.rawValue)), COUNT(*), CURRENT_TIMESTAMP() \
        FROM \(BigQuerySQL.name(project, dataset, staging));
        """
    }

    private var quoted: String { BigQuerySQL.name(project, dataset, Self.name) }

    private func matches(_ entry: Entry, since: Int64) -> String {
        "table_name = \(BigQuerySQL.text(entry.table)) AND file_month = \(BigQuerySQL.date(entry.month)) "
            + "AND loaded_at >= TIMESTAMP_MICROS(\(since))"
    }
}
