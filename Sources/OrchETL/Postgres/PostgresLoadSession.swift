import Postgres

/// The steps of one load, on one connection.
struct PostgresLoadSession {
    let connection: PostgresConnection
    let table: PostgresTable

    /// Temporary: no other session sees it, and it is gone with the connection, however that ends.
    private static let staging = "pg_temp.orch_staging"

    /// Makes the table if it is missing; else makes sure that it has our columns.
    /// - Throws: `ETLError.tableShape`, `ETLError.notATable`.
    func prepareTable() async throws {
        try await connection.transaction {
            // Two loads at once would both find the table missing.
            try await lock()
            guard let existing = try await existingColumns() else {
                for statement in table.creation { try await connection.query(statement) }
                return
            }
            let differences = table.differences(from: existing)
            guard differences.isEmpty else {
                throw ETLError.tableShape(table: table.shownName, differences: differences)
            }
        }
    }

    /// Copies the file into the staging table. Answers the number of rows.
    func stage(_ feed: CopyFeed) async throws -> Int {
        try await connection.query("CREATE TEMPORARY TABLE orch_staging (\(table.columnDefinitions))")
        do {
            return try await connection.copyIn("COPY \(Self.staging) FROM STDIN (FORMAT binary)") {
                try await feed.next()
            }
        } catch PostgresError.copySource(let error) {
            // What is wrong is the file, not the database.
            throw error
        }
    }

    /// Puts the staged rows in the place of the month's, in one transaction.
    func replace(month: FileMonth) async throws -> (replaced: Int, inserted: Int) {
        try await connection.transaction {
            try await lock()
            let replaced = try await connection.query(
                "DELETE FROM \(table.quotedName) WHERE file_month = $1::date", [month.firstDay]
            )
            let inserted = try await connection.query(
                "INSERT INTO \(table.quotedName) (\(table.columnList)) SELECT \(table.columnList) FROM \(Self.staging)"
            )
            return (replaced.affectedRows, inserted.affectedRows)
        }
    }

    /// Waits for other loads into the same table; the lock ends with the transaction.
    private func lock() async throws {
        try await connection.query(
            "SELECT pg_advisory_xact_lock(hashtextextended('orch load ' || current_database() || ' ' || $1, 0))",
            [table.quotedName]
        )
    }

    /// The columns of the table that is there, or nil.
    private func existingColumns() async throws -> [(name: String, type: String)]? {
        let relation = try await connection.query(
            "SELECT oid, relkind FROM pg_class WHERE oid = to_regclass($1)", [table.quotedName]
        )
        guard let row = relation.rows.first else { return nil }
        guard let kind = row[1], ["r", "p"].contains(kind) else { throw ETLError.notATable(table.shownName) }
        let columns = try await connection.query(
            """
            SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
            WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """,
            [row[0]]
        )
        return columns.rows.map { ($0[0] ?? "", $0[1] ?? "") }
    }
}
