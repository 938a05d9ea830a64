import OrchModel

/// Rows of `attempt`: what became of each container of a run.
enum AttemptRow {
    /// What is never searched for, in one JSON text.
    private struct Details: Codable {
        var container: ContainerRecord?
        var termination: Termination?
    }

    /// Adds the attempt that a claim began.
    static func insert(_ run: FlowRun, number: Int64, _ db: any SQLSession) throws {
        try db.post(
            """
            INSERT INTO attempt (run, number, agent, claimed_at, state_type, state_name, state_message, state_at,
                state_actor, details)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                number, run.attempt, run.agent, run.state.at.microseconds, run.state.type.rawValue, run.state.name,
                run.state.message, run.state.at.microseconds, run.state.actor, try JSONText.encode(Details()),
            ])
    }

    /// Writes what the run's present attempt has come to.
    static func update(_ run: FlowRun, number: Int64, _ db: any SQLSession) throws {
        let state = run.state
        let endedAt = state.endsAttempt ? state.at.microseconds : nil
        try db.post(
            """
            UPDATE attempt SET state_type = ?, state_name = ?, state_message = ?, state_at = ?, state_actor = ?,
                started_at = ?, ended_at = ?, details = ?
            WHERE run = ? AND number = ?
            """,
            [
                state.type.rawValue, state.name, state.message, state.at.microseconds, state.actor,
                run.startedAt?.microseconds, endedAt,
                try JSONText.encode(Details(container: run.container, termination: run.termination)), number,
                run.attempt,
            ])
    }

    /// The attempts of a run, oldest first.
    static func all(of run: RunRow, _ db: any SQLSession) throws -> [RunAttempt] {
        try db.rows(
            """
            SELECT number, agent, claimed_at, started_at, ended_at, state_type, state_name, state_message, state_at,
                state_actor, details
            FROM attempt WHERE run = ? ORDER BY number
            """,
            [run.number]
        ).map { row in
            var reader = RowReader(row, table: "attempt")
            let (number, agent): (Int, String?) = (try reader.next(), try reader.optional())
            let claimedAt = try reader.time()
            let (startedAt, endedAt) = (try reader.optionalTime(), try reader.optionalTime())
            let state = try reader.state()
            let details: Details = try reader.json()
            return RunAttempt(
                flowRunID: run.run.id, number: number, agent: agent, state: state, claimedAt: claimedAt,
                startedAt: startedAt, endedAt: endedAt, container: details.container,
                termination: details.termination)
        }
    }

    /// Whether an attempt has ended in this state: a report of it comes again. Its end may be kept with a later time than
    /// was reported, as times of states do not run backwards.
    static func hasEnded(_ key: AttemptKey, of number: Int64, as state: RunState, _ db: any SQLSession) throws -> Bool {
        try db.row(
            """
            SELECT 1 FROM attempt
            WHERE run = ? AND number = ? AND ended_at >= ? AND state_type = ? AND state_actor = ?
            """,
            [number, key.attempt, state.at.microseconds, state.type.rawValue, state.actor]) != nil
    }
}
