package import OrchModel

extension RelationalStore {
    /// Notes that an agent asked for work.
    ///
    /// - Parameter silentBefore: another agent of the name that has not asked since then has lost it.
    /// - Throws: ``StoreError/nameHeld(_:host:since:seen:)`` where another one has the name.
    static func note(_ agent: AgentInfo, at: Timestamp, silentBefore: Timestamp, _ db: any SQLSession) throws {
        let since = try agent.identity.map { identity in
            try holdName(of: agent, identity, at: at, silentBefore: silentBefore, db)
        }
        try db.post(
            """
            INSERT INTO agent (name, host, version, queues, engine, last_seen_at, last_polled_at, identity, held_since)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)
            ON CONFLICT (name) DO UPDATE SET host = ?2, version = ?3, queues = ?4, engine = ?5, last_seen_at = ?6,
                last_polled_at = ?6, identity = coalesce(excluded.identity, agent.identity),
                held_since = coalesce(excluded.held_since, agent.held_since)
            """,
            [
                agent.name, agent.host, agent.version, try JSONText.encode(agent.queues), agent.engine,
                at.microseconds, agent.identity?.description, since?.microseconds,
            ])
    }

    /// Since when an agent has its name: from now on, where nobody has it who was heard of lately.
    private static func holdName(
        of agent: AgentInfo, _ identity: Identifier, at: Timestamp, silentBefore: Timestamp, _ db: any SQLSession
    ) throws -> Timestamp {
        let found = try db.row(
            """
            SELECT host, last_polled_at, identity, held_since FROM agent WHERE name = ? AND identity IS NOT NULL
            \(db.dialect.forUpdate)
            """,
            [agent.name])
        guard let found else { return at }
        var reader = RowReader(found, table: "agent")
        let (host, seen): (String, Timestamp) = (try reader.next(), try reader.time())
        let holder: String = try reader.next()
        let since = try reader.optionalTime() ?? at
        if holder == identity.description { return since }
        guard seen < silentBefore else {
            throw StoreError.nameHeld(agent.name, host: host, since: since, seen: seen)
        }
        return at
    }

    package func releaseName(of agent: AgentInfo) async throws {
        guard let identity = agent.identity else { return }
        _ = try await write { db in
            try db.run(
                "UPDATE agent SET identity = NULL, held_since = NULL WHERE name = ? AND identity = ?",
                [agent.name, identity.description])
        }
    }

    package func agents() async throws -> [AgentStatus] {
        try await read { db in
            try db.rows(
                """
                SELECT name, host, version, queues, engine, last_seen_at,
                    (SELECT count(*) FROM flow_run
                     WHERE flow_run.agent = agent.name AND \(StoreSchema.isLive) AND root_number IS NULL)
                FROM agent ORDER BY name
                """
            ).map { row in
                var reader = RowReader(row, table: "agent")
                let info = AgentInfo(
                    name: try reader.next(), host: try reader.next(), version: try reader.next(),
                    queues: try reader.json(),
                    engine: try reader.optional())
                return AgentStatus(info: info, lastSeenAt: try reader.time(), running: try reader.next())
            }
        }
    }

    package func workQueues(polledSince since: Timestamp) async throws -> [WorkQueueStatus] {
        try await read { db in
            var queues: [String: WorkQueueStatus] = [:]
            func queue(_ name: String) -> WorkQueueStatus {
                queues[name] ?? WorkQueueStatus(name: name, waiting: 0, agents: [], lastPolledAt: nil)
            }
            for row in try db.rows("SELECT DISTINCT work_queue FROM deployment") {
                var reader = RowReader(row, table: "deployment")
                let status = queue(try reader.next())
                queues[status.name] = status
            }
            let waiting = """
                SELECT work_queue, count(*) FROM flow_run
                WHERE state_type = 'SCHEDULED' AND root_number IS NULL GROUP BY work_queue
                """
            for row in try db.rows(waiting) {
                var reader = RowReader(row, table: "flow_run")
                var status = queue(try reader.next())
                status.waiting = try reader.next()
                queues[status.name] = status
            }
            for row in try db.rows("SELECT queues, name, last_polled_at FROM agent ORDER BY last_polled_at, name") {
                var reader = RowReader(row, table: "agent")
                let (names, agent): ([String], String) = (try reader.json(), try reader.next())
                let at = try reader.time()
                for name in Set(names) {
                    var status = queue(name)
                    status.lastPolledAt = at
                    if at >= since { status.agents.append(agent) }
                    queues[name] = status
                }
            }
            return queues.values.sorted { $0.name < $1.name }
        }
    }
}
