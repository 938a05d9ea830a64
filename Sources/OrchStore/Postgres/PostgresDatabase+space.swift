import OrchModel
import Postgres

extension PostgresDatabase {
    /// The tables that retention removes from.
    private static let tables = ["log_segment", "run_state", "task_run", "attempt", "flow_run", "task_result"]

    /// Unlinks the days of logs that have become empty, has the server make room for new rows where old ones were, and cut
    /// off what is free at a table's end. The latter runs beside all others; the server's own vacuum would do it later.
    func giveBackSpace() async throws -> SpaceReturn {
        do {
            let before = try await pool.withConnection { try await Self.size($0) }
            _ = try await write { try $0.dropEmptyLogDays(before: Timestamp.now().day) }
            return try await pool.withConnection { connection in
                try await connection.query("VACUUM \(Self.tables.joined(separator: ", "))")
                return SpaceReturn(bytes: max(0, before - (try await Self.size(connection))), hasMore: false)
            }
        } catch let error as PostgresError {
            throw Self.storeError(error, address)
        }
    }

    /// Bytes of the tables, partitions among them.
    private static func size(_ connection: PostgresConnection) async throws -> Int64 {
        let names = tables.map { "'\($0)'::regclass" }.joined(separator: ", ")
        let size = """
            SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
            WHERE oid IN (\(names)) OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'log_segment'::regclass)
            """
        return try await connection.query(size).firstValue.flatMap { Int64($0) } ?? 0
    }
}
