import FoundationEssentials
import Logging
import OrchInfrastructure
import OrchModel
import ServiceLifecycle
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct AgentTests {
    @Test func shutdownSendsWhatIsSeenAndLeavesContainersRunning() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("one"), .out("two")], end: .runsOn)])
        let claimed = ClaimedRun.sample()
        let services = ServiceGroup(
            services: [try bench.agent()], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = services.run()
        bench.controller.queue(claimed)
        try await bench.controller.until { $0.states.contains { $0.type == .running } }
        await services.triggerGracefulShutdown()
        try await running
        #expect(bench.controller.lines == ["one", "two"])
        #expect(bench.controller.end == nil)
        #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
        #expect(!bench.engine.calls.contains("stop"))
        let session = try #require(bench.controller.polls.first?.agent.session)
        #expect(bench.controller.farewells == [AgentFarewell(agent: "a1", session: session)])
    }

    @Test func whoIsKilledSaysNoFarewell() async throws {
        let bench = try AgentBench()
        try await bench.withAgent { try await bench.controller.until { !$0.polls.isEmpty } }
        #expect(bench.controller.farewells.isEmpty)
    }

    @Test("An agent whose queue is deleted while it polls ends with the reason, though it runs something")
    func endsWithItsQueue() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let agent = try bench.agent()
        let task = Task { try await agent.run() }
        bench.controller.queue(.sample())
        do {
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
        } catch {
            task.cancel()
            throw error
        }
        bench.controller.refusePolls(.unknownQueue("there is no work queue \"default\""))
        let error = await #expect(throws: AgentError.self) { try await task.value }
        guard case .unknownQueue = error else {
            Issue.record("expected unknownQueue, got \(String(describing: error))")
            return
        }
        #expect(bench.controller.farewells.count == 1)
        #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
    }

    @Test func whatAHostHasWinsOverWhatTheAgentWasToldToSay() async throws {
        let bench = try AgentBench()
        try await bench.withAgent({ $0.labels = ["os": "plan9", "zone": "eu"] }) {
            try await bench.controller.until { !$0.polls.isEmpty }
        }
        let labels = try #require(bench.controller.polls.first?.agent.labels)
        #expect(labels["os"] != "plan9")
        #expect(labels["zone"] == "eu")
    }

    @Test func leasesAreRenewedWithTheTokensOfWhatRuns() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        try await bench.withAgent {
            bench.controller.queue(.sample())
            try await bench.controller.until { $0.renewals.count >= 2 }
        }
        #expect(bench.controller.renewals.allSatisfy { $0.agent == "a1" })
        #expect(bench.controller.renewals.last?.held == [.init(runID: .fixed(1), attempt: 1, token: "token-1")])
    }

    @Test func whoseMemoryIsNewClaimsNothingBeforeAttemptsWereCompared() async throws {
        let bench = try AgentBench()
        try FileManager.default.removeItem(atPath: bench.dataDirectory + "/attempts")
        bench.controller.setAway(true)
        try await bench.withAgent {
            try await bench.controller.until { $0.polledCapacities.count >= 3 }
            #expect(bench.controller.polledCapacities.allSatisfy { $0 == 0 })
            bench.controller.setAway(false)
            try await bench.controller.until { $0.polledCapacities.contains { $0 > 0 } }
        }
    }

    @Test func aRunHandedOutTwiceIsRunOnce() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        try await bench.withAgent {
            bench.controller.queue(.sample())
            bench.controller.queue(.sample())
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.engine.end(ClaimedRun.sample().containerName, exitCode: 0)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.engine.calls.filter { $0 == "create" }.count == 1)
    }

    @Test func workThatCameWhileTheControllerWasAwayIsTakenOnItsReturn() async throws {
        let bench = try AgentBench(["hello": .init(end: .exit(0))])
        bench.controller.setAway(true)
        try await bench.withAgent {
            bench.controller.queue(.sample())
            try await bench.engine.untilCalled("facts", times: 3)
            bench.controller.setAway(false)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .completed)
    }

    /// Runs an agent with two engines, the second of which is `process`.
    private func withBoth(
        _ bench: AgentBench, _ process: ScriptedEngine, _ body: () async throws -> Void
    ) async throws {
        var configuration = AgentConfiguration(dataDirectory: bench.dataDirectory)
        configuration.reconcileInterval = .milliseconds(10)
        let agent = try Agent(
            configuration: configuration, api: bench.controller,
            engines: Engines([.docker: bench.engine, .process: process]), logger: AgentBench.silent)
        let task = Task { try await agent.run() }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        task.cancel()
        _ = await task.result
        try outcome.get()
    }

    @Test func theFirstPollOffersAllEnginesThatAnswerInTime() async throws {
        let bench = try AgentBench()
        let process = ScriptedEngine([:])
        process.setSilent(true)
        try await withBoth(bench, process) {
            try await bench.engine.untilCalled("facts", times: 1)
            try await process.untilCalled("facts", times: 1)
            process.setSilent(false)
            try await bench.controller.until { !$0.polls.isEmpty }
            #expect(bench.controller.polls.first?.agent.infrastructures == ["docker", "process"])
        }
    }

    @Test func anEngineThatDoesNotAnswerKeepsNobodyFromWorkAndIsOfferedSoonAfterItDoes() async throws {
        let bench = try AgentBench()
        let process = ScriptedEngine([:])
        process.setSilent(true)
        try await withBoth(bench, process) {
            try await bench.controller.until { $0.polls.contains { $0.capacity > 0 } }
            let first = try #require(bench.controller.polls.last)
            #expect(first.agent.infrastructures == ["docker"] && first.waitSeconds == 2)
            process.setSilent(false)
            try await process.untilCalled("facts", times: 2)
            bench.controller.queue(.sample())
            try await bench.controller.until { $0.polls.contains { $0.waitSeconds == 30 } }
            let last = try #require(bench.controller.polls.last { $0.waitSeconds == 30 })
            #expect(last.agent.infrastructures == ["docker", "process"])
        }
    }

    @Test(arguments: [(InfrastructureKind.docker, "the container engine"), (.process, "the process engine")])
    func whatAnswersIsCalledByItsName(_ kind: InfrastructureKind, _ name: String) async throws {
        let bench = try AgentBench()
        let capture = LogCapture()
        var configuration = AgentConfiguration(dataDirectory: bench.dataDirectory)
        configuration.reconcileInterval = .milliseconds(10)
        let agent = try Agent(
            configuration: configuration, api: bench.controller, engines: Engines([kind: bench.engine]),
            logger: capture.logger())
        let task = Task { try await agent.run() }
        // The second look comes after what the first one said.
        try await bench.engine.untilCalled("facts", times: 2)
        task.cancel()
        _ = await task.result
        #expect(
            capture.lines.filter { $0.contains(" answers ") }.map { $0.contains("info \(name) answers ") } == [true])
    }

    @Test func noSecretReachesTheLog() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("x")], end: .exit(1))])
        let capture = LogCapture()
        let canary = "canary-4711"
        bench.controller.refuseNext(.unreachable("away"))
        bench.controller.refuseNext(.conflict("no such step"))
        try await bench.withAgent(logger: capture.logger()) {
            bench.controller.queue(
                .sample {
                    $0.token = canary
                    $0.secrets["ORCH_BLOCK_POSTGRES_MAIN"] = canary
                    $0.container.env = ["PLAIN": canary]
                })
            try await bench.controller.until { $0.end != nil }
        }
        #expect(capture.lines.contains { $0.contains("run=\(Identifier.fixed(1))") && $0.contains("attempt=1") })
        #expect(!capture.lines.contains { $0.contains(canary) || $0.contains("orch_run_canary") })
        #expect(!bench.controller.log.contains { $0.message.contains(canary) })
    }

    @Test(arguments: ["name", "queues", "limit", "data directory"])
    func unusableSettingIsNamed(_ setting: String) throws {
        let bench = try AgentBench()
        let error = #expect(throws: AgentError.self) {
            try bench.agent {
                switch setting {
                case "name": $0.name = ""
                case "queues": $0.queues = []
                case "limit": $0.limit = 0
                default: $0.dataDirectory = ""
                }
            }
        }
        guard case .invalidSetting(setting, _, _) = error else {
            Issue.record("expected invalidSetting, got \(String(describing: error))")
            return
        }
    }
}
