import Hummingbird
import OrchModel
import OrchStore

/// Limits of runs: of all, of those with a tag, of a queue. Those of deployments are part of the deployments.
struct RunLimitRoutes: Sendable {
    let store: any Store

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "run-limits", .adminOnly) { _ in try APIJSON.response(try await store.runLimits()) },
            Endpoint(.post, "run-limits", .adminOnly, handler: save),
            Endpoint(.get, "run-limits/:key", .adminOnly) { call in
                let key = try Self.key(call)
                guard let status = try await store.runLimit(key) else { throw Self.unknown(key) }
                return try APIJSON.response(status)
            },
            Endpoint(.delete, "run-limits/:key", .adminOnly) { call in
                let key = try Self.key(call)
                try Self.checkOwner(key)
                guard try await store.deleteRunLimit(key) else { throw Self.unknown(key) }
                return APIJSON.noContent
            },
        ]
    }

    private func save(_ call: APICall) async throws -> Response {
        let request: RunLimitRequest = try await call.closedBody()
        try Self.checkOwner(request.key)
        guard (0...RunLimit.most).contains(request.limit) else {
            throw APIFailure.invalid("at .limit: expected 0 to \(RunLimit.most) runs at once, got \(request.limit)")
        }
        let text = request.key.description
        guard text.utf8.count <= LimitKey.longest, PlainText.isPlain(text) else {
            throw APIFailure.invalid("at .key: expected at most \(LimitKey.longest) bytes on \(PlainText.expected)")
        }
        if case .queue(let name) = request.key { try await store.checkQueue(name) }
        let saved = try await store.saveRunLimit(
            request.key, slots: request.limit, strategy: request.strategy, at: call.now())
        guard let saved else { throw Self.unknown(request.key) }
        return try APIJSON.response(saved)
    }

    private static func key(_ call: APICall) throws -> LimitKey {
        let text = try call.parameter("key")
        guard let key = LimitKey(text) else {
            throw APIFailure.badRequest(
                "the path's key: expected global, tag:TAG, queue:NAME or deployment:ID, got \(PlainText.quoted(text))")
        }
        return key
    }

    /// What a deployment, a schedule or a backfill says of its own runs is changed there.
    private static func checkOwner(_ key: LimitKey) throws {
        switch key {
        case .global, .tag, .queue: return
        case .deployment, .schedule, .backfill:
            throw APIFailure.conflict(
                "the limit \(key) is part of what it limits: change concurrencyLimit there; expected global, tag:TAG or "
                    + "queue:NAME")
        }
    }

    private static func unknown(_ key: LimitKey) -> APIFailure {
        .notFound("there is no limit \(PlainText.cut("\(key)")): orch concurrency-limit ls lists those there are")
    }
}
