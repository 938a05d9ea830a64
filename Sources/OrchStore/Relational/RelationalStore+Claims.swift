package import OrchModel

extension RelationalStore {
    package func work(for request: ClaimRequest) async throws -> ClaimOutcome {
        var outcome = ClaimOutcome()
        // Each puts some of those aside that limits hold back, and none holds others up for long.
        for number in 0..<Self.mostRounds {
            let round = try await write { db in
                if number == 0 {
                    // A name is an agent's for as long as a lease after its last poll.
                    let silentBefore = request.at - (request.leaseUntil - request.at)
                    try Self.note(request.agent, at: request.at, silentBefore: silentBefore, db)
                }
                var round = ClaimRound(request, limit: request.limit)
                try round.run(db)
                return round
            }
            outcome.add(round.outcome)
            guard round.hasMore, outcome.claims.isEmpty else { break }
        }
        return outcome
    }

    /// A poll looks at some hundred thousand runs at most before it answers.
    private static let mostRounds = 2000

    /// Takes from a run what was true of its last attempt alone; that attempt's row keeps it.
    static func forgetLastAttempt(_ claim: inout Claim, number: Int64, _ db: any SQLSession) throws {
        (claim.run.container, claim.run.termination, claim.run.result) = (nil, nil, nil)
        (claim.run.startedAt, claim.run.endedAt, claim.run.pausedSeconds) = (nil, nil, nil)
        try RunRow(number: number, run: claim.run, suspensions: claim.suspensions).update(enters: false, db)
        try db.post(
            """
            UPDATE attempt SET tasks_before = (SELECT max(number) FROM task_run WHERE run = ?1)
            WHERE run = ?1 AND number = ?2
            """, [number, claim.run.attempt])
    }

    package func nextDue(in queues: [String], after: Timestamp) async throws -> Timestamp? {
        try await read { db in
            try ServedQueues(queues, checks: false, db).priorities.keys.sorted().compactMap { queue in
                let row = try db.row(
                    """
                    SELECT scheduled_for FROM flow_run
                    WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL AND work_queue = ?
                        AND scheduled_for > ?
                    ORDER BY scheduled_for LIMIT 1
                    """,
                    [queue, after.microseconds])
                guard let row else { return nil }
                var reader = RowReader(row, table: "flow_run")
                return try reader.time()
            }.min()
        }
    }

    package func held(by agent: String) async throws -> [Claim] {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT \(Self.claimColumns) FROM flow_run
                WHERE agent = ? AND \(StoreSchema.isLive) AND root_number IS NULL ORDER BY number
                """,
                [agent])
            return try Self.claims(rows).map { number, claim in
                var claim = claim
                if claim.run.state.type == .paused { claim.pausedSince = try Self.pausedSince(number, db) }
                return claim
            }
        }
    }

    /// When its agent saw the run paused last, by the agent's own clock.
    private static func pausedSince(_ number: Int64, _ db: any SQLSession) throws -> Timestamp? {
        let row = try db.row(
            "SELECT at FROM run_state WHERE run = ? AND type = 'PAUSED' ORDER BY position DESC LIMIT 1", [number])
        guard let row else { return nil }
        var reader = RowReader(row, table: "run_state")
        return try reader.time()
    }

    package func wishes(for agent: String) async throws -> AgentWishes {
        try await read { try Self.wishes(for: agent, $0) }
    }

    /// What ``claims(_:)`` reads.
    static let claimColumns = "launch, sealed_parameters, \(RunRow.columns)"

    /// Claims in the order of the rows.
    static func claims(_ rows: [SQLRow]) throws -> [(number: Int64, claim: Claim)] {
        try rows.map { row in
            var reader = RowReader(row, table: "flow_run")
            let launch: RunLaunch = try reader.json()
            let sealed: [UInt8]? = try reader.optional()
            let runRow = try RunRow(&reader)
            return (
                runRow.number,
                Claim(run: runRow.run, launch: launch, sealedParameters: sealed, suspensions: runRow.suspensions)
            )
        }
    }

    private static func wishes(for agent: String, _ db: any SQLSession) throws -> AgentWishes {
        var wishes = AgentWishes()
        let rows = try db.rows(
            """
            SELECT id, attempt, cancel_by, cancel_at, cancel_immediately, request FROM flow_run
            WHERE agent = ? AND \(StoreSchema.isLive) AND root_number IS NULL
                AND (cancel_at IS NOT NULL OR request IS NOT NULL)
            ORDER BY number
            """,
            [agent])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let (run, attempt): (Identifier, Int) = (try reader.identifier(), try reader.next())
            let (by, at): (String?, Timestamp?) = (try reader.optional(), try reader.optionalTime())
            let isImmediate = try reader.optional(Int.self).map { $0 == 1 }
            if let by, let at {
                let request = CancellationRequest(by: by, at: at, isImmediate: isImmediate)
                wishes.cancellations.append(.init(runID: run, attempt: attempt, request: request))
            }
            if let request: RunRequest = try reader.optionalJSON() {
                wishes.requests.append(.init(runID: run, attempt: attempt, request: request))
            }
        }
        return wishes
    }
}
