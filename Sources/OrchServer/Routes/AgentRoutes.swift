import Hummingbird
import OrchModel
import OrchStore

/// Agents as the admin sees them, and questions to them.
struct AgentRoutes: Sendable {
    let store: any Store
    let tasks: AgentTaskBoard
    let claims: ClaimAssembler

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "agents", .adminOnly) { _ in try APIJSON.response(try await store.agents()) },
            Endpoint(.get, "work-queues", .adminOnly) { try APIJSON.response(try await queues(at: $0.now())) },
            Endpoint(.post, "agent-tasks", .adminOnly, handler: ask),
            Endpoint(.post, "agent-tasks/:id/answer", .agents, bodyLimit: 4 << 20) { call in
                let id = try call.identifier("id")
                guard try await tasks.answer(id, try await call.body()) else {
                    throw APIFailure.notFound("nobody waits for an answer to task \(id) any more")
                }
                return APIJSON.noContent
            },
        ]
    }

    private func queues(at now: Timestamp) async throws -> [WorkQueueStatus] {
        try await store.workQueues(polledSince: now - OrchServerConfiguration.pollingWindow)
    }

    private func ask(_ call: APICall) async throws -> Response {
        let request: AgentTaskRequest = try await call.body()
        let queue = try await queues(at: call.now()).first { $0.name == request.queue }
        guard let queue, !queue.agents.isEmpty else {
            throw APIFailure(
                .serviceUnavailable, "no_agent",
                "no agent polls the queue \"\(request.queue)\": start one with `orch agent start -q \(request.queue)`")
        }
        let longest = OrchServerConfiguration.longestQuestion
        let limit = max(.zero, min(.seconds(request.waitSeconds), longest))
        let question = try await claims.complete(request.question)
        guard let answer = try await tasks.ask(question, of: request.queue, atMost: limit) else {
            throw APIFailure(
                .gatewayTimeout, "timeout",
                "no agent of the queue \"\(request.queue)\" answered within \(request.waitSeconds) s; it is polled by "
                    + queue.agents.joined(separator: ", "))
        }
        return try APIJSON.response(answer)
    }
}
