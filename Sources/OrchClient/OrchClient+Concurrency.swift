import CurlTransport
package import OrchModel

/// Limits of tags, and their slots.
extension OrchClient {
    /// Makes or changes the limit of a tag: `POST /api/concurrency-limits`.
    package func saveConcurrencyLimit(
        _ request: ConcurrencyLimitRequest
    ) async throws(OrchClientError) -> ConcurrencyLimit {
        try await send(Call(.post, "concurrency-limits"), request)
    }

    /// All limits by tag: `GET /api/concurrency-limits`.
    package func concurrencyLimits() async throws(OrchClientError) -> [ConcurrencyLimit] {
        try await get(Call(.get, "concurrency-limits"))
    }

    /// A limit, and who has its slots: `GET /api/concurrency-limits/{tag}`.
    ///
    /// - Throws: fault 404 `not_found` where the tag has no limit.
    package func concurrencyLimit(_ tag: String) async throws(OrchClientError) -> ConcurrencyLimitStatus {
        try await get(Call(.get, "concurrency-limits", tag))
    }

    /// Removes a limit: `DELETE /api/concurrency-limits/{tag}`.
    package func deleteConcurrencyLimit(_ tag: String) async throws(OrchClientError) {
        _ = try await bytes(Call(.delete, "concurrency-limits", tag), body: .none)
    }

    /// Takes the slots of a tag from all that hold them: `POST /api/concurrency-limits/{tag}/reset`.
    package func resetConcurrencyLimit(_ tag: String) async throws(OrchClientError) -> ConcurrencyReset {
        try await send(Call(.post, "concurrency-limits", tag, "reset"), [String: String]())
    }

    /// Takes a slot of each of a task's tags, or waits for them: `PUT /api/concurrency-slots/{id}`. Safe to repeat.
    package func takeSlots(_ id: Identifier, _ request: SlotRequest) async throws(OrchClientError) -> SlotAnswer {
        try await send(Call(.put, "concurrency-slots", "\(id)").waiting(request.waitSeconds), request)
    }

    /// Gives slots back: `DELETE /api/concurrency-slots/{id}`.
    package func giveBackSlots(_ id: Identifier) async throws(OrchClientError) {
        _ = try await bytes(Call(.delete, "concurrency-slots", "\(id)").answered(within: 10), body: .none)
    }
}
