package import OrchModel

/// What is wished of an agent, short of its runs.
struct AgentFlags {
    /// Whether it is to end once its runs have.
    var drains = false
    /// Whether it is to get no new runs.
    var rests = false
    /// Whether the process that asks has said that it ends.
    var hasLeft = false

    /// Whether it gets no new runs, but those that its own wait for.
    var getsNothing: Bool { drains || rests }

    /// A wish that an agent ends is one of the process that there was; the next of its name begins anew.
    static func read(_ agent: AgentInfo, _ db: any SQLSession) throws -> AgentFlags {
        let row = try db.row(
            "SELECT drain, drain_session, maintenance, left_at FROM agent WHERE name = ?", [agent.name])
        guard let row else { return AgentFlags() }
        var reader = RowReader(row, table: "agent")
        let (drain, session): (String?, String?) = (try reader.optional(), try reader.optional())
        var flags = AgentFlags(
            drains: drain != nil, rests: try reader.optional(String.self) != nil,
            hasLeft: try reader.optionalTime() != nil)
        if drain != nil, let session, let own = agent.session, session != own.description {
            try db.run("UPDATE agent SET drain = NULL, drain_session = NULL WHERE name = ?", [agent.name])
            flags.drains = false
        }
        return flags
    }
}

extension RelationalStore {
    package func setDrain(_ wish: AgentWish?, of agent: String) async throws -> AgentStatus {
        try await set(
            wish == nil ? "drain = ?1, drain_session = NULL" : "drain = ?1, drain_session = session", wish, of: agent)
    }

    package func setMaintenance(_ wish: AgentWish?, of agent: String) async throws -> AgentStatus {
        try await set("maintenance = ?1", wish, of: agent)
    }

    private func set(_ columns: String, _ wish: AgentWish?, of agent: String) async throws -> AgentStatus {
        try await write { db in
            let text = try wish.map(JSONText.encode)
            let changed = try db.run("UPDATE agent SET \(columns) WHERE name = ?2", [text, agent])
            guard changed > 0, let status = try Self.agents("name = ?", [agent], db).first else {
                throw StoreError.unknownAgent(agent, known: try Self.agents("1 = 1", [], db).map(\.info.name))
            }
            return status
        }
    }
}
