import Hummingbird
import OrchModel
import OrchStore

/// Limits of tags: for the admin who sets them, and for the runs whose tasks take their slots.
struct ConcurrencyRoutes: Sendable {
    let store: any Store
    let slots: SlotDesk

    /// The longest that a request for slots is held back.
    private static let longestWait = 60.0

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "concurrency-limits", .adminOnly) { _ in
                try APIJSON.response(try await store.concurrencyLimits())
            },
            Endpoint(.post, "concurrency-limits", .adminOnly, handler: save),
            Endpoint(.get, "concurrency-limits/:tag", .adminOnly) { call in
                let tag = try call.parameter("tag")
                guard let status = try await store.concurrencyLimit(tag) else { throw Self.unknown(tag) }
                return try APIJSON.response(status)
            },
            Endpoint(.delete, "concurrency-limits/:tag", .adminOnly) { call in
                let tag = try call.parameter("tag")
                let change = try await store.deleteConcurrencyLimit(tag, at: call.now())
                slots.wake(change.granted)
                guard change.answer else { throw Self.unknown(tag) }
                return APIJSON.noContent
            },
            Endpoint(.post, "concurrency-limits/:tag/reset", .adminOnly) { call in
                let tag = try call.parameter("tag")
                let change = try await store.resetConcurrencyLimit(tag, at: call.now())
                slots.wake(change.granted)
                guard let reset = change.answer else { throw Self.unknown(tag) }
                return try APIJSON.response(reset)
            },
            Endpoint(.put, "concurrency-slots/:slot", .runs, handler: take),
            Endpoint(.delete, "concurrency-slots/:slot", .runs) { call in
                try await slots.giveBack(try call.identifier("slot"), of: try Self.attempt(call))
                return APIJSON.noContent
            },
        ]
    }

    private func save(_ call: APICall) async throws -> Response {
        let request: ConcurrencyLimitRequest = try await call.closedBody()
        try Self.check(tag: request.tag)
        guard PlainText.isPlain(request.tag) else {
            throw APIFailure.badRequest("at .tag: expected \(PlainText.expected)")
        }
        guard (0...ConcurrencyLimit.most).contains(request.limit) else {
            throw APIFailure.badRequest(
                "at .limit: expected 0 to \(ConcurrencyLimit.most) tasks at once, got \(request.limit)")
        }
        let change = try await store.saveConcurrencyLimit(request.tag, request.limit, at: call.now())
        slots.wake(change.granted)
        guard let limit = change.answer else { throw Self.unknown(request.tag) }
        return try APIJSON.response(limit)
    }

    /// Waits with an eye on the connection, as a poll for work does.
    private func take(_ call: APICall) async throws -> Response {
        let waiter = Waiter()
        let attempt = try Self.attempt(call)
        let slot = try call.identifier("slot")
        return try await call.answer(watching: waiter) { body in
            let request: SlotRequest = try await APICall.decode(body, upTo: call.bodyLimit)
            guard request.waitSeconds.isFinite, request.tags.count <= SlotLimits.mostTags,
                request.taskName.utf8.count <= 4096
            else {
                throw APIFailure.badRequest(
                    "expected at most \(SlotLimits.mostTags) tags, and a finite number of seconds to wait")
            }
            for tag in request.tags { try Self.check(tag: tag) }
            let draft = SlotDraft(
                id: slot, attempt: attempt, taskRunID: request.taskRunID, taskName: request.taskName,
                tags: request.tags)
            do {
                return try await slots.take(
                    draft, atMost: .seconds(min(max(0, request.waitSeconds), Self.longestWait)), waiter: waiter)
            } catch StoreError.missingRun {
                throw APIFailure.conflict(
                    "attempt \(attempt.attempt) of run \(attempt.runID) has ended: its tasks hold no slots")
            }
        }
    }

    /// The attempt whose key the call came with.
    private static func attempt(_ call: APICall) throws -> AttemptKey {
        guard case .run(let id, let attempt) = call.principal else {
            throw APIFailure(.forbidden, "forbidden", "slots are for tasks of runs: expected a run's own key")
        }
        return AttemptKey(runID: id, attempt: attempt)
    }

    private static func check(tag: String) throws {
        guard !tag.isEmpty, tag.utf8.count <= ConcurrencyLimit.longestTag + 64, !tag.utf8.contains(0) else {
            throw APIFailure.badRequest(
                "a tag: expected 1 to \(ConcurrencyLimit.longestTag) bytes, and no NUL, got \(tag.utf8.count) bytes")
        }
    }

    private static func unknown(_ tag: String) -> APIFailure {
        .notFound("the tag \(PlainText.quoted(tag)) has no limit: orch concurrency-limit ls lists those that have")
    }
}
