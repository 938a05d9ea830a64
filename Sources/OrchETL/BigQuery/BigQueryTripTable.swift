import GoogleCloud
import TableFormats

/// A table of trips in BigQuery: its columns and the SQL that adds a month. Building them is all it does.
struct BigQueryTripTable: Sendable {
    let project: String
    let dataset: String
    let name: String
    /// The columns of the data; a table that is there may have more.
    let fields: [BigQueryField]

    init(project: String, dataset: String, name: String, _ schema: TableSchema) {
        self.project = project
        self.dataset = dataset
        self.name = name
        fields = schema.columns.map { BigQueryField($0.name, Self.kind($0.type)) }
    }

    /// `project.dataset.table`, for people.
    var shownName: String { "\(project).\(dataset).\(name)" }

    /// What the names of all tables of rows that do not count yet start with; a month's are told apart, so that loads of
    /// other months are left alone.
    func stagingPrefix(of month: FileMonth? = nil) -> String {
        "\(name)__staging_" + (month.map { "\($0.firstDay.filter { $0 != "-" }.prefix(6))_" } ?? "")
    }

    /// The name of a table for the rows of one load, before they count.
    func staging(_ suffix: String, of month: FileMonth) -> String { stagingPrefix(of: month) + suffix }

    /// Puts the staged rows in the place of those of a month, and writes it down; other sessions see all of it or
    /// nothing.
    /// https://cloud.google.com/bigquery/docs/transactions
    func replacement(of entry: BigQueryLedger.Entry, from staging: String) -> String {
        """
        BEGIN TRANSACTION;
        DELETE FROM \(quoted(name)) WHERE file_month = \(BigQuerySQL.date(entry.month));
        \(insertion(from: staging))
        \(ledger.insertion(of: entry, mode: .replaceMonth, staging: staging))
        COMMIT TRANSACTION;
        """
    }

    /// Adds the staged rows and writes it down, unless the source was added since a moment, in microseconds since 1970.
    func addition(of entry: BigQueryLedger.Entry, since: Int64, from staging: String) -> String {
        """
        BEGIN TRANSACTION;
        IF NOT \(ledger.holds(entry, since: since)) THEN
        \(insertion(from: staging))
        \(ledger.insertion(of: entry, mode: .append, staging: staging))
        END IF;
        COMMIT TRANSACTION;
        """
    }

    /// How many rows a staging table has, as `row_count`, and how many of them are of a month, as `month_count`.
    func census(of staging: String, month: FileMonth) -> String {
        "SELECT COUNT(*) AS row_count, COUNTIF(file_month = \(BigQuerySQL.date(month))) AS month_count "
            + "FROM \(quoted(staging))"
    }

    /// How many rows a month has, as `row_count`.
    func count(of month: FileMonth) -> String {
        "SELECT COUNT(*) AS row_count FROM \(quoted(name)) WHERE file_month = \(BigQuerySQL.date(month))"
    }

    /// Adds a column, which is NULL in the rows that are there.
    func widening(by field: BigQueryField) -> String {
        "ALTER TABLE \(quoted(name)) ADD COLUMN IF NOT EXISTS `\(field.name)` \(field.type.rawValue)"
    }

    /// The columns of the data that a table lacks.
    func additions(to existing: [BigQueryField]) -> [BigQueryField] {
        fields.filter { field in !existing.contains { Self.isSame($0, field) } }
    }

    /// Why the data does not fit into a table that is there, in sentences; none where it fits, be it after a widening.
    ///
    /// A column that the data lacks becomes NULL. One that the table lacks can be added, but for `file_month`: a table
    /// without it is none of ours.
    func differences(from existing: [BigQueryField]) -> [String] {
        var differences: [String] = []
        for field in fields {
            guard let found = existing.first(where: { Self.isSame($0, field) }) else {
                if field.name == TaxiDataset.fileMonth.name {
                    differences.append("column \(field.name) (\(field.type.rawValue)) is missing")
                }
                continue
            }
            if found.type != field.type || found.mode == .repeated {
                let type = found.mode == .repeated ? "ARRAY<\(found.type.rawValue)>" : found.type.rawValue
                differences.append("column \(field.name) is \(type) instead of \(field.type.rawValue)")
            }
        }
        for found in existing where found.mode == .required && !fields.contains(where: { Self.isSame($0, found) }) {
            differences.append("column \(found.name) (\(found.type.rawValue)) is REQUIRED, and not in the data")
        }
        return differences
    }

    var ledger: BigQueryLedger { BigQueryLedger(project: project, dataset: dataset) }

    private func insertion(from staging: String) -> String {
        let columns = fields.map { "`\($0.name)`" }.joined(separator: ", ")
        return "INSERT INTO \(quoted(name)) (\(columns)) SELECT \(columns) FROM \(quoted(staging));"
    }

    private func quoted(_ table: String) -> String { BigQuerySQL.name(project, dataset, table) }

    /// Names of columns differ by more than case.
    private static func isSame(_ one: BigQueryField, _ other: BigQueryField) -> Bool {
        one.name.lowercased() == other.name.lowercased()
    }

    private static func kind(_ type: ColumnType) -> BigQueryField.Kind {
        switch type {
        case .int64, .int32: .int64
        case .double: .float64
        case .text: .string
        // A wall clock's time: BigQuery's TIMESTAMP would be an instant.
        case .timestamp: .datetime
        case .date: .date
        case .bool: .bool
        }
    }
}
