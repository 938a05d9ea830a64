import OrchModel

/// One transaction of a claim: looks at the first runs that are due, starts those that may start, and puts those aside that a
/// limit holds back, so that nobody looks at them again before they have their turn.
struct ClaimRound {
    let request: ClaimRequest
    /// How many runs the agent may be given.
    let limit: Int
    private(set) var outcome = ClaimOutcome()
    /// Whether another round may find more.
    private(set) var hasMore = false

    /// How many runs a round looks at beside those that it gives.
    private static let glance = 64
    /// How many of those that wait for a limit it looks at beside those that its free slots are for, as others may hold them back.
    private static let furtherWaiters = 16

    init(_ request: ClaimRequest, limit: Int) {
        self.request = request
        self.limit = limit
    }

    /// Looks, and does it.
    mutating func run(_ db: any SQLSession) throws {
        let flags = try AgentFlags.read(request.agent, db)
        outcome.drains = flags.drains
        let queues = try ServedQueues(request.agent.queues, checks: request.checksQueues, db)
        let limit = flags.getsNothing ? 0 : try room(db)
        guard limit > 0 || request.lendsSlots, !queues.priorities.isEmpty, !flags.hasLeft else { return }
        let isLimited = try db.row("SELECT 1 FROM run_limit LIMIT 1") != nil
        // Claims that count are made one after the other: each sees what the last one started.
        if isLimited { try db.lock("claims of limited runs") }
        let placements = try Placement.met(by: request.agent.labels ?? [:], db)
        let runs = DueRuns(queues: queues, placements: placements, at: request.at)
        let due = limit > 0 ? try runs.first(isLimited ? limit + Self.glance : limit, db) : []
        guard isLimited else {
            var started = due.map(\.number)
            if request.lendsSlots, due.count >= limit {
                started += try lent(queues, placements, but: started, db).map(\.child)
            }
            return try start(started, db)
        }
        try decide(due, of: runs, limit: limit, db)
    }

    /// How many runs the agent may be given: no more than it asks for, nor than it has said to have at once.
    private func room(_ db: any SQLSession) throws -> Int {
        guard limit > 0, let most = request.agent.limit else { return limit }
        let held = try RelationalStore.total(
            "SELECT count(*) FROM flow_run WHERE agent = ? AND \(StoreSchema.isLive) AND root_number IS NULL",
            [request.agent.name], db)
        return min(limit, max(0, most - held))
    }

    /// Starts what limits allow, in the order of turns; with those that are due go those that wait for a limit of theirs which has
    /// slots.
    private mutating func decide(_ due: [DueRuns.Turn], of runs: DueRuns, limit: Int, _ db: any SQLSession) throws {
        var keys = try RunKeys.load(due.map(\.number), db)
        var waiting: [DueRuns.Turn] = []
        for (key, free) in try LimitDesk.waitedFor(keys.values.flatMap(\.keys), db) {
            waiting += try runs.waiting(for: key, min(free, limit) + Self.furtherWaiters, db)
        }
        keys.merge(try RunKeys.load(waiting.map(\.number), db)) { known, _ in known }
        // All limits at once: those who hold some and ask for others could wait for each other.
        var desk = try LimitDesk(keys.values.flatMap(\.keys), at: request.at, db)
        let turns = (due + waiting).sorted().map(\.number)
        var started: [Int64] = []
        for number in turns where started.count < limit {
            guard let run = keys[number] else { continue }
            if try desk.admits(run, db) { started.append(number) }
        }
        if request.lendsSlots, started.count >= limit {
            let lent = try lent(runs.queues, runs.placements, but: turns, db).map(\.child)
            let more = try RunKeys.load(lent, db)
            try desk.add(more.values.flatMap(\.keys), db)
            for number in lent {
                guard let run = more[number] else { continue }
                if try desk.admits(run, db) { started.append(number) }
            }
            keys.merge(more) { known, _ in known }
        }
        try start(started, db)
        try desk.finish(db)
        outcome.ended += desk.ended
        outcome.cancelled += desk.cancelled
        hasMore = started.count < limit && desk.hasPutAside
    }

    /// Gives runs to the agent.
    private mutating func start(_ numbers: [Int64], _ db: any SQLSession) throws {
        let state = RunState(
            .pending, message: "claimed by agent \(request.agent.name) on \(request.agent.host)", at: request.at,
            actor: "agent \(request.agent.name)")
        let rows = try numbers.flatMap { number in
            try db.rows(
                """
                UPDATE flow_run SET state_type = ?1, state_name = ?2, state_message = ?3,
                    state_at = CASE WHEN state_at > ?4 THEN state_at ELSE ?4 END,
                    state_actor = ?5, attempt = attempt + 1, agent = ?6, lease_expires_at = ?7, blocked_on = NULL
                WHERE number = ?8 RETURNING \(RelationalStore.claimColumns)
                """,
                [
                    state.type.rawValue, state.name, state.message, state.at.microseconds, state.actor,
                    request.agent.name, request.leaseUntil.microseconds, number,
                ])
        }
        outcome.claims += try RelationalStore.claims(rows).map { number, claim in
            var claim = claim
            try RunRow.addState(claim.run.state, of: number, attempt: claim.run.attempt, db)
            try AttemptRow.insert(claim.run, number: number, db)
            if claim.run.attempt > 1 { try RelationalStore.forgetLastAttempt(&claim, number: number, db) }
            return claim
        }
    }

    /// Runs that runs of the agent wait for, one for each of these that has none at work: a run that waits lends its slot.
    private func lent(
        _ queues: ServedQueues, _ placements: [String], but taken: [Int64], _ db: any SQLSession
    ) throws -> [(parent: Int64, child: Int64)] {
        let rows = try db.rows(
            """
            SELECT parent.number, child.number, child.work_queue, child.placement FROM flow_run parent
            JOIN flow_run child ON child.parent_id = parent.id
            WHERE parent.agent = ?1 AND parent.\(StoreSchema.isLive) AND parent.root_number IS NULL
                AND child.state_type = 'SCHEDULED' AND child.root_number IS NULL AND child.is_awaited = 1
                AND child.blocked_on IS NULL AND child.scheduled_for <= ?2
                AND NOT EXISTS (
                    SELECT 1 FROM flow_run other WHERE other.parent_id = parent.id AND other.root_number IS NULL
                        AND other.is_awaited = 1 AND other.\(StoreSchema.isLive))
            ORDER BY parent.number, child.claim_order, child.number
            """, [request.agent.name, request.at.microseconds])
        var lenders: Set<Int64> = []
        var lent: [(parent: Int64, child: Int64)] = []
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let (parent, child): (Int64, Int64) = (try reader.next(), try reader.next())
            let (queue, placement): (String, String) = (try reader.next(), try reader.next())
            guard queues.priorities[queue] != nil, placements.contains(placement), !taken.contains(child),
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
            lent.append((parent, child))
        }
        return lent
    }
}
