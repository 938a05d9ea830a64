package import OrchModel

/// Limits of runs: made, changed, shown, and filled.
extension RelationalStore {
    package func saveRunLimit(
        _ key: LimitKey, slots: Int, strategy: CollisionStrategy?, at: Timestamp
    ) async throws -> RunLimit? {
        try await write { db in
            try Self.saveRunLimit(key, slots: slots, strategy: strategy, at: at, db)
            return try Self.runLimits("key = ?", [key.description], db).first
        }
    }

    /// Makes or changes a limit, and gives the slots that became free to those that wait.
    static func saveRunLimit(
        _ key: LimitKey, slots: Int, strategy: CollisionStrategy?, at: Timestamp, _ db: any SQLSession
    ) throws {
        try db.run(
            """
            INSERT INTO run_limit (key, slots, strategy, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
            ON CONFLICT (key) DO UPDATE SET slots = excluded.slots, strategy = coalesce(?5, run_limit.strategy),
                updated_at = excluded.updated_at
            """,
            [
                key.description, slots, (strategy ?? .enqueue).rawValue, at.microseconds, strategy?.rawValue,
            ])
        try fill(key, slots: slots, db)
    }

    /// Keeps the limit of a deployment's runs as the deployment says, or removes it.
    static func saveRunLimit(of deployment: Deployment, at: Timestamp, _ db: any SQLSession) throws {
        let key = LimitKey.deployment(deployment.id.description)
        guard let slots = deployment.concurrencyLimit else {
            _ = try deleteRunLimit(key, db)
            return
        }
        try saveRunLimit(
            key, slots: slots, strategy: deployment.collisionStrategy ?? .enqueue, at: at, db)
    }

    package func deleteRunLimit(_ key: LimitKey) async throws -> Bool {
        try await write { try Self.deleteRunLimit(key, $0) }
    }

    /// Removes a limit, and lets those go that wait for it.
    static func deleteRunLimit(_ key: LimitKey, _ db: any SQLSession) throws -> Bool {
        let removed = try db.run("DELETE FROM run_limit WHERE key = ?", [key.description])
        guard removed > 0 else { return false }
        try letGo(blockedOn: key.description, db)
        return true
    }

    /// Lets all go that wait for something.
    private static func letGo(blockedOn key: String, _ db: any SQLSession) throws {
        let queues = try db.rows(
            "UPDATE flow_run SET blocked_on = NULL WHERE blocked_on = ? RETURNING work_queue", [key])
        for row in queues {
            var reader = RowReader(row, table: "flow_run")
            db.wake(try reader.next(String.self))
        }
    }

    package func runLimits() async throws -> [RunLimit] {
        try await read { try Self.runLimits("1 = 1", [], $0) }
    }

    package func runLimit(_ key: LimitKey) async throws -> RunLimitStatus? {
        try await read { db in
            guard let limit = try Self.runLimits("key = ?", [key.description], db).first else { return nil }
            let own = key.condition("flow_run")
            let holders = try Self.places(
                "\(LimitKey.holds("flow_run")) AND \(own.sql) ORDER BY number LIMIT 100",
                SQLArguments([own.argument].compactMap { $0?.sqlValue }), db)
            let waiters = try Self.places(
                """
                blocked_on = ? AND state_type = 'SCHEDULED' ORDER BY claim_order + \(DueRuns.step) * coalesce((
                    SELECT priority FROM work_queue WHERE name = flow_run.work_queue), 0), number LIMIT 100
                """, [key.description], db)
            return RunLimitStatus(limit: limit, holders: holders, waiters: waiters)
        }
    }

    /// Limits with how they stand, by key.
    static func runLimits(
        _ condition: String, _ arguments: SQLArguments, _ db: any SQLSession
    ) throws -> [RunLimit] {
        try db.rows(
            """
            SELECT key, slots, strategy, created_at, updated_at,
                (SELECT count(*) FROM flow_run WHERE blocked_on = run_limit.key AND state_type = 'SCHEDULED')
            FROM run_limit WHERE \(condition) ORDER BY key
            """, arguments
        ).compactMap { row in
            var reader = RowReader(row, table: "run_limit")
            guard let key = LimitKey(try reader.next(String.self)) else { return nil }
            var limit = RunLimit(
                key: key, name: try name(of: key, db), limit: try reader.next(),
                strategy: try reader.word(CollisionStrategy.self), createdAt: try reader.time(),
                updatedAt: try reader.time())
            limit.waiting = try reader.next()
            limit.held = try SlotCount.held(key, atMost: nil, db)
            return limit
        }
    }

    /// What people call what a limit counts.
    private static func name(of key: LimitKey, _ db: any SQLSession) throws -> String {
        switch key {
        case .global: return "global"
        case .tag(let name), .queue(let name), .schedule(let name), .backfill(let name): return name
        case .deployment(let id):
            let row = try db.row("SELECT flow_name, name FROM deployment WHERE id = ?", [id])
            guard let row else { return id }
            var reader = RowReader(row, table: "deployment")
            return "\(try reader.next(String.self))/\(try reader.next(String.self))"
        }
    }

    private static func places(
        _ condition: String, _ arguments: SQLArguments, _ db: any SQLSession
    ) throws -> [RunLimitPlace] {
        try db.rows("SELECT \(RunRow.columns) FROM flow_run WHERE \(condition)", arguments).map { row in
            let run = try RunRow(row).run
            let isWaiting = run.state.type == .scheduled
            return RunLimitPlace(
                runID: run.id, runName: run.name, deploymentName: run.deploymentName, state: run.state.name,
                priority: run.priority ?? 0, since: isWaiting ? run.scheduledFor : run.startedAt ?? run.state.at,
                agent: isWaiting ? nil : run.agent)
        }
    }
}

extension RelationalStore {
    package func fillSlots(polledSince since: Timestamp, at: Timestamp) async throws -> ClaimOutcome {
        let isNeeded = try await read { db in
            try db.row("SELECT 1 FROM flow_run WHERE blocked_on IS NOT NULL AND state_type = 'SCHEDULED' LIMIT 1")
                != nil
                || db.row("SELECT 1 FROM run_placement LIMIT 1") != nil
        }
        guard isNeeded else { return ClaimOutcome() }
        return try await write { db in
            try Self.fillAll(db)
            var outcome = ClaimOutcome()
            for (key, limit) in try Self.waitedFor(db) where limit.strategy == .cancelRunning {
                let ends = try Displacement(key: key, slots: limit.slots, at: at).apply(db)
                outcome.ended += ends.ended
                outcome.cancelled += ends.cancelled
            }
            try Self.explainPlacements(polledSince: since, at: at, db)
            return outcome
        }
    }

    /// Gives what is free of all limits to those that wait, and lets those go that wait for a limit which is gone.
    static func fillAll(_ db: any SQLSession) throws {
        let limits = try waitedFor(db)
        for (key, limit) in limits { try fill(key, slots: limit.slots, db) }
        let gone = try db.rows(
            """
            SELECT DISTINCT blocked_on FROM flow_run
            WHERE blocked_on IS NOT NULL AND state_type = 'SCHEDULED'
                AND NOT EXISTS (SELECT 1 FROM run_limit WHERE key = flow_run.blocked_on)
            """
        ).map { row in
            var reader = RowReader(row, table: "flow_run")
            return try reader.next(String.self)
        }
        // What is no key of a limit is somebody else's wait.
        for key in gone where LimitKey(key) != nil { try letGo(blockedOn: key, db) }
    }

    /// Gives what is free of a limit to those that wait for it.
    private static func fill(_ key: LimitKey, slots: Int, _ db: any SQLSession) throws {
        // A claim that counts at this moment is waited for.
        _ = try SlotRelease.limits(among: [key], db.dialect.forShare, db)
        let free = slots - (try SlotCount.held(key, atMost: slots, db))
        try SlotRelease.wake(blockedOn: key.description, atMost: free, db)
    }

    /// The limits that runs wait for, by key.
    private static func waitedFor(_ db: any SQLSession) throws -> [(LimitKey, RunLimitGate.Limit)] {
        try db.rows(
            """
            SELECT key, slots, strategy FROM run_limit
            WHERE EXISTS (SELECT 1 FROM flow_run WHERE blocked_on = run_limit.key AND state_type = 'SCHEDULED')
            ORDER BY key
            """
        ).compactMap { row in
            var reader = RowReader(row, table: "run_limit")
            guard let key = LimitKey(try reader.next(String.self)) else { return nil }
            return (
                key, RunLimitGate.Limit(slots: try reader.next(), strategy: try reader.word(CollisionStrategy.self))
            )
        }
    }

    /// Says of runs that ask more of an agent than any has that polls their queue what that is.
    private static func explainPlacements(
        polledSince since: Timestamp, at: Timestamp, _ db: any SQLSession
    ) throws {
        let agents = try PollingAgent.all(db).filter { $0.polls(since: since) }
        for (queue, text) in try waitingPlacements(agents, at: at, db) {
            guard let placement = Placement(text: text),
                PollingAgent.isMissing(placement, in: queue, among: agents)
            else { continue }
            let message = "waits in queue \(queue): none of the agents that poll it has \(placement.wanted)"
            try db.run(
                """
                UPDATE flow_run SET state_message = ?1
                WHERE \(DueRuns.areClaimable) AND work_queue = ?2 AND placement = ?3 AND scheduled_for <= ?4
                    AND state_message <> ?1
                """, [message, queue, text, at.microseconds])
        }
    }

    /// What runs that wait ask of agents, by queue; nothing but a container engine only where an agent lacks one, as nearly all
    /// runs ask for that.
    private static func waitingPlacements(
        _ agents: [PollingAgent], at: Timestamp, _ db: any SQLSession
    ) throws -> [(queue: String, placement: String)] {
        let isEngineMissing = agents.contains { !Placement(nil).isMet(by: $0.labels) }
        let isAny = try db.row("SELECT 1 FROM run_placement LIMIT 1") != nil
        guard isAny || isEngineMissing else { return [] }
        return try db.rows(
            """
            SELECT DISTINCT work_queue, placement FROM flow_run
            WHERE \(DueRuns.areClaimable) AND (placement <> '' OR ? = 1) AND scheduled_for <= ?
            """, [isEngineMissing ? 1 : 0, at.microseconds]
        ).map { row in
            var reader = RowReader(row, table: "flow_run")
            return (try reader.next(), try reader.next())
        }
    }
}
