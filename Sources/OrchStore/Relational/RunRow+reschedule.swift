import OrchModel

extension RunRow {
    /// Keeps what an attempt left for the next one.
    mutating func keep(_ resumption: RunResumption) {
        var kept = resumption
        // Lists read it, and a container is given it.
        if (try? JSONText.encode(kept).utf8.count) ?? .max > RunResumption.longestText { kept.sensors = [] }
        run.resumption = kept
    }

    /// Lets go of a run whose attempt has ended because it waits for something: another one is due when it says, or is held
    /// where that was wished meanwhile.
    mutating func reschedule(at: Timestamp, _ db: any SQLSession) throws {
        run.reschedules = (run.reschedules ?? 0) + 1
        try AttemptRow.update(run, number: number, db)
        let due = min(max(run.resumption?.at ?? at, at), at + .seconds(RunResumption.longestWait))
        try wait(as: held(instead: run.state), due: due, db)
        try RescheduledAttempts(of: self).thin(db)
    }
}

extension RunRow {
    /// Ends the tasks that went on waiting from attempt to attempt, where the run has ended without a container.
    func endWaits(_ db: any SQLSession) throws {
        guard run.resumption != nil, run.state.type.isTerminal else { return }
        try Family(root: self).end(with: run.state, at: run.state.at, db)
    }
}

/// The attempts of a run that ended because it waits for something: there may be one for each minute of a month.
///
/// The first of them and the newest ones are kept, with their lines and tasks; the others leave nothing behind but their
/// number in the run's count.
struct RescheduledAttempts {
    /// How many of the newest ones are kept, beside the first.
    static let newestKept = 10
    /// How many are removed in one transaction.
    private static let step = 20

    private let row: RunRow

    init(of row: RunRow) { self.row = row }

    /// Removes those that are too many.
    func thin(_ db: any SQLSession) throws {
        let numbers = try db.rows(
            "SELECT number FROM attempt WHERE run = ? AND state_type = 'SCHEDULED' AND state_name = ? ORDER BY number",
            [row.number, RunState.awaitingRescheduleName]
        ).map { row in
            var reader = RowReader(row, table: "attempt")
            return try reader.next(Int.self)
        }
        guard numbers.count > 1 + Self.newestKept else { return }
        for number in numbers.dropFirst().dropLast(Self.newestKept).prefix(Self.step) { try remove(number, db) }
    }

    private func remove(_ attempt: Int, _ db: any SQLSession) throws {
        let day = row.run.createdAt.day
        let segments: SQLArguments = [row.number, day, attempt]
        if let sum = try db.row(
            "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM log_segment WHERE run = ? AND day = ? AND attempt = ?",
            segments)
        {
            var reader = RowReader(sum, table: "log_segment")
            let bytes: Int64 = try reader.next()
            // The lines keep their positions, which go on counting.
            try db.post("UPDATE log_state SET bytes = bytes - ? WHERE run = ?", [bytes, row.number])
        }
        try db.post("DELETE FROM log_segment WHERE run = ? AND day = ? AND attempt = ?", segments)
        for table in ["log_attempt", "log_remark", "run_state"] {
            try db.post("DELETE FROM \(table) WHERE run = ? AND attempt = ?", [row.number, attempt])
        }
        // What began in it and has ended; a task that waits is one and the same over all attempts.
        try db.post(
            """
            DELETE FROM task_run WHERE run = ?1 AND NOT \(StoreSchema.isOpen)
                AND state_at <= (SELECT ended_at FROM attempt WHERE run = ?1 AND number = ?2)
                AND state_at > COALESCE(
                    (SELECT MAX(ended_at) FROM attempt WHERE run = ?1 AND number < ?2), 0)
            """, [row.number, attempt])
        // The last version of each key stays: its task may be cached from then on.
        try db.post(
            """
            DELETE FROM artifact WHERE run = ?1 AND attempt = ?2 AND EXISTS (
                SELECT 1 FROM artifact AS later
                WHERE later.run = ?1 AND later.key = artifact.key AND later.attempt > ?2)
            """, [row.number, attempt])
        try db.post("DELETE FROM flow_run WHERE root_number = ? AND attempt = ?", [row.number, attempt])
        try db.post("DELETE FROM attempt WHERE run = ? AND number = ?", [row.number, attempt])
    }
}
