import OrchTesting
import Synchronization
import TestSupport
import Testing

@testable import Orch

/// Keeps the table of hits and misses in `docs/caching.md` equal to what tasks do.
struct CachingDocumentTests {
    private struct Case: Sendable {
        /// What the table says of it.
        var what: String
        var cache: MemoryResultCache? = MemoryResultCache()
        /// Whether a run with the inputs `1` and the code `1` was there before.
        var isFirst = false
        /// What has changed since.
        var since: @Sendable (MemoryResultCache) -> Void = { _ in }
        var input = 1.0
        var code = "sha256:1"
        var refresh = false
        var value = 1.5
        var failure: NumberedFailure?
        var isLarge = false
    }

    /// A cache where another run computes from the first look to the fourth one.
    private static func held(_ end: @escaping @Sendable (MemoryResultCache) -> Void) -> MemoryResultCache {
        MemoryResultCache { cache, asked in
            if asked == 1 { cache.hold(keys) }
            if asked == 4 { end(cache) }
        }
    }

    private static let other = CacheDraft(
        subject: "s", taskName: "task", codeVersion: "", value: "1.5", expiresInSeconds: 3600, holder: "other")

    private static let keys = [try? CacheKey(.inputs(1.0), flow: "flow", task: "task") { "image sha256:1" }.key]
        .compactMap(\.self)

    private static let cases = [
        Case(what: "no run before", isFirst: true),
        Case(what: "a run before, with the same inputs and code"),
        Case(what: "the same, with other inputs", input: 2),
        Case(what: "the same, with other code", code: "sha256:2"),
        Case(what: "the same, but its time is over", since: { $0.advance(3600) }),
        Case(what: "the same, with `refresh: true`", refresh: true),
        Case(what: "the same, but its result is of another shape, or broken", since: { $0.spoil("{") }),
        Case(
            what: "another run computes it: it is waited for",
            cache: held { cache in for key in keys { cache.put(other, as: key) } }, isFirst: true),
        Case(
            what: "another run computes it, and dies or fails: then the next one does",
            cache: held { $0.hold(keys, false) }, isFirst: true),
        Case(what: "no run before, and the work fails", isFirst: true, failure: NumberedFailure(number: 1)),
        Case(what: "no run before, and the result has more than 1 MiB", isFirst: true, isLarge: true),
        Case(what: "no run before, and the result has no JSON (NaN)", isFirst: true, value: .nan),
        Case(what: "an input has no JSON", isFirst: true, input: .nan),
        Case(what: "the controller does not answer, or refuses", cache: MemoryResultCache(isAway: true)),
        Case(
            what: "the controller does not take the result", cache: MemoryResultCache(keepsNothing: true),
            isFirst: true),
        Case(what: "by hand (`PROGRAM run`), without a controller", cache: nil),
    ]

    private static func run(_ item: Case, input: Double, code: String) async -> (bench: TaskBench, worked: Bool) {
        let caching = item.cache.map {
            ResultCaching(cache: $0, codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": code]), run: .new())
        }
        let bench = TaskBench(caching: caching)
        let worked = Atomic(false)
        let policy = CachePolicy.inputs(input, expiration: .seconds(3600), refresh: item.refresh)
        if item.isLarge {
            _ = try? await bench.context.task("task", cache: policy) {
                worked.store(true, ordering: .relaxed)
                return String(repeating: "x", count: CacheLimits.valueBytes)
            }
        } else {
            _ = try? await bench.context.task("task", cache: policy) {
                worked.store(true, ordering: .relaxed)
                if let failure = item.failure { throw failure }
                return item.value
            }
        }
        return (bench, worked.load(ordering: .relaxed))
    }

    private static func row(_ item: Case) async -> String {
        if !item.isFirst {
            var before = item
            before.refresh = false
            _ = await run(before, input: 1, code: "sha256:1")
            item.cache.map(item.since)
        }
        let old = item.cache?.drafts.map(\.holder) ?? []
        let (bench, worked) = await run(item, input: item.input, code: item.code)
        let isKept = item.cache?.drafts.contains { !old.contains($0.holder) } ?? false
        let state = bench.reporter.taskStates.last?.state
        let warns = bench.reporter.logs.contains { $0.level == .warning }
        #expect(item.cache?.locks ?? 0 == 0, "\(item.what)")
        return "| \(item.what) | \(worked ? "yes" : "no") | \(state?.name ?? "") | \(isKept ? "yes" : "no") "
            + "| \(warns ? "yes" : "no") | \(state?.message ?? "") |"
    }

    @Test(.timeLimit(.minutes(10))) func theDocumentIsWhatHappens() async throws {
        var rows = [
            "| what is there | work is done | state | result is kept | warning | the state's message |",
            "|---|---|---|---|---|---|",
        ]
        for item in Self.cases { rows.append(await Self.row(item)) }
        try DocumentPage("caching.md").expect(rows.joined(separator: "\n"), at: "hits")
    }
}
