package import OrchModel

extension RelationalStore {
    package func logs(of run: Identifier, matching query: LogQuery) async throws -> LogPage {
        try await read { db in
            guard let row = try RunRow.find(run, db) else { return LogPage(records: [], next: nil) }
            if try RemovedLog.isRemoved(row, db) {
                let notice = try RemovedLog.notice(of: row, after: query.isTail ? 0 : query.after, db)
                return LogPage(records: notice.map { [$0] } ?? [], next: nil)
            }
            let page = try Self.page(of: row, query, db)
            return LogPage(records: page.records, next: page.hasMore ? page.end : nil)
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
            let page = try Self.page(of: row, LogQuery(after: cursor.log, limit: limit), db)
            return RunNews(
                run: row.run, states: states, records: page.records, cursor: RunCursor(state: lastState, log: page.end),
                hasMore: page.hasMore)
        }
    }

    /// Lines of a run; a child run's own lines lie in the log of the run it is part of.
    private static func page(of row: RunRow, _ query: LogQuery, _ db: any SQLSession) throws -> LogReading.Page {
        let child = row.root == nil ? nil : row.run.id
        return try LogReading(run: row.root ?? row.number, child: child, query: query, db: db).page()
    }

    /// Adds a remark of the controller itself to the present attempt's log.
    static func remark(
        _ message: String, level: LogRecord.Level, on row: RunRow, at: Timestamp, _ db: any SQLSession
    ) throws {
        var log = try LogAppender(row, attempt: row.run.attempt, db)
        try log.remark(message, level: level, at: at)
        try log.close()
    }

    /// Ends the present attempt's part of a log; see ``LogAppender/finish(at:)``.
    static func finishLog(of row: RunRow, limit: Int64, at: Timestamp, _ db: any SQLSession) throws {
        var log = try LogAppender(row, attempt: row.run.attempt, limit: limit, db)
        try log.finish(at: at)
        try log.close()
    }
}
