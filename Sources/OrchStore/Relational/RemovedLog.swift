import OrchModel

/// What is said in place of a log that retention has removed.
enum RemovedLog {
    /// The line; nil where the log is there, or where it was said before.
    ///
    /// - Parameter after: the position from which the log is read on.
    static func notice(of row: RunRow, after: Int64, _ db: any SQLSession) throws -> LogRecord? {
        guard let at = try removedAt(row, db) else { return nil }
        let record = LogRecord(
            position: 1, attempt: row.run.attempt, source: .orch, sequence: 0, at: at, level: .warning,
            message: "logs removed on \(at) by retention", logger: "retention")
        return after < record.position ? record : nil
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
