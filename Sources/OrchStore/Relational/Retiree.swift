import OrchModel

/// A run of which retention removes something: its log alone, or all of it.
///
/// What is begun is noted in the run's row, so that any later step, of any controller, goes on with it first.
struct Retiree {
    /// What goes.
    enum Extent: String {
        case logs, run
    }

    /// Why it goes.
    private enum Reason {
        case age, count, size
        /// An earlier step began with it, and has counted it.
        case begun
    }

    /// A run with a container of its own that has ended. The states are not searched for, as the index of states would then
    /// be chosen, and everything sorted for each step: what is live or waits has no end, and is excluded once more.
    static let hasEnded = """
        root_number IS NULL AND ended_at IS NOT NULL
        AND state_type NOT IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
        """

    /// What the removal of an artifact counts for.
    private static let rowsPerArtifact = 50

    let number: Int64
    private let extent: Extent
    private let reason: Reason
    private let at: Timestamp

    /// The next one, rows that others hold passed over; nil where nothing has to go.
    ///
    /// - Parameter excess: bytes of logs that there still are beyond those that are kept.
    static func next(_ turn: RetentionTurn, excess: Int64, _ db: any SQLSession) throws -> Retiree? {
        func find(_ condition: String, _ order: String, _ arguments: SQLArguments) throws -> SQLRow? {
            try db.row(
                """
                SELECT number, retiring FROM flow_run WHERE \(condition) ORDER BY \(order) LIMIT 1
                \(db.dialect.forUpdateSkippingLocked)
                """,
                arguments)
        }
        func retiree(_ row: SQLRow, _ extent: Extent, _ reason: Reason) throws -> Retiree {
            var reader = RowReader(row, table: "flow_run")
            return Retiree(number: try reader.next(), extent: extent, reason: reason, at: turn.at)
        }
        if let row = try find("retiring IS NOT NULL", "number", []) {
            var reader = RowReader(row, table: "flow_run")
            return Retiree(
                number: try reader.next(), extent: try reader.word(), reason: .begun, at: turn.at)
        }
        if let cutoff = turn.rules.runsBefore,
            let row = try find("\(hasEnded) AND ended_at < ?", "ended_at, number", [cutoff.microseconds])
        {
            return try retiree(row, .run, .age)
        }
        for (deployment, newest) in turn.survey.surplus {
            let condition = "\(hasEnded) AND deployment_id = ? AND number <= ?"
            guard let row = try find(condition, "number", [deployment, newest]) else { continue }
            return try retiree(row, .run, .count)
        }
        let hasLogs = "\(hasEnded) AND logs_removed_at IS NULL"
        if let cutoff = turn.rules.logsBefore,
            let row = try find("\(hasLogs) AND ended_at < ?", "ended_at, number", [cutoff.microseconds])
        {
            return try retiree(row, .logs, .age)
        }
        guard excess > 0, let row = try find(hasLogs, "ended_at, number", []) else { return nil }
        return try retiree(row, .logs, .size)
    }

    /// Removes what goes, or a part of it.
    ///
    /// - Parameters:
    ///   - limit: rows at most, nearly.
    ///   - removed: counts the run with its first part, and each part's bytes.
    /// - Returns: how many rows it took, at least 1.
    func remove(atMost limit: Int, counting removed: inout RetentionRemovals, _ db: any SQLSession) throws -> Int {
        switch reason {
        case .age where extent == .run: removed.runsByAge += 1
        case .age: removed.logsByAge += 1
        case .count: removed.runsByCount += 1
        case .size: removed.logsBySize += 1
        case .begun: break
        }
        let log = try LogVolume.remove(of: number, atMost: limit, db)
        removed.logBytes += log.bytes
        guard log.isAll else {
            try note(isOver: false, db)
            return limit
        }
        // Large rows count for several, so that a step is bounded in bytes too.
        var rows = max(log.rows, Int(log.bytes * Int64(limit) / LogVolume.largestStep))
        guard extent == .run else {
            try note(isOver: true, db)
            return rows + 1
        }
        for (table, key) in [("task_run", "number"), ("run_state", "position")] where rows < limit {
            rows += try db.run(
                "DELETE FROM \(table) WHERE \(key) IN (SELECT \(key) FROM \(table) WHERE run = ? LIMIT ?)",
                [number, limit - rows])
        }
        if rows < limit {
            // They are large, so each counts for several rows.
            rows +=
                Self.rowsPerArtifact
                * (try db.run(
                    "DELETE FROM artifact WHERE position IN (SELECT position FROM artifact WHERE run = ? LIMIT ?)",
                    [number, (limit - rows) / Self.rowsPerArtifact + 1]))
        }
        if rows < limit {
            rows += try db.run(
                """
                DELETE FROM flow_run WHERE number IN (SELECT number FROM flow_run WHERE root_number = ? LIMIT ?)
                """,
                [number, limit - rows])
        }
        guard rows < limit else {
            try note(isOver: false, db)
            return rows + 1
        }
        try db.run("DELETE FROM flow_run WHERE number = ?", [number])
        return rows + 1
    }

    /// Notes how far it is: a log that has begun to go is no log any more.
    private func note(isOver: Bool, _ db: any SQLSession) throws {
        try db.run(
            "UPDATE flow_run SET retiring = ?, logs_removed_at = coalesce(logs_removed_at, ?) WHERE number = ?",
            [isOver ? nil : extent.rawValue, at.microseconds, number])
    }
}
