import CurlTransport
package import OrchModel

/// Work queues, limits of runs, and wishes about agents.
extension OrchClient {
    /// A queue by its name: `GET /api/work-queues/{name}`.
    ///
    /// - Throws: fault 404 `unknown_queue` with the nearest names.
    package func workQueue(_ name: String) async throws(OrchClientError) -> WorkQueueStatus {
        try await get(Call(.get, "work-queues", name))
    }

    /// Makes a queue: `POST /api/work-queues`.
    ///
    /// - Throws: fault 409 `conflict` where there is one, unless the request says that it may.
    package func createWorkQueue(_ request: WorkQueueRequest) async throws(OrchClientError) -> WorkQueueStatus {
        try await send(Call(.post, "work-queues"), request)
    }

    /// Changes a queue: `POST /api/work-queues/{name}`.
    package func changeWorkQueue(
        _ name: String, _ change: WorkQueueChange
    ) async throws(OrchClientError) -> WorkQueueStatus {
        try await send(Call(.post, "work-queues", name), change)
    }

    /// Removes a queue: `DELETE /api/work-queues/{name}`.
    ///
    /// - Throws: fault 409 `conflict` while deployments or runs that have not ended name it.
    package func deleteWorkQueue(_ name: String) async throws(OrchClientError) {
        _ = try await bytes(Call(.delete, "work-queues", name), body: .none)
    }

    /// The first runs of a queue that wait, in the order of their turns: `GET /api/work-queues/{name}/runs`.
    package func waitingRuns(in queue: String, limit: Int) async throws(OrchClientError) -> [FlowRun] {
        try await get(Call(.get, "work-queues", queue, "runs").asking([("limit", "\(limit)")]))
    }

    /// All limits of runs: `GET /api/run-limits`.
    package func runLimits() async throws(OrchClientError) -> [RunLimit] {
        try await get(Call(.get, "run-limits"))
    }

    /// A limit of runs, and who has its slots: `GET /api/run-limits/{key}`.
    ///
    /// - Throws: fault 404 `not_found` where there is none.
    package func runLimit(_ key: LimitKey) async throws(OrchClientError) -> RunLimitStatus {
        try await get(Call(.get, "run-limits", key.description))
    }

    /// Makes or changes a limit of runs: `POST /api/run-limits`.
    package func saveRunLimit(_ request: RunLimitRequest) async throws(OrchClientError) -> RunLimit {
        try await send(Call(.post, "run-limits"), request)
    }

    /// Removes a limit of runs: `DELETE /api/run-limits/{key}`.
    package func deleteRunLimit(_ key: LimitKey) async throws(OrchClientError) {
        _ = try await bytes(Call(.delete, "run-limits", key.description), body: .none)
    }

    /// An agent by its name: `GET /api/agents/{name}`.
    ///
    /// - Throws: fault 404 `not_found` with the nearest names.
    package func agent(_ name: String) async throws(OrchClientError) -> AgentStatus {
        try await get(Call(.get, "agents", name))
    }

    /// Has an agent end its runs and then itself, or takes that back: `POST /api/agents/{name}/drain`.
    package func drainAgent(_ name: String, isOn: Bool) async throws(OrchClientError) -> AgentStatus {
        try await send(Call(.post, "agents", name, "drain"), AgentWishRequest(isOn: isOn))
    }

    /// Keeps new runs from an agent, or takes that back: `POST /api/agents/{name}/maintenance`.
    package func setMaintenance(of name: String, isOn: Bool) async throws(OrchClientError) -> AgentStatus {
        try await send(Call(.post, "agents", name, "maintenance"), AgentWishRequest(isOn: isOn))
    }
}
