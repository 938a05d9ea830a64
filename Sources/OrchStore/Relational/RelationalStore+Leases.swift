package import OrchModel

extension RelationalStore {
    package func renew(
        _ keys: [AttemptKey], of agent: String, until: Timestamp, at: Timestamp
    ) async throws -> [AttemptKey] {
        try await write { db in
            try db.post("UPDATE agent SET last_seen_at = ? WHERE name = ?", [at.microseconds, agent])
            return try keys.filter { key in
                guard let row = try RunRow.locked(key.runID, db), row.root == nil, row.run.agent == agent,
                    row.run.attempt == key.attempt, !row.run.state.type.isTerminal, row.run.state.type != .scheduled
                else { return true }
                try Self.extend(row, until: until, at: at, db)
                return false
            }
        }
    }

    /// Extends the lease of a live run; one that nobody had observed for a while is observed again.
    static func extend(_ row: RunRow, until: Timestamp, at: Timestamp, _ db: any SQLSession) throws {
        try db.post(
            "UPDATE flow_run SET lease_expires_at = ?, unobserved_since = NULL WHERE number = ?",
            [until.microseconds, row.number])
        guard row.unobservedSince != nil else { return }
        try remark("agent \(row.run.agent ?? "?") observes the run again", level: .info, on: row, at: at, db)
    }

    package func markUnobserved(at: Timestamp) async throws -> [Identifier] {
        try await write { db in
            let rows = try db.rows(
                """
                UPDATE flow_run SET unobserved_since = ?1
                WHERE \(StoreSchema.isLive) AND root_number IS NULL AND agent IS NOT NULL
                    AND unobserved_since IS NULL AND lease_expires_at < ?1
                RETURNING \(RunRow.columns)
                """,
                [at.microseconds])
            return try rows.map { row in
                let row = try RunRow(row)
                try Self.remark(
                    "agent \(row.run.agent ?? "?") has not been heard from: the run stays \(row.run.state.name) until "
                        + "the agent returns and settles it",
                    level: .warning, on: row, at: at, db)
                return row.run.id
            }
        }
    }

    package func releaseLost(leaseExpiredBefore cutoff: Timestamp, at: Timestamp) async throws -> [FlowRun] {
        try await write { db in
            try db.rows(
                """
                SELECT \(RunRow.columns) FROM flow_run
                WHERE \(StoreSchema.isLive) AND root_number IS NULL AND agent IS NOT NULL
                    AND state_type IN ('PENDING', 'CANCELLING') AND lease_expires_at < ?
                ORDER BY number \(db.dialect.forUpdate)
                """,
                [cutoff.microseconds]
            ).compactMap { row in
                var row = try RunRow(row)
                guard row.run.container == nil, row.run.startedAt == nil else { return nil }
                try row.release(at: at, db)
                return row.run
            }
        }
    }

    package func markLate(at: Timestamp) async throws -> [FlowRun] {
        try await write { db in
            try db.rows(
                """
                SELECT \(RunRow.columns) FROM flow_run
                WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND state_name = 'Scheduled'
                    AND blocked_on IS NULL AND late_at < ?
                ORDER BY late_at, number LIMIT 1000 \(db.dialect.forUpdateSkippingLocked)
                """,
                [at.microseconds]
            ).map { row in
                var row = try RunRow(row)
                row.enter(
                    RunState(
                        .scheduled, name: RunState.lateName,
                        message: "no agent has taken it from queue \(row.run.workQueue) since it was due", at: at,
                        actor: "server"))
                try row.update(enters: true, db)
                return row.run
            }
        }
    }
}

extension RunRow {
    /// Ends an attempt whose agent never came back and never told of a container: the run waits for another agent, or is
    /// Cancelled where that was wished.
    fileprivate mutating func release(at: Timestamp, _ db: any SQLSession) throws {
        let agent = run.agent ?? "?"
        if let cancellation = run.cancellation {
            let message = "cancelled by \(cancellation.by); agent \(agent), which had claimed it, never came back"
            enter(RunState(.cancelled, message: message, at: at, actor: "server"))
            try update(enters: true, db)
            return try endWaits(db)
        }
        let message = "agent \(agent) claimed it and never came back"
        var attempt = run
        attempt.state = RunState(.crashed, message: message, at: at, actor: "server")
        try AttemptRow.update(attempt, number: number, db)
        var waiting = RunState(.scheduled, message: "\(message): it waits for another", at: at, actor: "server")
        if let request = run.request, request.action != .resume {
            waiting = request.held("\(message); \(request.action.participle) by \(request.by)")
            waiting.at = at
        }
        try wait(as: waiting, due: run.scheduledFor, db)
    }
}
