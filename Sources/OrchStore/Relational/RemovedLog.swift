import OrchModel

/// What is said in place of a log that retention has removed.
enum RemovedLog {
    /// The line; nil where the log is there, or where it was said before.
    ///
    /// Its position follows the last line's, so that one who has read a part of the log is told as well, and once.
    ///
    /// - Parameter after: the position from which the log is read on.
    static func notice(of row: RunRow, after: Int64, _ db: any SQLSession) throws -> LogRecord? {
        guard let at = try removedAt(row, db) else { return nil }
        let record = LogRecord(
            position: try lines(row, db) + 1, attempt: row.run.attempt, source: .orch, sequence: 0, at: at,
            level: .warning, message: "logs removed on \(at) by retention", logger: LogRecord.retentionLogger)
        return after < record.position ? record : nil
    }

    /// How many lines the log had: what was counted stays when they go.
    private static func lines(_ row: RunRow, _ db: any SQLSession) throws -> Int64 {
        let found = try db.row("SELECT lines FROM log_state WHERE run = ?", [row.root ?? row.number])
        guard let found else { return 0 }
        var reader = RowReader(found, table: "log_state")
        return try reader.next()
    }

    /// Whether the log of a run has gone, or is going.
    static func isRemoved(_ row: RunRow, _ db: any SQLSession) throws -> Bool { try removedAt(row, db) != nil }

    /// A sub-flow's lines are in the log of the run in whose container it was.
    private static func removedAt(_ row: RunRow, _ db: any SQLSession) throws -> Timestamp? {
        guard let root = row.root else { return row.run.logsRemovedAt }
        guard let found = try db.row("SELECT logs_removed_at FROM flow_run WHERE number = ?", [root]) else {
            return nil
        }
        var reader = RowReader(found, table: "flow_run")
        return try reader.optionalTime()
    }
}
