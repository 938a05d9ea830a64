import OrchModel

/// Where a claim asks whether runs may start, and where those are put aside that may not. Holds the limits that it was asked
/// about until the transaction ends.
struct LimitDesk {
    private let at: Timestamp
    private var gate: RunLimitGate
    /// Keys that were looked up, whether they have a limit or not.
    private var known: Set<LimitKey> = []
    private var aside: [LimitKey: [RunKeys]] = [:]
    /// Runs that are to end as there is no slot for them.
    private var refused: [(run: RunKeys, key: LimitKey)] = []
    /// Limits that have a slot which a run put aside for another one does not use.
    private var spare: [LimitKey: Int] = [:]
    /// Runs that have ended as there was no slot for them.
    private(set) var ended: [FlowRun] = []
    /// Live runs that are to end for others.
    private(set) var cancelled: [FlowRun] = []

    /// How many runs of one limit have their turn in one transaction because others do not use theirs.
    private static let mostTurns = 32

    /// - Parameter keys: what the runs have in common that are going to be asked about.
    init(_ keys: [LimitKey], at: Timestamp, _ db: any SQLSession) throws {
        self.at = at
        gate = RunLimitGate(limits: [:], held: [:])
        try add(keys, db)
    }

    /// Whether a run was put aside, or ended.
    private(set) var hasPutAside = false

    /// Looks up limits that were not asked about before.
    mutating func add(_ keys: [LimitKey], _ db: any SQLSession) throws {
        let new = Set(keys).subtracting(known)
        guard !new.isEmpty else { return }
        known.formUnion(new)
        for (key, limit) in try SlotRelease.limits(among: Array(new), db.dialect.forUpdate, db) {
            gate.set(limit, for: key, held: try SlotCount.held(key, atMost: limit.slots, db))
        }
    }

    /// The limits among some keys that have slots, and that runs wait for all the same; with how many slots, as far as can be said
    /// without holding them.
    static func waitedFor(_ keys: [LimitKey], _ db: any SQLSession) throws -> [(key: LimitKey, free: Int)] {
        guard !keys.isEmpty else { return [] }
        let list = SQLList(Set(keys).map(\.description).sorted())
        let rows = try db.rows(
            """
            SELECT key, slots FROM run_limit
            WHERE key IN \(list.marks)
                AND EXISTS (SELECT 1 FROM flow_run WHERE blocked_on = run_limit.key AND state_type = 'SCHEDULED')
            """, list.arguments)
        return try rows.compactMap { row in
            var reader = RowReader(row, table: "run_limit")
            guard let key = LimitKey(try reader.next(String.self)) else { return nil }
            let slots: Int = try reader.next()
            let free = slots - (try SlotCount.held(key, atMost: slots, db))
            return free > 0 ? (key, free) : nil
        }
    }

    /// Whether a run may start; it has its slots then, and is put aside else.
    mutating func admits(_ run: RunKeys, _ db: any SQLSession) throws -> Bool {
        var candidate = RunLimitGate.Candidate(number: run.number, keys: run.keys)
        if run.isAwaited, run.keys.contains(where: { gate.limits[$0] != nil }) {
            (candidate.lender, candidate.lent) = try lent(to: run, db)
        }
        guard case .wait(let key) = gate.decide(candidate) else { return true }
        // It waits for that already.
        guard run.blockedOn != key.description else { return false }
        hasPutAside = true
        if gate.limits[key]?.strategy == .cancelNew {
            refused.append((run, key))
        } else {
            aside[key, default: []].append(run)
        }
        guard key != .global else { return false }
        for other in run.keys where other != key && gate.limits[other] != nil && gate.free(other) > 0 {
            spare[other, default: 0] += 1
        }
        return false
    }

    /// Once those have their slots that start: writes down what the others wait for, ends those that may not wait, and gives others
    /// their turn.
    mutating func finish(_ db: any SQLSession) throws {
        for (run, key) in refused { try end(run, key, db) }
        for key in aside.keys.sorted(by: { $0.description < $1.description }) {
            guard let runs = aside[key], let first = runs.first else { continue }
            let reason = try shortage(of: key, first, db)
            for run in runs { try park(run, key, reason, db) }
            guard let limit = gate.limits[key], limit.strategy == .cancelRunning else { continue }
            let ends = try Displacement(key: key, slots: limit.slots, at: at).apply(db)
            ended += ends.ended
            cancelled += ends.cancelled
        }
        for (key, count) in spare {
            try SlotRelease.wake(
                blockedOn: key.description, atMost: min(count, gate.free(key), Self.mostTurns), db)
        }
    }

    /// The slots that a run takes over from the one that waits for it: those that both need, and that no other one has taken.
    private func lent(to run: RunKeys, _ db: any SQLSession) throws -> (Int64?, Set<LimitKey>) {
        guard let parent = run.parentID,
            let row = try db.row(
                "SELECT number FROM flow_run WHERE id = ? AND \(LimitKey.holds("flow_run"))", ["\(parent)"])
        else { return (nil, []) }
        var reader = RowReader(row, table: "flow_run")
        let lender: Int64 = try reader.next()
        guard let held = try RunKeys.load([lender], db)[lender]?.keys else { return (nil, []) }
        let siblings = try db.rows(
            "SELECT number FROM flow_run WHERE parent_id = ? AND is_awaited = 1 AND \(LimitKey.holds("flow_run"))",
            ["\(parent)"]
        ).map { row in
            var reader = RowReader(row, table: "flow_run")
            return try reader.next(Int64.self)
        }
        let taken = try RunKeys.load(siblings, db).values.flatMap(\.keys)
        return (lender, Set(held).intersection(run.keys).subtracting(taken))
    }

    /// Why a limit lets no more runs start: `1 of 1 held by docker-flow-4f2b9c11`.
    private func shortage(of key: LimitKey, _ run: RunKeys, _ db: any SQLSession) throws -> String {
        let label = run.label(of: key)
        guard let slots = gate.limits[key]?.slots, slots > 0 else {
            return "waits for a slot of \(label), of which there are 0"
        }
        let holder = try SlotCount.oldestHolder(key, db)
        let by = holder.map { slots > 1 ? ", one of them by \($0)" : " by \($0)" } ?? ""
        return "waits for a slot of \(label) (\(slots) of \(slots) held\(by))"
    }

    /// Has a run wait for a limit.
    private func park(_ run: RunKeys, _ key: LimitKey, _ reason: String, _ db: any SQLSession) throws {
        let state = RunState(.scheduled, name: RunState.awaitingSlotName, message: reason, at: at, actor: "server")
        let row = try db.row(
            """
            UPDATE flow_run SET blocked_on = ?1, state_name = ?2, state_message = ?3, state_actor = ?4,
                state_at = CASE WHEN state_at > ?5 THEN state_at ELSE ?5 END
            WHERE number = ?6 RETURNING attempt
            """,
            [key.description, state.name, state.message, state.actor, at.microseconds, run.number])
        // One that had its turn and goes on waiting is where it was.
        guard run.stateName != RunState.awaitingSlotName, let row else { return }
        var reader = RowReader(row, table: "flow_run")
        try RunRow.addState(state, of: run.number, attempt: try reader.next(), db)
    }

    /// Ends a run as there is no slot for it.
    private mutating func end(_ run: RunKeys, _ key: LimitKey, _ db: any SQLSession) throws {
        guard let row = try RunRow.locked(number: run.number, db) else { return }
        let (label, slots) = (run.label(of: key), gate.limits[key]?.slots ?? 0)
        let holder = try SlotCount.oldestHolder(key, db).map { " by \($0)" } ?? ""
        let request = CancellationRequest(
            by: "the limit of \(label) (\(slots) of \(slots) held\(holder); \(CollisionStrategy.cancelNew.rawValue))",
            at: at)
        let outcome = try row.cancelFamily(request, actor: "server", db)
        for run in outcome.all { if run.state.type.isTerminal { ended.append(run) } else { cancelled.append(run) } }
    }
}
