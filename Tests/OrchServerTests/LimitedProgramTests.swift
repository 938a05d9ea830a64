import FoundationEssentials
import Glibc
import OrchClient
import OrchModel
import TestSupport
import Testing

@testable import OrchServer

/// Flow programs whose tasks have slots of a controller, as containers do.
struct LimitedProgramTests {
    private struct Bench: Sendable {
        let folder: String
        let url: String
        let admin: OrchClient
        let agent: OrchClient

        var notes: String { "\(folder)/notes" }

        func claimedRun() async throws -> ClaimedRun {
            _ = try await admin.createRun(FlowRunRequest(deployment: "docker-flow"))
            let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 0)
            return try #require(try await agent.poll(poll).runs.first)
        }

        /// Runs the flow to its end, and tells of that as an agent does.
        func run(_ claimed: ClaimedRun, _ parameters: [String]) async throws -> Int32 {
            let ending = try await FlowProcess.run(
                claimed, "limited", api: url, home: "\(folder)/\(claimed.runID)",
                parameters: ["path=\(notes)"] + parameters)
            return ending.code
        }

        /// The most that were at work at once, and how many there were.
        func census() throws -> (most: Int, count: Int) {
            let text = String(decoding: try Data(contentsOf: URL(filePath: notes)), as: UTF8.self)
            var (now, most) = (0, 0)
            for letter in text {
                now += letter == "+" ? 1 : -1
                most = max(most, now)
            }
            return (most, text.filter { $0 == "+" }.count)
        }
    }

    private func with(limit: Int, _ body: @Sendable (Bench) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let controller = try await ServerFixture.open("\(folder)/data")
            try await ServedControllers.with([controller]) { served in
                let url = served.urls[0]
                let bench = Bench(
                    folder: folder, url: url,
                    admin: OrchClient(url: url, token: controller.adminToken, http: served.http),
                    agent: OrchClient(url: url, token: controller.agentToken, http: served.http))
                _ = try await bench.admin.deploy(ServerFixture.deployment())
                _ = try await bench.admin.saveConcurrencyLimit(ConcurrencyLimitRequest(tag: "limited", limit: limit))
                try await body(bench)
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func aLimitHoldsAcrossPrograms() async throws {
        try await with(limit: 2) { bench in
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<3 {
                    let claimed = try await bench.claimedRun()
                    group.addTask { try await bench.run(claimed, ["tasks=6"]) }
                }
                for try await code in group { #expect(code == 0) }
            }
            let census = try bench.census()
            #expect(census.most <= 2)
            #expect(census.count == 18)
            let limit = try #require(try await bench.admin.concurrencyLimits().first)
            #expect((limit.held, limit.waiting) == (0, 0))
        }
    }

    @Test(.timeLimit(.minutes(10))) func aProgramThatIsKilledFreesItsSlotsWithItsEnd() async throws {
        try await with(limit: 1) { bench in
            let first = try await bench.claimedRun()
            #expect(try await bench.run(first, ["tasks=1", "dies=true"]) == -SIGKILL)
            var status = try await bench.admin.concurrencyLimit("limited")
            #expect(status.holders.map(\.runID) == [first.runID])
            let second = try await bench.claimedRun()
            async let code = bench.run(second, ["tasks=2"])
            while status.waiters.isEmpty { status = try await bench.admin.concurrencyLimit("limited") }
            #expect(status.waiters.allSatisfy { $0.runID == second.runID && $0.taskName.hasPrefix("limited[") })
            #expect(status.holders.map(\.runID) == [first.runID])
            let report = AttemptReport(token: first.token, state: ServerFixture.state(.crashed))
            try await bench.agent.report(run: first.runID, attempt: 1, report)
            #expect(try await code == 0)
            #expect(try bench.census().count == 3)
        }
    }
}
