import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

struct FollowTests {
    private func events(_ response: TestResponse) throws -> [RunEvent] {
        try decode(Array(response.body.readableBytesView))
    }

    private func decode(_ bytes: [UInt8]) throws -> [RunEvent] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(RunEvent.self, from: Data($0)) }
    }

    /// What an event is, in a word.
    private func word(_ event: RunEvent) -> String {
        switch event {
        case .state(let state): state.name
        case .log(let record): record.message
        case .heartbeat: "heartbeat"
        case .end(let run): "end \(run.state.name)"
        }
    }

    @Test func aRunThatHasEndedIsToldWhole() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) {
                $0.records = (1...1200).map { ServerFixture.line($0, "line \($0)") }
                $0.state = ServerFixture.state(.completed)
            }
            let response = try await server.succeed(.get, "flow-runs/\(claimed.runID)/follow")
            #expect(response.headers[.contentType] == "application/x-ndjson")
            let words = try events(response).map(word)
            #expect(
                words == ["Scheduled", "Pending"] + (1...1200).map { "line \($0)" } + ["Completed", "end Completed"])
        }
    }

    @Test func linesBeforeThePositionAreLeftOut() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) {
                $0.records = (1...3).map { ServerFixture.line($0, "line \($0)") }
                $0.state = ServerFixture.state(.failed)
            }
            let page: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs?limit=2")
            let after = try #require(page.next)
            let response = try await server.succeed(.get, "flow-runs/\(claimed.runID)/follow?after=\(after)")
            #expect(try events(response).map(word) == ["Scheduled", "Pending", "line 3", "Failed", "end Failed"])
        }
    }

    /// Each report wakes the follower: nothing is looked at again by time in this test.
    @Test func eachReportReachesTheFollower() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let follower = RunFollower(
                store: server.controller.store, wakeups: server.controller.wakeups, run: claimed.runID,
                root: claimed.runID, after: 0, heartbeat: .seconds(3600), form: .lines)
            var pieces = follower.makeAsyncIterator()
            var told: [String] = []
            func next() async throws {
                let piece = try #require(try await pieces.next())
                told += try decode(Array(piece.readableBytesView)).map(word)
            }
            try await next()
            try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
            try await next()
            try await server.report(claimed) { $0.records = [ServerFixture.line(1, "hello")] }
            try await next()
            try await server.report(claimed) { $0.state = ServerFixture.state(.completed) }
            try await next()
            #expect(told == ["Scheduled", "Pending", "Running", "hello", "Completed", "end Completed"])
            #expect(try await pieces.next() == nil)
        }
    }

    @Test func aWaitingFollowerIsWoken() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            async let response = server.succeed(.get, "flow-runs/\(claimed.runID)/follow")
            await server.untilWaiting(for: .run(claimed.runID))
            try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
            try await server.report(claimed) {
                $0.records = [ServerFixture.line(1, "hello")]
                $0.state = ServerFixture.state(.crashed)
            }
            #expect(
                try events(await response).map(word)
                    == ["Scheduled", "Pending", "Running", "hello", "Crashed", "end Crashed"])
            #expect(server.controller.wakeups.count(of: .run(claimed.runID)) == 0)
        }
    }

    @Test func silenceIsFilledWithHeartbeats() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let follower = RunFollower(
                store: server.controller.store, wakeups: server.controller.wakeups, run: claimed.runID,
                root: claimed.runID, after: 0, heartbeat: .milliseconds(1), form: .lines)
            var pieces = follower.makeAsyncIterator()
            _ = try await pieces.next()
            let piece = try #require(try await pieces.next())
            #expect(try decode(Array(piece.readableBytesView)).map(word) == ["heartbeat"])
        }
    }

    @Test func aChildRunIsFollowedThroughItsContainersRun() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let id = Identifier.new()
            let child = ChildRunReport(
                id: id, parentRunID: claimed.runID, flowName: "etl", parameters: [:],
                state: ServerFixture.state(.running))
            try await server.report(claimed) { $0.childRuns = [child] }
            async let response = server.succeed(.get, "flow-runs/\(id)/follow")
            await server.untilWaiting(for: .run(id))
            var line = ServerFixture.line(2, "from the child")
            line.childRunID = id
            let (root, own) = (ServerFixture.line(1, "from the root"), line)
            try await server.report(claimed) { $0.records = [root, own] }
            try await server.report(claimed) { $0.state = ServerFixture.state(.crashed) }
            #expect(
                try events(await response).map(word) == ["Running", "from the child", "Crashed", "end Crashed"])
        }
    }

    @Test func anEventSourceGetsIdentifiersToGoOnFrom() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { $0.records = [ServerFixture.line(1, "one")] }
            let follower = RunFollower(
                store: server.controller.store, wakeups: server.controller.wakeups, run: claimed.runID,
                root: claimed.runID, after: 0, heartbeat: .seconds(3600), form: .serverSentEvents)
            var pieces = follower.makeAsyncIterator()
            let piece = try #require(try await pieces.next())
            let events = String(buffer: piece).components(separatedBy: "\n\n").filter { !$0.isEmpty }
            #expect(events.dropLast().allSatisfy { $0.hasPrefix("data: {\"state\":") })
            let lines = try #require(events.last).components(separatedBy: "\n")
            #expect(lines.count == 2)
            let position = try #require(lines.first.flatMap { Int64($0.dropFirst("id: ".count)) })
            #expect(lines.last?.hasPrefix("data: {\"log\":") == true)
            #expect(lines.last?.contains("\"position\":\(position)") == true)
        }
    }
}
