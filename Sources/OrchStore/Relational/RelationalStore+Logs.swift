package import OrchModel

extension RelationalStore {
    package func logs(of run: Identifier, matching query: LogQuery) async throws -> LogPage {
        try await read { db in
            guard let row = try RunRow.find(run, db) else { return LogPage(records: [], next: nil) }
            if try RemovedLog.isRemoved(row, db) {
                let notice = try RemovedLog.notice(of: row, after: query.isTail ? 0 : query.after, db)
                return LogPage(records: notice.map { [$0] } ?? [], next: nil)
            }
            let (records, hasMore) = try Self.records(of: row, query, db)
            return LogPage(records: records, next: hasMore && !query.isTail ? records.last?.position : nil)
        }
    }

    package func news(of run: Identifier, since cursor: RunCursor, limit: Int) async throws -> RunNews? {
        try await read { db in
            guard let row = try RunRow.find(run, db) else { return nil }
            let (states, lastState) = try Self.states(of: row.number, after: cursor.state, db)
            if try RemovedLog.isRemoved(row, db) {
                let notice = try RemovedLog.notice(of: row, after: cursor.log, db)
                return RunNews(
                    run: row.run, states: states, records: notice.map { [$0] } ?? [],
                    cursor: RunCursor(state: lastState, log: max(cursor.log, notice?.position ?? 0)), hasMore: false)
            }
            let (records, hasMore) = try Self.records(of: row, LogQuery(after: cursor.log, limit: limit), db)
            let next = RunCursor(state: lastState, log: records.last?.position ?? cursor.log)
            return RunNews(run: row.run, states: states, records: records, cursor: next, hasMore: hasMore)
        }
    }

    /// Lines of a run; a child run's own lines lie in the log of the run it is part of.
    private static func records(
        of row: RunRow, _ query: LogQuery, _ db: any SQLSession
    ) throws -> (records: [LogRecord], hasMore: Bool) {
        var conditions = ["run = ?", "position > ?"]
        var arguments: SQLArguments = [row.root ?? row.number, query.after]
        func narrow(_ condition: String, _ value: (any SQLBindable)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += SQLArguments([value.sqlValue])
        }
        narrow("level >= ?", query.level?.rawValue)
        narrow("at >= ?", query.since?.microseconds)
        narrow(db.dialect.messageHolds, query.containing.map { Array($0.utf8) })
        narrow("child_run_id = ?", row.root == nil ? nil : "\(row.run.id)")
        var rows = try db.rows(
            """
            SELECT position, attempt, source, sequence, at, level, message, logger, task_run_id, child_run_id
            FROM log_record WHERE \(conditions.joined(separator: " AND "))
            ORDER BY position \(query.isTail ? "DESC" : "") LIMIT ?
            """,
            arguments + [query.limit + 1])
        let hasMore = rows.count > query.limit
        if hasMore { rows.removeLast() }
        if query.isTail { rows.reverse() }
        let records = try rows.map { row in
            var reader = RowReader(row, table: "log_record")
            return LogRecord(
                position: try reader.next(), attempt: try reader.next(), source: try reader.word(),
                sequence: try reader.next(),
                at: try reader.time(), level: try reader.word(),
                message: String(decoding: try reader.optional() ?? [], as: UTF8.self), logger: try reader.optional(),
                taskRunID: try reader.optionalIdentifier(), childRunID: try reader.optionalIdentifier())
        }
        return (records, hasMore)
    }

    /// Adds lines that are not known yet; `run` is the number of the container's own run.
    static func insert(_ records: [LogRecord], of run: Int64, attempt: Int, _ db: any SQLSession) throws {
        guard !records.isEmpty else { return }
        for record in records {
            try db.run(
                """
                INSERT INTO log_record (run, attempt, source, sequence, at, level, message, logger, task_run_id,
                    child_run_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (run, attempt, source, sequence) DO NOTHING
                """,
                [
                    run, attempt, record.source.rawValue, record.sequence, record.at.microseconds,
                    record.level.rawValue, Array(record.message.utf8), record.logger, record.taskRunID?.description,
                    record.childRunID?.description,
                ])
        }
    }

    /// Adds a remark of the controller itself. Its sequence counts down from -1, so that it never meets an agent's.
    static func remark(
        _ message: String, level: LogRecord.Level, on row: RunRow, at: Timestamp, _ db: any SQLSession
    ) throws {
        let lowest = try db.row(
            """
            SELECT sequence FROM log_record WHERE run = ? AND attempt = ? AND source = 'orch' AND sequence < 0
            ORDER BY sequence LIMIT 1
            """,
            [row.number, row.run.attempt])
        var sequence: Int64 = 0
        if let lowest {
            var reader = RowReader(lowest, table: "log_record")
            sequence = try reader.next()
        }
        let record = LogRecord(
            attempt: row.run.attempt, source: .orch, sequence: sequence - 1, at: at, level: level, message: message,
            logger: "server")
        try insert([record], of: row.number, attempt: row.run.attempt, db)
    }
}
