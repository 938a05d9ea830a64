import OrchInfrastructure
import OrchModel
import Testing

/// What an attempt makes of an engine that refuses to say what became of its container.
@Suite(.timeLimit(.minutes(10)))
struct EngineRefusalTests {
    private let engine = ScriptedEngine(["hello": .init(end: .runsOn)])
    private let clock = ManualClock()
    private let order = StopOrder()
    private let reports = RecordingReports()
    private let refusal = EngineFault.refused(status: 500, message: "the engine is not well")

    private func run(
        _ claimed: ClaimedRun, _ mode: DockerRunner.Mode, _ body: () async throws -> Void
    ) async throws {
        let runner = DockerRunner(
            engine: engine, settings: LaunchSettings(), actor: "agent a1", host: nil, clock: clock,
            now: { [clock] in Timestamp(microseconds: 5) + clock.now.offset })
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

    private func calls(_ name: String) -> Int { engine.calls.count { $0 == name } }

    @Test func aContainerThatTheEngineDoesNotShowIsNotGone() async throws {
        let claimed = ClaimedRun.sample()
        try engine.seed(claimed, status: .running)
        engine.fail("inspect", [refusal, refusal])
        try await run(claimed, .adopt) {
            try await clock.pass(.milliseconds(100))
            try await clock.pass(.milliseconds(200))
            try await reports.until(.running)
            engine.end(claimed.containerName, exitCode: 0)
            try await reports.until(.completed)
        }
        #expect(calls("create") == 0)
    }

    @Test func aNameInUseIsAskedAboutUntilTheEngineTellsWhoseItIs() async throws {
        let claimed = ClaimedRun.sample()
        try engine.seed(claimed, status: .running)
        engine.fail("inspect", [refusal])
        try await run(claimed, .launch) {
            try await clock.pass(.milliseconds(100))
            try await reports.until(.running)
            engine.end(claimed.containerName, exitCode: 0)
        }
        #expect(reports.states.last?.type == .completed)
    }

    @Test func aNameInUseByNobodyIsTriedAgainAfterAPause() async throws {
        let claimed = ClaimedRun.sample()
        engine.fail("create", [.nameInUse("in use"), .nameInUse("in use")])
        try await run(claimed, .launch) {
            try await clock.pass(.milliseconds(100))
            try await clock.pass(.milliseconds(200))
            try await reports.until(.running)
            engine.end(claimed.containerName, exitCode: 0)
        }
        #expect(reports.states.last?.type == .completed)
        #expect(calls("create") == 3)
    }

    @Test func aTimeLimitHoldsThoughTheEngineDoesNotSayAtOnceWhenTheProcessStarted() async throws {
        let claimed = ClaimedRun.sample { $0.timeoutSeconds = 10 }
        try engine.seed(claimed, status: .running)
        engine.fail("inspect", [nil, refusal])
        try await run(claimed, .adopt) {
            try await clock.pass(.milliseconds(100))
            try await clock.pass(.milliseconds(9900))
            try await reports.until(.failed)
        }
        #expect(reports.states.last?.name == "TimedOut")
    }

    @Test func aStartThatWasRefusedOnItsWayBackIsFollowed() async throws {
        let claimed = ClaimedRun.sample()
        // Somebody starts it while its first start is refused.
        engine.fail("start", [refusal])
        engine.fail("inspect", [refusal])
        try await run(claimed, .launch) {
            try await clock.untilSleeping(for: .milliseconds(100))
            try await engine.start(claimed.containerName)
            clock.move(.milliseconds(100))
            try await reports.until(.running)
            engine.end(claimed.containerName, exitCode: 0)
        }
        #expect(reports.states.last?.type == .completed)
    }

    @Test func aFencedAttemptDoesNotAskAnEngineThatIsAwayAgainAndAgain() async throws {
        engine.setAway(true)
        try await run(.sample(), .launch) {
            try await clock.untilSleeping(for: .milliseconds(100))
            order.give(.fenced)
            try await engine.untilCalled("inspect", times: 1)
            engine.setAway(false)
            try await clock.pass(.milliseconds(100))
        }
        #expect(calls("create") == 1)
        #expect(engine.containers.isEmpty)
    }

    @Test(arguments: [(["a", "b"], 1), (["a"], 0)])
    func aContainerThatMayLackANetworkIsMadeAnew(networks: [String], creations: Int) async throws {
        let claimed = ClaimedRun.sample { $0.container.networks = networks }
        try engine.seed(claimed, status: .created)
        try await run(claimed, .adopt) {
            try await reports.until(.running)
            engine.end(claimed.containerName, exitCode: 0)
        }
        #expect(reports.states.last?.type == .completed)
        #expect(calls("create") == creations && calls("start") == 1)
    }

    @Test func aContainerThatCannotBeRemovedToBeMadeAnewIsTriedAgainAfterAPause() async throws {
        let claimed = ClaimedRun.sample { $0.container.networks = ["a", "b"] }
        try engine.seed(claimed, status: .created)
        engine.fail("remove", [refusal])
        try await run(claimed, .adopt) {
            try await clock.pass(.milliseconds(100))
            try await reports.until(.running)
            engine.end(claimed.containerName, exitCode: 0)
        }
        #expect(calls("create") == 1)
    }
}
