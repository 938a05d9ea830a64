import CurlTransport
import OrchClient
import Synchronization

/// The controller's cache, asked with the run's own key.
///
/// A controller that did not answer is left alone for a while, so that a flow of a thousand tasks does not wait for it a
/// thousand times.
final class ControllerResultCache: ResultCache {
    /// Why the controller is not asked.
    struct Away: Error, CustomStringConvertible {
        var reason: String
        var description: String { "not asked, as a moment ago: \(reason)" }
    }

    private let client: OrchClient
    private let pause: Duration
    private let away = Mutex<(until: ContinuousClock.Instant, reason: String)?>(nil)

    /// - Parameter pause: for how long a controller is left alone that did not answer. Defaults to a minute.
    init(client: OrchClient, pause: Duration = .seconds(60)) {
        self.client = client
        self.pause = pause
    }

    func lookUp(_ lookup: CacheLookup) async throws -> CacheAnswer {
        try await calling { () throws(OrchClientError) in try await client.lookUp(lookup) }
    }

    func keep(_ draft: CacheDraft, as key: String) async throws {
        try await calling { () throws(OrchClientError) in try await client.keep(draft, as: key) }
    }

    func renew(_ key: String, holder: String) async throws {
        try await calling { () throws(OrchClientError) in try await client.renewCacheLock(key, holder: holder) }
    }

    func release(_ key: String, holder: String) async throws {
        try await calling { () throws(OrchClientError) in try await client.releaseCacheLock(key, holder: holder) }
    }

    private func calling<Answer>(_ call: () async throws(OrchClientError) -> Answer) async throws -> Answer {
        if let (until, reason) = away.withLock({ $0 }), ContinuousClock.now < until { throw Away(reason: reason) }
        do throws(OrchClientError) {
            return try await call()
        } catch {
            if case .unreachable(_, let cause) = error, !error.isCancellation {
                away.withLock { $0 = (ContinuousClock.now + pause, "no answer from the controller: \(cause)") }
            }
            throw error
        }
    }
}
