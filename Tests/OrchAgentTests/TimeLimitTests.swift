import OrchInfrastructure
import OrchModel
import Testing

/// When a run that is paused meanwhile has run for as long as it may, by a clock that the tests move.
@Suite(.timeLimit(.minutes(10)))
struct TimeLimitTests {
    /// The scripted engine's containers start at 5 µs.
    private static let start = Timestamp(microseconds: 5)

    private let engine = ScriptedEngine(["hello": .init(end: .runsOn)])
    private let clock = ManualClock()
    private let order = StopOrder()
    private let reports = RecordingReports()
    private let limited = ClaimedRun.sample { $0.timeoutSeconds = 10 }

    private func ask(_ action: RunRequest.Action) {
        order.ask(RunRequest(action, by: "user admin", at: Self.start + clock.now.offset))
    }

    /// Runs an attempt while `body` runs, until its end.
    private func run(
        _ claimed: ClaimedRun, _ mode: DockerRunner.Mode, _ body: () async throws -> Void
    ) async throws {
        let runner = DockerRunner(
            engine: engine, settings: LaunchSettings(), actor: "agent a1", host: nil, clock: clock,
            now: { [clock] in Self.start + clock.now.offset })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [order, reports] in
                try await runner.run(claimed, mode: mode, order: order, reporting: reports) {}
            }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            try await group.waitForAll()
        }
    }

    @Test func aPauseThatGoesOnPastTheLimitCountsOnce() async throws {
        try await run(limited, .launch) {
            try await reports.until(.running)
            try await clock.untilSleeping(for: .seconds(10))
            clock.move(.seconds(4))
            ask(.pause)
            try await reports.until(.paused)
            clock.move(.seconds(16))
            ask(.resume)
            try await reports.until(.running)
            // Four of its ten seconds it had lived before.
            try await clock.pass(.seconds(6))
            try await reports.until(.failed)
        }
        #expect(reports.states.last?.name == "TimedOut")
    }

    @Test func pausesWithinTheLimitAddUp() async throws {
        try await run(limited, .launch) {
            try await reports.until(.running)
            try await clock.untilSleeping(for: .seconds(10))
            for _ in 1...2 {
                clock.move(.seconds(1))
                ask(.pause)
                try await reports.until(.paused)
                clock.move(.seconds(2))
                ask(.resume)
                try await reports.until(.running)
            }
            try await clock.pass(.seconds(4))
            try await clock.pass(.seconds(4))
            try await reports.until(.failed)
        }
        #expect(clock.now.offset == .seconds(14))
    }

    @Test func aPauseThatAnEarlierAgentBeganCountsOnceToo() async throws {
        var paused = limited
        paused.pausedSeconds = 2
        paused.pausedSince = Self.start + .seconds(4)
        try engine.seed(paused, status: .paused)
        clock.move(.seconds(30))
        try await run(paused, .adopt) {
            ask(.resume)
            try await reports.until(.running)
            // It lived two seconds before the pause, and two it was paused before.
            try await clock.pass(.seconds(8))
            try await reports.until(.failed)
        }
        #expect(reports.states.last?.name == "TimedOut")
    }
}
