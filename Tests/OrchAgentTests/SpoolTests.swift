import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

/// The engine's log is the spool: what the controller cannot take yet stays there.
@Suite(.timeLimit(.minutes(10)))
struct SpoolTests {
    private static let small = ReportLimits(
        recordsPerReport: 5, bytesPerReport: 1 << 20, recordsWaiting: 10, bytesWaiting: 1 << 20,
        interval: .zero)

    @Test func containerStaysUntilTheControllerHasEverything() async throws {
        let bench = try AgentBench(["hello": .init(lines: (1...40).map { .out("line \($0)") }, end: .exit(0))])
        let claimed = ClaimedRun.sample()
        try await bench.withAgent {
            $0.reports = Self.small
        } _: {
            bench.controller.queue(claimed)
            try await bench.engine.untilCalled("start", times: 1)
            bench.controller.setAway(true)
            let tries = bench.controller.attempts
            try await bench.controller.until { $0.attempts > tries + 2 }
            #expect(bench.engine.containers.count == 1)
            #expect(!bench.engine.calls.contains("remove"))
            bench.controller.setAway(false)
            try await bench.controller.until { $0.end != nil }
            #expect(bench.controller.lines == (1...40).map { "line \($0)" })
            try await bench.engine.until { $0.isEmpty }
        }
        #expect(bench.controller.end?.type == .completed)
    }

    /// The next agent reads from the engine what the last one had in memory.
    @Test func agentKilledWhileTheControllerIsAwayLosesNothing() async throws {
        let bench = try AgentBench(["hello": .init(lines: (1...40).map { .out("line \($0)") }, end: .runsOn)])
        let claimed = ClaimedRun.sample()
        try await bench.withAgent {
            $0.reports = Self.small
        } _: {
            bench.controller.queue(claimed)
            try await bench.engine.untilCalled("start", times: 1)
            bench.controller.setAway(true)
            let tries = bench.controller.attempts
            try await bench.controller.until { $0.attempts > tries + 2 }
            bench.engine.end(claimed.containerName, exitCode: 3)
        }
        #expect(bench.engine.containers.count == 1)
        bench.controller.setAway(false)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.lines == (1...40).map { "line \($0)" })
        #expect(bench.controller.end?.message == "exit 3")
    }
}
