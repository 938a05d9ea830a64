import Hummingbird
import OrchModel
import OrchStore

/// Results of tasks: for the runs that make and take them, and for the admin who looks after them.
///
/// A run reaches the results of its own flow alone: one flow's container cannot leave a result for another's.
struct CacheRoutes: Sendable {
    let store: any Store

    /// Results that one transaction removes at most.
    private static let step = 100

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "cache/lookup", .runs, handler: lookUp),
            // A text may double in JSON, as its quotes are escaped.
            Endpoint(
                .put, "cache/entries/:key", .runs, bodyLimit: 2 * CacheLimits.valueBytes + (64 << 10), handler: keep),
            Endpoint(.put, "cache/locks/:key/:holder", .runs, handler: renew),
            Endpoint(.delete, "cache/locks/:key/:holder", .runs, handler: release),
            Endpoint(.get, "cache", .adminOnly, query: ["flow", "task", "key", "expired", "limit"], handler: list),
            Endpoint(.post, "cache/clear", .adminOnly, handler: clear),
        ]
    }

    private func lookUp(_ call: APICall) async throws -> Response {
        let run = try await run(call)
        let lookup: CacheLookup = try await call.body()
        try Self.check(["key": lookup.key, "subject": lookup.subject, "holder": lookup.holder])
        let request = CacheRequest(
            lock: CacheLock(flow: run.flowName, key: lookup.key, holder: lookup.holder), subject: lookup.subject,
            refresh: lookup.refresh, runID: run.id, runName: run.name, leaseUntil: Self.lease(from: call.now()),
            since: run.retry?.resultsSince)
        return try APIJSON.response(try await store.lookUp(request, at: call.now()))
    }

    private func keep(_ call: APICall) async throws -> Response {
        let run = try await run(call)
        let draft: CacheDraft = try await call.body()
        let key = try call.parameter("key")
        try Self.check([
            "key": key, "subject": draft.subject, "holder": draft.holder, "taskName": draft.taskName,
            "codeVersion": draft.codeVersion,
        ])
        let value = Array(draft.value.utf8)
        guard value.count <= CacheLimits.valueBytes else {
            throw APIFailure(
                .contentTooLarge, "invalid",
                "the result has \(value.count) bytes: expected \(CacheLimits.valueBytes) at most")
        }
        guard draft.expiresInSeconds > 0, draft.expiresInSeconds <= CacheLimits.longestExpiration else {
            throw APIFailure.badRequest(
                "expiresInSeconds: expected more than 0, and \(CacheLimits.longestExpiration) at most, got "
                    + "\(draft.expiresInSeconds)")
        }
        let now = call.now()
        let entry = CacheEntry(
            key: key, flowName: run.flowName, taskName: draft.taskName, codeVersion: draft.codeVersion,
            bytes: value.count, runID: run.id, runName: run.name, madeAt: now,
            expiresAt: now + .seconds(draft.expiresInSeconds))
        try await store.keep(
            CachedResult(entry: entry, subject: draft.subject, value: value, holder: draft.holder), at: now)
        return APIJSON.noContent
    }

    private func renew(_ call: APICall) async throws -> Response {
        guard try await store.renew(try await lock(call), until: Self.lease(from: call.now())) else {
            throw APIFailure.conflict("another run computes this result now, or it is there")
        }
        return APIJSON.noContent
    }

    private func release(_ call: APICall) async throws -> Response {
        try await store.release(try await lock(call))
        return APIJSON.noContent
    }

    private func list(_ call: APICall) async throws -> Response {
        let filter = CacheFilter(
            flow: call.query("flow"), task: call.query("task"), keyPrefix: call.query("key"),
            onlyExpired: try call.flag("expired"))
        let limit = Int(try call.number("limit", in: 1...1000, default: 50))
        return try APIJSON.response(try await store.results(matching: filter, limit: limit, at: call.now()))
    }

    private func clear(_ call: APICall) async throws -> Response {
        let clearing: CacheClearing = try await call.closedBody()
        let now = call.now()
        if clearing.isDry {
            return try APIJSON.response(try await store.countResults(matching: clearing.filter, at: now))
        }
        var removed = CacheRemovals()
        while true {
            let step = try await store.removeResults(matching: clearing.filter, limit: Self.step, at: now)
            removed.entries += step.entries
            removed.bytes += step.bytes
            if step.entries == 0 { break }
        }
        return try APIJSON.response(removed)
    }

    /// The run whose key the call came with.
    private func run(_ call: APICall) async throws -> FlowRun {
        guard case .run(let id, _) = call.principal, let run = try await store.run(id) else {
            throw APIFailure(.forbidden, "forbidden", "results are kept for runs: expected a run's own key")
        }
        return run
    }

    private func lock(_ call: APICall) async throws -> CacheLock {
        let lock = CacheLock(
            flow: try await run(call).flowName, key: try call.parameter("key"), holder: try call.parameter("holder"))
        try Self.check(["key": lock.key, "holder": lock.holder])
        return lock
    }

    private static func lease(from now: Timestamp) -> Timestamp { now + .seconds(CacheLimits.leaseSeconds) }

    private static func check(_ texts: [String: String]) throws {
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard text.utf8.count <= CacheLimits.nameBytes, !text.utf8.contains(0) else {
                throw APIFailure.badRequest("\(name): expected \(CacheLimits.nameBytes) bytes at most, and no NUL")
            }
        }
    }
}
