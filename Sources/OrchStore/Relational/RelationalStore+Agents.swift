package import OrchModel

extension RelationalStore {
    /// Notes that an agent asked for work; a poll that comes after its process has said that it ends was late, and says nothing.
    ///
    /// - Parameter silentBefore: another agent of the name that has not asked since then has lost it.
    /// - Throws: ``StoreError/nameHeld(_:host:since:seen:)`` where another one has the name.
    static func note(_ agent: AgentInfo, at: Timestamp, silentBefore: Timestamp, _ db: any SQLSession) throws {
        let since = try agent.identity.map { identity in
            try holdName(of: agent, identity, at: at, silentBefore: silentBefore, db)
        }
        try db.post(
            """
            INSERT INTO agent (name, host, version, queues, engine, last_seen_at, last_polled_at, identity, held_since,
                labels, slots, session)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (name) DO UPDATE SET host = ?2, version = ?3, queues = ?4, engine = ?5, last_seen_at = ?6,
                last_polled_at = ?6, identity = coalesce(excluded.identity, agent.identity),
                held_since = coalesce(excluded.held_since, agent.held_since), labels = ?9, slots = ?10, session = ?11,
                left_at = NULL
            WHERE agent.left_at IS NULL OR coalesce(agent.session, '') <> coalesce(excluded.session, '')
            """,
            [
                agent.name, agent.host, agent.version, try JSONText.encode(agent.queues), agent.engine,
                at.microseconds, agent.identity?.description, since?.microseconds,
                try agent.labels.map(JSONText.encode), agent.limit, agent.session?.description,
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

    package func leave(_ farewell: AgentFarewell, at: Timestamp) async throws {
        _ = try await write { db in
            try db.run(
                """
                UPDATE agent SET left_at = ?3, last_seen_at = ?3, identity = NULL, held_since = NULL
                WHERE name = ?1 AND session = ?2 AND left_at IS NULL
                """, [farewell.agent, farewell.session.description, at.microseconds])
        }
    }

    package func agents() async throws -> [AgentStatus] {
        try await read { try Self.agents("1 = 1", [], $0) }
    }

    /// Agents by name.
    static func agents(
        _ condition: String, _ arguments: SQLArguments, _ db: any SQLSession
    ) throws -> [AgentStatus] {
        try db.rows(
            """
            SELECT name, host, version, queues, engine, labels, slots, last_seen_at,
                (SELECT count(*) FROM flow_run
                 WHERE flow_run.agent = agent.name AND \(StoreSchema.isLive) AND root_number IS NULL),
                last_polled_at, drain, maintenance, left_at
            FROM agent WHERE \(condition) ORDER BY name
            """, arguments
        ).map { row in
            var reader = RowReader(row, table: "agent")
            let info = AgentInfo(
                name: try reader.next(), host: try reader.next(), version: try reader.next(),
                queues: try reader.json(), engine: try reader.optional(), labels: try reader.optionalJSON(),
                limit: try reader.optional())
            return AgentStatus(
                info: info, lastSeenAt: try reader.time(), running: try reader.next(), lastPolledAt: try reader.time(),
                drain: try reader.optionalJSON(), maintenance: try reader.optionalJSON(),
                leftAt: try reader.optionalTime())
        }
    }
}
