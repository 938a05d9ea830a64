import Postgres

/// The table `orch_loads`, beside the tables that are loaded: one row for each load, written in the load's transaction.
struct PostgresLedger {
    let connection: PostgresConnection
    /// The table that is loaded.
    let table: PostgresName
    let month: FileMonth
    let locks: PostgresLocks

    private var name: PostgresName { table.sibling("orch_loads") }

    /// A load of the same source that still counts.
    struct Earlier: Sendable, Equatable {
        let run: String?
        let rows: String
        let at: String

        /// Why nothing is appended.
        func notice(_ shown: String) -> String {
            "Nothing was appended to \(shown): run \(run ?? "(unnamed)") loaded the same file, \(rows) rows, at \(at)."
        }
    }

    /// The load of a source since the month was last replaced, where there is one.
    func earlier(source: String) async throws -> Earlier? {
        guard try await PostgresCatalog(connection: connection).exists(name) else { return nil }
        let found = try await connection.query(
            """
            SELECT run, row_count, to_char(loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
            FROM \(name.sql) l WHERE table_name = $1 AND file_month = $2::date AND source_sha256 = $3
                AND NOT EXISTS (SELECT FROM \(name.sql) r WHERE r.table_name = l.table_name
                    AND r.file_month = l.file_month AND r.id > l.id AND r.mode = $4)
            ORDER BY id DESC LIMIT 1
            """, [table.name, month.firstDay, source, WriteMode.replaceMonth.rawValue])
        return found.rows.first.map { Earlier(run: $0[0], rows: $0[1] ?? "", at: $0[2] ?? "") }
    }

    /// Writes a load down. Where the table is missing it is made.
    func record(source: String, run: String?, mode: WriteMode, rows: Int) async throws {
        guard try await makeSure(for: mode) else { return }
        try await connection.query(
            """
            INSERT INTO \(name.sql) (table_name, file_month, source_sha256, run, mode, row_count)
            VALUES ($1, $2::date, $3, $4, $5, $6::bigint)
            """, [table.name, month.firstDay, source, run, mode.rawValue, String(rows)])
    }

    /// Answers false where a replacement does without: what it does needs no ledger, and nobody can append without one.
    private func makeSure(for mode: WriteMode) async throws -> Bool {
        if try await PostgresCatalog(connection: connection).exists(name) { return true }
        if mode == .replaceMonth {
            let mayCreate = try await connection.query(
                "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1", [name.schema])
            guard mayCreate.firstValue == "t" else { return false }
        }
        try await locks.shape(of: name, shownAs: name.name)
        try await connection.query(
            """
            CREATE TABLE IF NOT EXISTS \(name.sql) (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, table_name text NOT NULL,
                file_month date NOT NULL, source_sha256 text NOT NULL, run text, mode text NOT NULL,
                row_count bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT clock_timestamp())
            """)
        return true
    }
}
