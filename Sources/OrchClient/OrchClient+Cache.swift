import CurlTransport
package import OrchModel

extension OrchClient {
    /// How long a run waits for an answer about a result: it could as well compute it.
    private static let cachePatience = 10.0

    /// A result that is kept, or the right to compute it: `POST /api/cache/lookup`.
    package func lookUp(_ lookup: CacheLookup) async throws(OrchClientError) -> CacheAnswer {
        try await send(Call(.post, "cache", "lookup").answered(within: Self.cachePatience), lookup)
    }

    /// Keeps a result: `PUT /api/cache/entries/{key}`.
    package func keep(_ draft: CacheDraft, as key: String) async throws(OrchClientError) {
        try await send(Call(.put, "cache", "entries", key).answered(within: Self.cachePatience), draft)
    }

    /// Goes on computing: `PUT /api/cache/locks/{key}/{holder}`.
    ///
    /// - Throws: fault 409 `conflict` where the lock is not the holder's any more.
    package func renewCacheLock(_ key: String, holder: String) async throws(OrchClientError) {
        _ = try await bytes(
            Call(.put, "cache", "locks", key, holder).answered(within: Self.cachePatience), body: .none)
    }

    /// Ends a computation without a result: `DELETE /api/cache/locks/{key}/{holder}`.
    package func releaseCacheLock(_ key: String, holder: String) async throws(OrchClientError) {
        _ = try await bytes(
            Call(.delete, "cache", "locks", key, holder).answered(within: Self.cachePatience), body: .none)
    }

    /// Results that are kept, newest first: `GET /api/cache`.
    ///
    /// - Parameter limit: how many at most; nil = the server's default, 50.
    package func cacheEntries(
        _ filter: CacheFilter = CacheFilter(), limit: Int? = nil
    ) async throws(OrchClientError) -> [CacheEntry] {
        let query: [(String, String?)] = [
            ("flow", filter.flow), ("task", filter.task), ("key", filter.keyPrefix),
            ("expired", filter.onlyExpired ? "true" : nil), ("limit", limit.map { "\($0)" }),
        ]
        return try await get(Call(.get, "cache").asking(query))
    }

    /// Removes results, or counts those that would go: `POST /api/cache/clear`.
    package func clearCache(_ clearing: CacheClearing) async throws(OrchClientError) -> CacheRemovals {
        try await send(Call(.post, "cache", "clear").waiting(60), clearing)
    }
}
