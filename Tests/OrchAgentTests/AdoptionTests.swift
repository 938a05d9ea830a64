import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

/// What the next agent of the same name makes of what the last one left.
@Suite(.timeLimit(.minutes(10)))
struct AdoptionTests {
    private let claimed = ClaimedRun.sample { $0.container.autoRemove = .never }

    @Test func runningContainerIsFollowedAndNoLineIsDoubled() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("one", at: 1), .out("two", at: 2)], end: .runsOn)])
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.lines.count == 2 }
        }
        #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
        bench.engine.print(.out("three", at: 3), in: claimed.containerName)
        try await bench.withAgent {
            try await bench.controller.until { $0.lines.count == 3 }
            bench.engine.print(.out("four", at: 4), in: claimed.containerName)
            bench.engine.end(claimed.containerName, exitCode: 0)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.lines == ["one", "two", "three", "four"])
        #expect(bench.controller.end?.type == .completed)
        #expect(bench.engine.calls.filter { $0 == "create" }.count == 1)
        #expect(bench.engine.calls.filter { $0 == "start" }.count == 1)
    }

    @Test(arguments: [
        (ContainerSnapshot.Status.exited, DockerContainerBlock.RemovePolicy.always, false), (.created, .always, false),
        (.running, .always, true), (.exited, .never, true), (.exited, .onSuccess, true),
    ])
    func whatAKilledAgentHadYetToRemoveIsRemoved(
        status: ContainerSnapshot.Status, policy: DockerContainerBlock.RemovePolicy, stays: Bool
    ) async throws {
        let bench = try AgentBench()
        let reported = ClaimedRun.sample { $0.container.autoRemove = policy }
        try bench.engine.seed(reported, lines: [], status: status)
        let memory = bench.dataDirectory + "/attempts/\(reported.runID)-\(reported.attempt)"
        try Data().write(to: URL(filePath: memory))
        try await bench.withAgent {
            let calls = bench.controller.heldCalls
            try await bench.controller.until { $0.heldCalls > calls + 2 }
        }
        #expect(bench.engine.containers.isEmpty == !stays)
        // What still runs is remembered, for the end of it.
        #expect(FileManager.default.fileExists(atPath: memory) == (status == .running))
        #expect(!bench.engine.calls.contains("stop"))
    }

    @Test func whatAnotherControllersRunLeftIsLeftAlone() async throws {
        let bench = try AgentBench()
        let foreign = ClaimedRun.sample { $0.instance = .fixed(9) }
        try bench.engine.seed(foreign, lines: [], status: .exited)
        let memory = bench.dataDirectory + "/attempts/\(foreign.runID)-\(foreign.attempt)"
        try Data().write(to: URL(filePath: memory))
        try await bench.withAgent {
            let calls = bench.controller.heldCalls
            try await bench.controller.until { $0.heldCalls > calls + 2 }
        }
        #expect(bench.engine.containers.count == 1)
        #expect(FileManager.default.fileExists(atPath: memory))
    }

    @Test func endedContainerIsFinalisedFromInspect() async throws {
        let bench = try AgentBench()
        bench.controller.hold(claimed)
        try bench.engine.seed(claimed, lines: [.out("one"), .out("two")], status: .exited, exitCode: 7)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .failed)
        #expect(bench.controller.end?.message == "exit 7")
        #expect(bench.controller.lines == ["one", "two"])
        #expect(!bench.engine.calls.contains("start"))
    }

    @Test func createdContainerIsStarted() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("hi")], end: .exit(0))])
        bench.controller.hold(claimed)
        try bench.engine.seed(claimed, lines: [], status: .created)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .completed)
        #expect(bench.engine.calls.filter { $0 == "start" }.count == 1)
        #expect(!bench.engine.calls.contains("create"))
    }

    @Test func claimThatGotLostOnTheWayIsLaunched() async throws {
        let bench = try AgentBench(["hello": .init(end: .exit(0))])
        bench.controller.hold(claimed)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .completed)
    }

    @Test func launchedRunWithoutContainerHasCrashedAndIsNotStartedAgain() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
        }
        bench.engine.removeByHand(claimed.containerName)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .crashed)
        #expect(bench.controller.end?.message.contains("vanished") == true)
        #expect(bench.engine.calls.filter { $0 == "create" }.count == 1)
    }

    @Test func agentThatEndedBeforeItMadeTheContainerHasStartedNothing() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("hi")], end: .exit(0))])
        try await bench.withAgent {
            try await bench.controller.until { $0.polledCapacities.contains { $0 > 0 } }
            bench.engine.setAway(true)
            bench.controller.queue(claimed)
            try await bench.engine.untilCalled("create", times: 1)
        }
        bench.engine.setAway(false)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .completed)
        #expect(bench.controller.lines == ["hi"])
        #expect(bench.engine.calls.filter { $0 == "start" }.count == 1)
    }

    @Test func agentWithoutMemoryDoesNotStartWhatMayHaveRun() async throws {
        let bench = try AgentBench(["hello": .init(end: .exit(0))])
        try FileManager.default.removeItem(atPath: bench.dataDirectory + "/attempts")
        bench.controller.hold(claimed)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .crashed)
        #expect(!bench.engine.calls.contains("create"))
    }

    @Test func nameInUseByOurOwnContainerIsAdopted() async throws {
        let bench = try AgentBench()
        try bench.engine.seed(claimed, lines: [.out("one")], status: .exited, exitCode: 0)
        try await bench.run(claimed)
        #expect(bench.controller.end?.type == .completed)
        #expect(bench.controller.lines == ["one"])
    }

    @Test func nameInUseByAStrangerIsNotTouched() async throws {
        let bench = try AgentBench()
        var stranger = claimed
        stranger.instance = .fixed(9)
        try bench.engine.seed(stranger, lines: [], status: .running)
        try await bench.withAgent {
            bench.controller.queue(.sample())
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .crashed)
        #expect(bench.controller.end?.message.contains("does not carry this attempt's labels") == true)
        #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
    }

    @Test func cancellationGivenWhileTheAgentWasDownIsObeyed() async throws {
        let bench = try AgentBench()
        var cancelled = claimed
        cancelled.cancellation = CancellationRequest(by: "user admin", at: Timestamp(microseconds: 1))
        bench.controller.hold(cancelled)
        try bench.engine.seed(claimed, lines: [], status: .running)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == .cancelled)
        #expect(bench.engine.containers.map(\.snapshot.status) == [.exited])
    }

    @Test func nothingIsDecidedWhileTheEngineIsAway() async throws {
        let bench = try AgentBench()
        bench.controller.hold(claimed)
        try bench.engine.seed(claimed, lines: [.out("one")], status: .exited, exitCode: 0)
        bench.engine.setAway(true)
        try await bench.withAgent {
            try await bench.controller.until { $0.heldCalls >= 5 }
            #expect(bench.controller.reports.isEmpty)
            bench.engine.setAway(false)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .completed)
    }

    @Test func runOutlivesADaemonThatGoesAway() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("one", at: 1)], end: .runsOn)])
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.lines.count == 1 }
            bench.engine.setAway(true)
            bench.engine.print(.out("two", at: 2), in: claimed.containerName)
            try await bench.controller.until { $0.log.contains { $0.message.contains("lost sight of the container") } }
            #expect(bench.controller.end == nil)
            bench.engine.setAway(false)
            try await bench.controller.until { $0.lines.count == 2 }
            bench.engine.end(claimed.containerName, exitCode: 0)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.lines == ["one", "two"])
        #expect(bench.controller.end?.type == .completed)
    }

    @Test func fencedAttemptIsStoppedAndReportsNothingMore() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.fence(claimed)
            try await bench.engine.until { $0.allSatisfy { $0.snapshot.status == .exited } }
        }
        #expect(bench.controller.end == nil)
    }

    @Test func whatTheLastAgentLeftTakesItsRoomBeforeAnyIsAskedFor() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let runs = runs(3)
        for run in runs.prefix(2) {
            bench.controller.hold(run)
            try bench.engine.seed(run, lines: [], status: .running)
        }
        bench.controller.queue(runs[2])
        bench.controller.holdBack(true)
        try await bench.withAgent {
            $0.limit = 2
        } _: {
            // Both who ask for work and who compare have to know first.
            try await bench.controller.until { $0.heldBack >= 2 || $0.polledCapacities.contains { $0 > 0 } }
            #expect(bench.controller.polledCapacities.allSatisfy { $0 == 0 })
            bench.controller.holdBack(false)
            try await bench.controller.until { $0.log.filter { $0.message.contains("follows it") }.count == 2 }
            bench.engine.end(runs[0].containerName, exitCode: 0)
            try await bench.engine.until { $0.count == 3 }
        }
        #expect(bench.controller.polledCapacities.max() == 1)
    }

    @Test func whatALostAnswerHeldTakesItsRoom() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        for run in runs(4) { bench.controller.queue(run) }
        bench.controller.loseNextAnswer()
        try await bench.withAgent {
            $0.limit = 2
        } _: {
            try await bench.controller.until { $0.heldBack >= 2 || $0.polledCapacities.count { $0 > 0 } > 1 }
            bench.controller.holdBack(false)
            try await bench.controller.until { $0.states.count { $0.type == .running } == 2 }
            #expect(bench.controller.polledCapacities.filter { $0 > 0 } == [2])
            #expect(bench.engine.containers.count == 2)
        }
    }

    private func runs(_ count: Int) -> [ClaimedRun] {
        (1...count).map { number in
            ClaimedRun.sample {
                $0.runID = .fixed(number)
                $0.container.autoRemove = .never
            }
        }
    }

    @Test func poolOfTwoRunsTheThirdWhenOneHasEnded() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let runs = runs(3)
        try await bench.withAgent {
            $0.limit = 2
        } _: {
            for run in runs { bench.controller.queue(run) }
            try await bench.controller.until { $0.states.filter { $0.type == .running }.count == 2 }
            #expect(bench.engine.containers.count == 2)
            bench.engine.end(runs[0].containerName, exitCode: 0)
            try await bench.controller.until { $0.states.filter { $0.type == .running }.count == 3 }
        }
    }
}
