import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

struct CacheRoutesTests {
    private static func lookup(_ holder: String = "h", key: String = "k") -> CacheLookup {
        CacheLookup(key: key, subject: "s", holder: holder, refresh: false)
    }

    private static func draft(_ value: String = "[1,2]", seconds: Double = 60) -> CacheDraft {
        CacheDraft(
            subject: "s", taskName: "fetch", codeVersion: "v1", value: value, expiresInSeconds: seconds, holder: "h")
    }

    private func runKey(_ server: ServerFixture) async throws -> (run: ClaimedRun, key: String) {
        let claimed = try await server.claimedRun()
        return (claimed, try #require(claimed.secrets["ORCH_API_KEY"]))
    }

    @Test func aRunsResultIsReadByTheNextRunThoughTheFirstHasEnded() async throws {
        try await ServerFixture.with { server in
            let (first, key) = try await runKey(server)
            let miss: CacheAnswer = try await server.call(.post, "cache/lookup", token: key, Self.lookup())
            #expect(miss == .miss(CacheMiss(.first)))
            try await server.succeed(.put, "cache/entries/k", token: key, Self.draft())
            try await server.report(first) { $0.state = ServerFixture.state(.completed) }
            #expect(try await server.refusal(.post, "cache/lookup", token: key, Self.lookup()).status == 401)
            let (_, next) = try await runKey(server)
            let answer: CacheAnswer = try await server.call(.post, "cache/lookup", token: next, Self.lookup())
            guard case .hit(let value, let entry) = answer else {
                Issue.record("expected a hit, got \(answer)")
                return
            }
            #expect(value == "[1,2]")
            #expect(entry.runID == first.runID)
            #expect(entry.flowName == first.flowName)
            #expect(entry.bytes == 5)
            let listed: [CacheEntry] = try await server.call(.get, "cache?task=fetch")
            #expect(listed.map(\.runName) == [first.runName])
            #expect(listed.map(\.hits) == [1])
        }
    }

    @Test func aLockIsRenewedAndGivenBackByItsHolderAlone() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            let _: CacheAnswer = try await server.call(.post, "cache/lookup", token: key, Self.lookup())
            try await server.succeed(.put, "cache/locks/k/h", token: key)
            #expect(try await server.refusal(.put, "cache/locks/k/other", token: key).status == 409)
            try await server.succeed(.delete, "cache/locks/k/other", token: key)
            let busy: CacheAnswer = try await server.call(.post, "cache/lookup", token: key, Self.lookup("h2"))
            guard case .busy = busy else {
                Issue.record("expected busy, got \(busy)")
                return
            }
            try await server.succeed(.delete, "cache/locks/k/h", token: key)
            let free: CacheAnswer = try await server.call(.post, "cache/lookup", token: key, Self.lookup("h2"))
            #expect(free == .miss(CacheMiss(.first)))
        }
    }

    @Test func anotherFlowsResultsAreOutOfReach() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            try await server.succeed(.put, "cache/entries/k", token: key, Self.draft())
            try await server.succeed(.post, "deployments", ServerFixture.deployment("other", flow: "other-flow"))
            _ = try await server.createRun(FlowRunRequest(deployment: "other"))
            let other = try #require(try await server.poll().runs.first?.secrets["ORCH_API_KEY"])
            let answer: CacheAnswer = try await server.call(.post, "cache/lookup", token: other, Self.lookup())
            #expect(answer == .miss(CacheMiss(.first)))
        }
    }

    @Test func aResultThatIsTooLargeIsRefusedAndTheLargestIsNot() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            let most = CacheLimits.valueBytes
            // Quotes double in JSON: the longest body that may come.
            let largest = String(repeating: "\"", count: most)
            try await server.succeed(.put, "cache/entries/k", token: key, Self.draft(largest))
            let refused = try await server.refusal(.put, "cache/entries/k", token: key, Self.draft(largest + "1"))
            #expect(refused.status == 413)
            #expect(refused.fault.message == "the result has 1048577 bytes: expected 1048576 at most")
        }
    }

    @Test(arguments: [0, -1, CacheLimits.longestExpiration + 1])
    func anExpirationOutOfBoundsIsRefused(seconds: Double) async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            let refused = try await server.refusal(
                .put, "cache/entries/k", token: key, Self.draft(seconds: seconds))
            #expect(refused.status == 400)
        }
    }

    @Test func aLongKeyAndAnAdminWhoIsNoRunAreRefused() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            let long = Self.lookup(key: String(repeating: "k", count: CacheLimits.nameBytes + 1))
            #expect(try await server.refusal(.post, "cache/lookup", token: key, long).status == 400)
            #expect(try await server.refusal(.post, "cache/lookup", Self.lookup()).status == 403)
            #expect(try await server.refusal(.get, "cache", token: key).status == 403)
            #expect(
                try await server.refusal(
                    .post, "cache/clear", token: key, CacheClearing(filter: CacheFilter(), isDry: false)
                ).status == 403)
        }
    }

    @Test(arguments: [
        #"{"filter":{"onlyExpired":false,"tsak":"fetch"},"isDry":true}"#,
        #"{"filter":{"onlyExpired":false},"isDry":true,"task":"fetch"}"#,
    ])
    func clearingRefusesAMemberThatItDoesNotKnow(body: String) async throws {
        try await ServerFixture.with { server in
            let response = try await server.send(.post, "cache/clear", token: server.admin, body: Data(body.utf8))
            #expect(response.status == .unprocessableContent)
            #expect(String(buffer: response.body).contains("task"))
        }
    }

    @Test func clearingCountsFirstAndRemovesAllThatIsMeant() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            for number in 1...205 {
                try await server.succeed(.put, "cache/entries/a\(number)", token: key, Self.draft("1"))
            }
            try await server.succeed(.put, "cache/entries/b", token: key, Self.draft("1"))
            let filter = CacheFilter(keyPrefix: "a")
            for isDry in [true, false] {
                let clearing = CacheClearing(filter: filter, isDry: isDry)
                let removed: CacheRemovals = try await server.call(.post, "cache/clear", clearing)
                #expect(removed == CacheRemovals(entries: 205, bytes: 205))
            }
            let left: [CacheEntry] = try await server.call(.get, "cache")
            #expect(left.map(\.key) == ["b"])
        }
    }
}
