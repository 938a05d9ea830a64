import Orch

/// Results of tasks that are kept in memory from one test run to the next.
///
/// ```swift
/// let cache = FlowTestCache()
/// let test = FlowTest(LoadMonth.self).cache(cache)
/// _ = try await test.run()
/// #expect(try await test.run().task("download")?.stateNames == ["Running", "Cached"])
/// ```
public struct FlowTestCache: Sendable {
    let cache: MemoryResultCache

    /// A cache without results.
    public init() {
        cache = MemoryResultCache()
    }

    /// Lets results grow older by so many seconds.
    public func advance(seconds: Double) { cache.advance(seconds) }
}
