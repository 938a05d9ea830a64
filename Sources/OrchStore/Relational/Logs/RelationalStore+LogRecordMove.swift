import OrchModel

extension RelationalStore {
    /// Moves lines that an older orch kept, one a row, into segments; safe to break off and to repeat.
    func moveLogRecords() async throws {
        while try await write({ try Self.moveSomeLogRecords($0) }) {}
    }

    /// Moves up to 10,000 lines of one attempt; false where none are left.
    private static func moveSomeLogRecords(_ db: any SQLSession) throws -> Bool {
        guard
            let oldest = try db.row(
                "SELECT run, attempt FROM log_record WHERE position = (SELECT MIN(position) FROM log_record)")
        else { return false }
        var reader = RowReader(oldest, table: "log_record")
        let number: Int64 = try reader.next()
        let attempt: Int = try reader.next()
        let found = try db.row(
            "SELECT \(RunRow.columns) FROM flow_run WHERE number = ? \(db.dialect.forUpdate)", [number])
        guard let found else { return true }
        let rows = try db.rows(
            """
            SELECT position, source, sequence, at, level, message, logger, task_run_id, child_run_id
            FROM log_record WHERE run = ? AND attempt = ? ORDER BY position LIMIT 10000
            """,
            [number, attempt])
        var last: Int64 = 0
        let records = try rows.map { row in
            var reader = RowReader(row, table: "log_record")
            last = try reader.next()
            return LogRecord(
                attempt: attempt, source: try reader.word(), sequence: try reader.next(), at: try reader.time(),
                level: try reader.word(), message: String(decoding: try reader.optional() ?? [], as: UTF8.self),
                logger: try reader.optional(), taskRunID: try reader.optionalIdentifier(),
                childRunID: try reader.optionalIdentifier())
        }
        // Whatever their size: what was kept once is not dropped for a limit that came later.
        var log = try LogAppender(try RunRow(found), attempt: attempt, limit: .max, db)
        try log.append(records)
        try log.close()
        try db.run(
            "DELETE FROM log_record WHERE run = ? AND attempt = ? AND position <= ?", [number, attempt, last])
        return true
    }
}
