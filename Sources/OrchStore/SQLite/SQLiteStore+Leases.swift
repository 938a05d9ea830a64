import GRDB
package import OrchModel

extension SQLiteStore {
    package func renew(
        _ keys: [AttemptKey], of agent: String, until: Timestamp, at: Timestamp
    ) async throws -> [AttemptKey] {
        try await write { db in
            try db.run("UPDATE agent SET last_seen_at = ? WHERE name = ?", [at.microseconds, agent])
            return try keys.filter { key in
                guard let row = try RunRow.find(key.runID, db), row.root == nil, row.run.agent == agent,
                    row.run.attempt == key.attempt, !row.run.state.type.isTerminal, row.run.state.type != .scheduled
                else { return true }
                try Self.extend(row, until: until, at: at, db)
                return false
            }
        }
    }

    /// Extends the lease of a live run; one that nobody had observed for a while is observed again.
    static func extend(_ row: RunRow, until: Timestamp, at: Timestamp, _ db: Database) throws {
        try db.run(
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
                WHERE \(SQLiteSchema.isLive) AND root_number IS NULL AND agent IS NOT NULL
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
                WHERE \(SQLiteSchema.isLive) AND root_number IS NULL AND agent IS NOT NULL
                    AND state_type IN ('PENDING', 'CANCELLING') AND lease_expires_at < ?
                """,
                [cutoff.microseconds]
            ).compactMap { row in
                var row = try RunRow(row)
                guard row.run.container == nil, row.run.startedAt == nil else { return nil }
                row.enter(Self.release(row.run, at: at))
                try row.update(enters: true, db)
                try db.run(
                    """
                    UPDATE flow_run SET agent = NULL, lease_expires_at = NULL, unobserved_since = NULL
                    WHERE number = ?
                    """,
                    [row.number])
                row.run.agent = nil
                return row.run
            }
        }
    }

    /// What becomes of a claimed run whose agent never came back and never told of a container.
    private static func release(_ run: FlowRun, at: Timestamp) -> RunState {
        let agent = run.agent ?? "?"
        if let cancellation = run.cancellation {
            let message = "cancelled by \(cancellation.by); agent \(agent), which had claimed it, never came back"
            return RunState(.cancelled, message: message, at: at, actor: "server")
        }
        let message = "agent \(agent) claimed it and never came back: it waits for another"
        return RunState(.scheduled, message: message, at: at, actor: "server")
    }
}
