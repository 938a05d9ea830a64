import Postgres

extension PostgresDatabase {
    /// The tables that retention removes from.
    private static let tables = ["log_record", "run_state", "task_run", "attempt", "flow_run"]

    /// Has the server make room for new rows where old ones were, and cut off what is free at a table's end. Runs beside
    /// all others; the server's own vacuum would do it later.
    func giveBackSpace() async throws -> SpaceReturn {
        do {
            return try await pool.withConnection { connection in
                let before = try await Self.size(connection)
                try await connection.query("VACUUM \(Self.tables.joined(separator: ", "))")
                return SpaceReturn(bytes: max(0, before - (try await Self.size(connection))), hasMore: false)
            }
        } catch let error as PostgresError {
            throw Self.storeError(error, address)
        }
    }

    private static func size(_ connection: PostgresConnection) async throws -> Int64 {
        let sizes = tables.map { "pg_total_relation_size('\($0)')" }.joined(separator: " + ")
        return try await connection.query("SELECT \(sizes)").firstValue.flatMap { Int64($0) } ?? 0
    }
}
