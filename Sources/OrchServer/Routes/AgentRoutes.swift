import Hummingbird
import OrchModel
import OrchStore

/// Agents as the admin sees them, and questions to them.
struct AgentRoutes: Sendable {
    let store: any Store
    let tasks: AgentTaskBoard
    let claims: ClaimAssembler
    let wakeups: Wakeups

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "agents", .adminOnly) { _ in try APIJSON.response(try await store.agents()) },
            Endpoint(.get, "agents/:name", .adminOnly) { call in
                let name = try call.parameter("name")
                let agents = try await store.agents()
                guard let agent = agents.first(where: { $0.info.name == name }) else {
                    throw StoreError.unknownAgent(name, known: agents.map(\.info.name))
                }
                return try APIJSON.response(agent)
            },
            Endpoint(.post, "agents/:name/drain", .adminOnly) { call in
                try await wish(call) { try await store.setDrain($0, of: $1) }
            },
            Endpoint(.post, "agents/:name/maintenance", .adminOnly) { call in
                try await wish(call) { try await store.setMaintenance($0, of: $1) }
            },
            Endpoint(.post, "agent-tasks", .adminOnly, handler: ask),
            Endpoint(.get, "agent-tasks/:id/answer", .adminOnly, query: ["after", "wait"], handler: follow),
            Endpoint(.post, "agent-tasks/:id/answer", .agents, bodyLimit: 4 << 20) { call in
                let id = try call.identifier("id")
                guard try await tasks.answer(id, try await call.body()) else {
                    throw APIFailure.notFound("nobody waits for an answer to task \(id) any more")
                }
                return APIJSON.noContent
            },
        ]
    }

    private func wish(
        _ call: APICall, _ set: (AgentWish?, String) async throws -> AgentStatus
    ) async throws -> Response {
        let name = try call.parameter("name")
        let request: AgentWishRequest = try await call.closedBody()
        let wish = request.isOn ? AgentWish(by: call.principal.actor, at: call.now()) : nil
        let status = try await set(wish, name)
        wakeups.signal(.agent(name))
        return try APIJSON.response(status)
    }

    private func ask(_ call: APICall) async throws -> Response {
        let request: AgentTaskRequest = try await call.body()
        let queue = try await store.queue(request.queue, at: call.now())
        guard !queue.agents.isEmpty else {
            throw APIFailure(
                .serviceUnavailable, "no_agent",
                "no agent polls the queue \"\(request.queue)\": start one with `orch agent start -q \(request.queue)`")
        }
        let placement = request.placement
        let agents = try await tasks.agents(of: queue, meeting: placement)
        guard !agents.isEmpty else {
            throw APIFailure(
                .serviceUnavailable, "no_agent",
                "no agent of the queue \"\(request.queue)\" has \(placement.wanted); it is polled by "
                    + queue.agents.joined(separator: ", "))
        }
        let limit = Duration.seconds(request.waitSeconds, upTo: OrchServerConfiguration.longestQuestion)
        let question = try await claims.complete(request.question)
        let answer = try await tasks.ask(
            question, of: request.queue, placement: placement, atMost: limit, followsPull: request.followsPull == true)
        guard let answer else {
            throw APIFailure(
                .gatewayTimeout, "timeout",
                "no agent of the queue \"\(request.queue)\" answered within \(limit.components.seconds) s; it is polled by "
                    + agents.joined(separator: ", "))
        }
        return try APIJSON.response(answer)
    }

    private func follow(_ call: APICall) async throws -> Response {
        let id = try call.identifier("id")
        let longest = OrchServerConfiguration.longestQuestion.components.seconds
        let after = try call.number("after", in: 0...Int64(Int32.max), default: 0)
        let wait = try call.number("wait", in: 0...longest, default: 60)
        guard let answer = try await tasks.follow(id, after: Int(after), atMost: .seconds(wait)) else {
            throw APIFailure(
                .gatewayTimeout, "timeout",
                "the agent that pulls the image has not been heard for \(wait) s: look at it with `orch agent ls`")
        }
        return try APIJSON.response(answer)
    }
}
