package import OrchModel

extension RelationalStore {
    package func claim(_ request: ClaimRequest) async throws -> [Claim] {
        try await write { db in
            // A name is an agent's for as long as a lease after its last poll.
            let silentBefore = request.at - (request.leaseUntil - request.at)
            try Self.note(request.agent, at: request.at, silentBefore: silentBefore, db)
            guard request.limit > 0 || request.lendsSlots, !request.agent.queues.isEmpty else { return [] }
            let state = RunState(
                .pending, message: "claimed by agent \(request.agent.name) on \(request.agent.host)", at: request.at,
                actor: "agent \(request.agent.name)")
            var due =
                request.limit > 0
                ? try Self.due(in: request.agent.queues, limit: request.limit, at: request.at, db) : []
            if request.lendsSlots, due.count >= request.limit { due += try Self.lent(to: request, but: due, db) }
            let rows = try due.flatMap { number in
                try db.rows(
                    """
                    UPDATE flow_run SET state_type = ?1, state_name = ?2, state_message = ?3,
                        state_at = CASE WHEN state_at > ?4 THEN state_at ELSE ?4 END,
                        state_actor = ?5, attempt = attempt + 1, agent = ?6, lease_expires_at = ?7
                    WHERE number = ?8 RETURNING \(Self.claimColumns)
                    """,
                    [
                        state.type.rawValue, state.name, state.message, state.at.microseconds, state.actor,
                        request.agent.name, request.leaseUntil.microseconds, number,
                    ])
            }
            return try Self.claims(rows).map { number, claim in
                var claim = claim
                try RunRow.addState(claim.run.state, of: number, attempt: claim.run.attempt, db)
                try AttemptRow.insert(claim.run, number: number, db)
                if claim.run.attempt > 1 { try Self.forgetLastAttempt(&claim, number: number, db) }
                return claim
            }
        }
    }

    /// The runs that are due, the longest waiting first; nobody else can claim them while the transaction lasts.
    ///
    /// Queue by queue, as only the first rows of each are looked at then, however many wait.
    private static func due(
        in queues: [String], limit: Int, at: Timestamp, _ db: any SQLSession
    ) throws -> [Int64] {
        let due = try Set(queues).sorted().flatMap { queue in
            try db.rows(
                """
                SELECT claim_order, number FROM flow_run
                WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL AND work_queue = ?
                    AND scheduled_for <= ?
                ORDER BY claim_order, number LIMIT ? \(db.dialect.forUpdateSkippingLocked)
                """,
                [queue, at.microseconds, limit]
            ).map { row in
                var reader = RowReader(row, table: "flow_run")
                return (order: try reader.next(Int64.self), number: try reader.next(Int64.self))
            }
        }
        return due.sorted(by: <).prefix(limit).map(\.number)
    }

    /// Runs that runs of the agent wait for, one for each of these that has none at work: a run that waits lends its slot.
    private static func lent(
        to request: ClaimRequest, but taken: [Int64], _ db: any SQLSession
    ) throws -> [Int64] {
        let rows = try db.rows(
            """
            SELECT parent.number, child.number, child.work_queue FROM flow_run parent
            JOIN flow_run child ON child.parent_id = parent.id
            WHERE parent.agent = ?1 AND parent.\(StoreSchema.isLive) AND parent.root_number IS NULL
                AND child.state_type = 'SCHEDULED' AND child.root_number IS NULL AND child.is_awaited = 1
                AND child.scheduled_for <= ?2
                AND NOT EXISTS (
                    SELECT 1 FROM flow_run other WHERE other.parent_id = parent.id AND other.root_number IS NULL
                        AND other.is_awaited = 1 AND other.\(StoreSchema.isLive))
            ORDER BY parent.number, child.scheduled_for, child.number
            """, [request.agent.name, request.at.microseconds])
        var lenders: Set<Int64> = []
        var lent: [Int64] = []
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let (parent, child): (Int64, Int64) = (try reader.next(), try reader.next())
            guard request.agent.queues.contains(try reader.next(String.self)), !taken.contains(child),
                !lenders.contains(parent),
                // Of polls at the same time one lends a parent's slot.
                try db.row(
                    "SELECT 1 FROM flow_run WHERE number = ? \(db.dialect.forUpdateSkippingLocked)", [parent]) != nil,
                try db.row(
                    """
                    SELECT 1 FROM flow_run WHERE number = ? AND state_type = 'SCHEDULED'
                    \(db.dialect.forUpdateSkippingLocked)
                    """, [child]) != nil
            else { continue }
            lenders.insert(parent)
            lent.append(child)
        }
        return lent
    }

    /// Takes from a run what was true of its last attempt alone; that attempt's row keeps it.
    private static func forgetLastAttempt(_ claim: inout Claim, number: Int64, _ db: any SQLSession) throws {
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
            try Set(queues).sorted().compactMap { queue in
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

    private static let claimColumns = "launch, sealed_parameters, \(RunRow.columns)"

    /// Claims in the order in which they are due.
    private static func claims(_ rows: [SQLRow]) throws -> [(number: Int64, claim: Claim)] {
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
        .sorted { ($0.claim.run.claimOrder, $0.number) < ($1.claim.run.claimOrder, $1.number) }
    }

    private static func wishes(for agent: String, _ db: any SQLSession) throws -> AgentWishes {
        var wishes = AgentWishes()
        let rows = try db.rows(
            """
            SELECT id, attempt, cancel_by, cancel_at, request FROM flow_run
            WHERE agent = ? AND \(StoreSchema.isLive) AND root_number IS NULL
                AND (cancel_at IS NOT NULL OR request IS NOT NULL)
            ORDER BY number
            """,
            [agent])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let (run, attempt): (Identifier, Int) = (try reader.identifier(), try reader.next())
            let (by, at): (String?, Timestamp?) = (try reader.optional(), try reader.optionalTime())
            if let by, let at {
                wishes.cancellations.append(
                    .init(runID: run, attempt: attempt, request: CancellationRequest(by: by, at: at)))
            }
            if let request: RunRequest = try reader.optionalJSON() {
                wishes.requests.append(.init(runID: run, attempt: attempt, request: request))
            }
        }
        return wishes
    }
}
