import Hummingbird
import OrchModel
import OrchStore

/// Work queues: make, list, change, remove.
struct WorkQueueRoutes: Sendable {
    let store: any Store

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "work-queues", .adminOnly) { call in
                try APIJSON.response(try await store.queues(at: call.now()))
            },
            Endpoint(.post, "work-queues", .adminOnly, handler: create),
            Endpoint(.get, "work-queues/:name", .adminOnly) { call in
                try APIJSON.response(try await store.queue(try call.parameter("name"), at: call.now()))
            },
            Endpoint(.post, "work-queues/:name", .adminOnly, handler: change),
            Endpoint(.delete, "work-queues/:name", .adminOnly) { call in
                let name = try call.parameter("name")
                guard name != WorkQueueRules.defaultName else {
                    throw APIFailure.conflict("the work queue \"\(name)\" always exists: it can be paused, not removed")
                }
                try await store.deleteQueue(name)
                return APIJSON.noContent
            },
            Endpoint(.get, "work-queues/:name/runs", .adminOnly, query: ["limit"]) { call in
                let queue = try await store.queue(try call.parameter("name"), at: call.now())
                let limit = Int(try call.number("limit", in: 1...1000, default: 20))
                return try APIJSON.response(
                    try await store.waitingRuns(in: queue.name, limit: limit, at: call.now()))
            },
        ]
    }

    private func create(_ call: APICall) async throws -> Response {
        let request: WorkQueueRequest = try await call.closedBody()
        if let problem = WorkQueueRules.problem(name: request.name) { throw APIFailure.invalid(problem) }
        try Self.check(priority: request.priority, limit: request.limit, description: request.description)
        try await store.createQueue(request, at: call.now())
        return try APIJSON.response(try await store.queue(request.name, at: call.now()), status: .created)
    }

    private func change(_ call: APICall) async throws -> Response {
        let name = try call.parameter("name")
        let change: WorkQueueChange = try await call.closedBody()
        try Self.check(priority: change.priority, limit: change.limit, description: change.description)
        try await store.changeQueue(name, change, by: call.principal.actor, at: call.now())
        return try APIJSON.response(try await store.queue(name, at: call.now()))
    }

    private static func check(priority: Int?, limit: Int?, description: String?) throws {
        let priorities = WorkQueueRules.priorities
        if let priority, !priorities.contains(priority) {
            throw APIFailure.invalid(
                "at .priority: expected \(priorities.lowerBound) (first) to \(priorities.upperBound), got \(priority)")
        }
        if let limit, !(0...RunLimit.most).contains(limit) {
            throw APIFailure.invalid("at .limit: expected 0 to \(RunLimit.most) runs at once, got \(limit)")
        }
        if let description, description.utf8.count > 1000 || description.utf8.contains(0) {
            throw APIFailure.invalid("at .description: expected at most 1000 bytes and no NUL")
        }
    }
}

extension Store {
    /// All queues; agents count that asked within the last minute.
    func queues(at now: Timestamp) async throws -> [WorkQueueStatus] {
        try await workQueues(polledSince: now - OrchServerConfiguration.pollingWindow, at: now)
    }

    /// A queue by its name.
    ///
    /// - Throws: 404 with the nearest names.
    func queue(_ name: String, at now: Timestamp) async throws -> WorkQueueStatus {
        let queues = try await queues(at: now)
        guard let queue = queues.first(where: { $0.name == name && $0.createdAt != nil }) else {
            throw StoreError.unknownQueue(name, known: queues.filter { $0.createdAt != nil }.map(\.name))
        }
        return queue
    }

    /// Refuses a queue's name that does not exist.
    ///
    /// - Throws: 404 with the nearest names.
    func checkQueue(_ name: String) async throws {
        let names = try await queueNames()
        guard names.contains(name) else { throw APIFailure.unknownQueue(name, known: names) }
    }
}
