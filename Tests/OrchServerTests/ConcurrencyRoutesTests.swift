import FoundationEssentials
import Hummingbird
import OrchModel
import Testing

@testable import OrchServer

@Suite(.timeLimit(.minutes(10)))
struct ConcurrencyRoutesTests {
    private static func request(_ tags: [String] = ["db"], wait: Double = 0) -> SlotRequest {
        SlotRequest(taskRunID: .new(), taskName: "load", tags: tags, waitSeconds: wait)
    }

    private func runKey(_ server: ServerFixture) async throws -> (run: ClaimedRun, key: String) {
        let claimed = try await server.claimedRun()
        return (claimed, try #require(claimed.secrets["ORCH_API_KEY"]))
    }

    private func limit(_ server: ServerFixture, _ limit: Int) async throws {
        try await server.succeed(.post, "concurrency-limits", ConcurrencyLimitRequest(tag: "db", limit: limit))
    }

    private func take(
        _ server: ServerFixture, _ key: String, _ id: Identifier, wait: Double = 0
    ) async throws -> SlotAnswer {
        try await server.call(.put, "concurrency-slots/\(id)", token: key, Self.request(wait: wait))
    }

    private func isWaiting(_ answer: SlotAnswer) -> Bool { if case .waiting = answer { true } else { false } }

    /// Returns once a request for a slot waits.
    private func untilWaiting(_ server: ServerFixture, _ id: Identifier) async throws {
        while true {
            let status: ConcurrencyLimitStatus = try await server.call(.get, "concurrency-limits/db")
            if status.waiters.contains(where: { $0.id == id }), server.controller.wakeups.count(of: .slot(id)) > 0 {
                return
            }
            await Task.yield()
        }
    }

    @Test func aSlotThatIsGivenBackWakesTheNext() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            try await limit(server, 1)
            let (first, second) = (Identifier.new(), Identifier.new())
            #expect(try await take(server, key, first) == .granted)
            #expect(isWaiting(try await take(server, key, second)))
            async let answer = take(server, key, second, wait: 60)
            try await untilWaiting(server, second)
            try await server.succeed(.delete, "concurrency-slots/\(first)", token: key)
            #expect(try await answer == .granted)
            try await server.succeed(.delete, "concurrency-slots/\(second)", token: key)
            let limits: [ConcurrencyLimit] = try await server.call(.get, "concurrency-limits")
            #expect(limits.map(\.held) == [0])
        }
    }

    @Test func theEndOfARunWakesWhoWaitsForItsSlots() async throws {
        try await ServerFixture.with { server in
            let (first, firstKey) = try await runKey(server)
            let (_, secondKey) = try await runKey(server)
            try await limit(server, 1)
            #expect(try await take(server, firstKey, .new()) == .granted)
            let second = Identifier.new()
            async let answer = take(server, secondKey, second, wait: 60)
            try await untilWaiting(server, second)
            try await server.report(first) { $0.state = ServerFixture.state(.crashed) }
            #expect(try await answer == .granted)
            #expect(
                try await server.refusal(.put, "concurrency-slots/\(second)", token: firstKey, Self.request()).status
                    == 401)
        }
    }

    @Test func aRaisedLimitOneThatGoesAndAResetWakeToo() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            try await limit(server, 0)
            for change in ["raise", "reset", "delete"] {
                let id = Identifier.new()
                async let answer = take(server, key, id, wait: 60)
                try await untilWaiting(server, id)
                switch change {
                case "raise": try await limit(server, 1)
                case "reset":
                    let reset: ConcurrencyReset = try await server.call(
                        .post, "concurrency-limits/db/reset", [String: String]())
                    #expect(reset.freed == 1)
                default: try await server.succeed(.delete, "concurrency-limits/db")
                }
                #expect(try await answer == .granted)
            }
            #expect(try await take(server, key, .new()) == .unlimited)
        }
    }

    @Test func whatCannotBeIsRefused() async throws {
        try await ServerFixture.with { server in
            let (_, key) = try await runKey(server)
            for request in [
                ConcurrencyLimitRequest(tag: "", limit: 1), ConcurrencyLimitRequest(tag: "db", limit: -1),
                ConcurrencyLimitRequest(tag: "db", limit: 100_001), ConcurrencyLimitRequest(tag: "d\u{1B}b", limit: 1),
                ConcurrencyLimitRequest(tag: "d\nb", limit: 1),
                ConcurrencyLimitRequest(tag: String(repeating: "x", count: 1000), limit: 1),
            ] {
                #expect(try await server.refusal(.post, "concurrency-limits", request).status == 400)
            }
            let unknown = ["tag": JSONValue.string("db"), "limit": 1, "limits": 2]
            let (status, fault) = try await server.refusal(.post, "concurrency-limits", unknown)
            #expect(status == 422)
            #expect(fault.message.contains("limits") || fault.details.contains { $0.contains("limits") })
            for path in ["concurrency-limits/none", "concurrency-limits/a%2Fb"] {
                #expect(try await server.refusal(.get, path).status == 404)
                #expect(try await server.refusal(.delete, path).status == 404)
            }
            // Runs set no limits, and slots are theirs alone.
            #expect(try await server.refusal(.get, "concurrency-limits", token: key).status == 403)
            #expect(
                try await server.refusal(.put, "concurrency-slots/\(Identifier.new())", Self.request()).status == 403)
            let path = "concurrency-slots/\(Identifier.new())"
            #expect(try await server.refusal(.put, path, token: key, Self.request(["a\u{0}"])).status == 400)
            let many = Self.request((0..<51).map { "\($0)" })
            #expect(try await server.refusal(.put, path, token: key, many).status == 400)
            #expect(try await server.refusal(.put, "concurrency-slots/7", token: key, Self.request()).status == 400)
        }
    }

    @Test func aTagOfAnyLettersHasALimit() async throws {
        try await ServerFixture.with { server in
            let tag = "Größe/50 %?"
            try await server.succeed(.post, "concurrency-limits", ConcurrencyLimitRequest(tag: tag, limit: 3))
            let path = "concurrency-limits/Gr%C3%B6%C3%9Fe%2F50%20%25%3F"
            let status: ConcurrencyLimitStatus = try await server.call(.get, path)
            #expect(status.limit.tag == tag)
            try await server.succeed(.delete, path)
        }
    }
}
