import CurlTransport
package import OrchModel

extension OrchClient {
    /// Whether the server answers: `GET /api/health`. Needs no token.
    package func health() async throws(OrchClientError) {
        _ = try await bytes(Call(.get, "health"), body: .none)
    }

    /// Whether the server can do its work: `GET /api/ready`. Needs no token.
    ///
    /// - Throws: fault 503 `unavailable` where its database does not answer, or is of another version.
    package func ready() async throws(OrchClientError) {
        _ = try await bytes(Call(.get, "ready"), body: .none)
    }

    /// Version, protocol and identity of the server: `GET /api/version`.
    package func version() async throws(OrchClientError) -> ServerVersion {
        try await get(Call(.get, "version"))
    }

    /// Every agent the server has seen: `GET /api/agents`.
    package func agents() async throws(OrchClientError) -> [AgentStatus] {
        try await get(Call(.get, "agents"))
    }

    /// Every queue with its waiting runs and who polls it: `GET /api/work-queues`.
    package func workQueues() async throws(OrchClientError) -> [WorkQueueStatus] {
        try await get(Call(.get, "work-queues"))
    }

    /// Puts a question to an agent of a queue and waits for the answer: `POST /api/agent-tasks`.
    ///
    /// - Throws: fault 503 `no_agent` where none polls the queue, 504 `timeout` where none answered in time.
    package func ask(_ request: AgentTaskRequest) async throws(OrchClientError) -> AgentTaskAnswer {
        try await send(Call(.post, "agent-tasks").waiting(request.waitSeconds), request)
    }

    /// The same, for as long as an image is pulled for the answer: `GET /api/agent-tasks/{id}/answer`.
    ///
    /// - Parameters:
    ///   - request: its `waitSeconds` are for how long nothing may be heard.
    ///   - hear: is told how far the pull has come, each time that is another text.
    package func ask(
        _ request: AgentTaskRequest, hear: (String) -> Void
    ) async throws(OrchClientError) -> AgentTaskAnswer {
        var request = request
        request.followsPull = true
        var answer = try await ask(request)
        var last: String?
        let wait = Int(min(max(1, request.waitSeconds.rounded(.up)), 300))
        while case .pulling(let news) = answer {
            if news.message != last { hear(news.message) }
            last = news.message
            answer = try await get(
                Call(.get, "agent-tasks", "\(news.task)", "answer")
                    .asking([("after", "\(news.number)"), ("wait", "\(wait)")]).waiting(Double(wait)))
        }
        return answer
    }
}
