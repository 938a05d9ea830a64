import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

/// What an agent makes of wishes to pause, suspend and resume, and of others who do so.
@Suite(.timeLimit(.minutes(10)))
struct PausingTests {
    private let claimed = ClaimedRun.sample()

    private func bench() throws -> AgentBench { try AgentBench(["hello": .init(lines: [.out("one")], end: .runsOn)]) }

    private func untilRunning(_ bench: AgentBench) async throws {
        bench.controller.queue(claimed)
        try await bench.controller.until { $0.states.contains { $0.type == .running } }
    }

    @Test func aContainerIsFrozenAndThawedAndTheStateFollowsIt() async throws {
        let bench = try bench()
        try await bench.withAgent {
            try await untilRunning(bench)
            bench.controller.ask(.pause, of: claimed, at: 1)
            try await bench.controller.until { $0.settled.count == 1 }
            #expect(bench.engine.containers.map(\.snapshot.status) == [.paused])
            bench.controller.ask(.resume, of: claimed, at: 2)
            try await bench.controller.until { $0.settled.count == 2 }
            #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
            bench.engine.end(claimed.containerName, exitCode: 0)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.states.map(\.type) == [.running, .paused, .running, .completed])
        #expect(bench.controller.states[1].message == "paused by user admin")
        #expect(bench.controller.states[2].message == "resumed by user admin")
        #expect(bench.controller.settled.map(\.action) == [.pause, .resume])
        #expect(bench.controller.reports.compactMap(\.pausedSeconds).count == 2)
    }

    @Test func whatTheEngineCannotDoIsSaidAndTheWishIsSettled() async throws {
        let bench = try bench()
        bench.engine.refusePauses("no freezer here")
        try await bench.withAgent {
            try await untilRunning(bench)
            bench.controller.ask(.pause, of: claimed)
            try await bench.controller.until { $0.settled.count == 1 }
        }
        #expect(bench.controller.states.map(\.type) == [.running])
        let warning = "the container could not be paused, as user admin asked: no freezer here"
        #expect(bench.controller.log.contains { $0.level == .warning && $0.message == warning })
    }

    @Test func othersMayPauseAndResume() async throws {
        let bench = try bench()
        try await bench.withAgent {
            try await untilRunning(bench)
            bench.engine.setPaused(true, claimed.containerName)
            try await bench.controller.until { $0.states.last?.type == .paused }
            bench.engine.setPaused(false, claimed.containerName)
            try await bench.controller.until { $0.states.last?.type == .running && $0.states.count == 3 }
        }
        let name = claimed.containerName
        #expect(bench.controller.states[1].message == "container \(name) was paused by somebody outside orch")
        #expect(bench.controller.states[2].message == "container \(name) was resumed by somebody outside orch")
        #expect(!bench.engine.calls.contains("pause"))
    }

    @Test func aSuspendedContainerIsStoppedAndRemovedAndItsSlotIsFree() async throws {
        let bench = try bench()
        try await bench.withAgent {
            $0.limit = 1
        } _: {
            try await untilRunning(bench)
            bench.controller.ask(.suspend, of: claimed)
            try await bench.controller.until { $0.states.last?.isSuspended == true }
            bench.controller.queue(.sample { $0.runID = .fixed(3) })
            try await bench.controller.until { $0.states.count == 3 }
            #expect(
                bench.engine.containers.map(\.spec.name) == [ClaimedRun.sample { $0.runID = .fixed(3) }.containerName])
        }
        #expect(bench.controller.states[1].message == "suspended by user admin; killed by signal 15 (SIGTERM)")
        #expect(bench.controller.settled.map(\.action) == [.suspend])
        #expect(bench.controller.reports.compactMap(\.begun) == bench.controller.settled)
        #expect(bench.controller.termination?.actor == "user admin")
    }

    @Test func aWishMadeWhileTheAgentWasAwayIsCarriedOutByTheNextOne() async throws {
        let bench = try bench()
        let waiting = ClaimedRun.sample { $0.request = RunRequest(.pause, by: "user admin", at: .now()) }
        try bench.engine.seed(waiting, status: .running)
        bench.controller.hold(waiting)
        try await bench.withAgent { try await bench.controller.until { $0.settled.count == 1 } }
        #expect(bench.engine.containers.map(\.snapshot.status) == [.paused])
        #expect(bench.controller.states.last?.message == "paused by user admin")
    }

    @Test func aSuspensionWhileTheAgentWasAwayEndsTheContainer() async throws {
        let bench = try bench()
        let waiting = ClaimedRun.sample { $0.request = RunRequest(.suspend, by: "user admin", at: .now()) }
        try bench.engine.seed(waiting, status: .running)
        bench.controller.hold(waiting)
        try await bench.withAgent {
            try await bench.controller.until { $0.states.last?.isSuspended == true }
            try await bench.engine.until { $0.isEmpty }
        }
    }

    @Test func aSuspensionThatTheLastAgentBeganIsCarriedOutThoughAResumptionFollows() async throws {
        let bench = try bench()
        let waiting = ClaimedRun.sample {
            $0.request = RunRequest(.resume, by: "user admin", at: .now())
            $0.request?.suspendedBy = "user other"
        }
        try bench.engine.seed(waiting, status: .exited, exitCode: 143)
        bench.engine.remember(EndingHints(signals: [15], sawEnd: true, isWhole: true))
        bench.controller.hold(waiting)
        try await bench.withAgent { try await bench.controller.until { $0.states.last?.isSuspended == true } }
        #expect(bench.controller.states.last?.message == "suspended by user other; killed by signal 15 (SIGTERM)")
    }

    @Test func aSuspensionBeforeTheLaunchStartsNothing() async throws {
        let bench = try bench()
        try await bench.withAgent {
            bench.controller.queue(.sample { $0.request = RunRequest(.suspend, by: "user admin", at: .now()) })
            try await bench.controller.until { $0.states.last?.isSuspended == true }
        }
        #expect(bench.controller.states.last?.message == "suspended by user admin before its process started")
        #expect(!bench.engine.calls.contains("start"))
    }

    @Test func aPausedContainerIsAdoptedAsPaused() async throws {
        let bench = try bench()
        let paused = ClaimedRun.sample {
            $0.pausedSince = .now()
            $0.pausedSeconds = 3
        }
        try bench.engine.seed(paused, status: .paused)
        bench.controller.hold(paused)
        try await bench.withAgent {
            try await bench.controller.until { $0.reports.contains { $0.container != nil } }
            #expect(bench.controller.states.isEmpty)
            bench.controller.ask(.resume, of: paused)
            try await bench.controller.until { $0.states.last?.type == .running }
        }
        let remarks = bench.controller.log.filter { $0.source == .orch }.map(\.message)
        #expect(remarks.contains("agent a1 found container \(paused.containerName) paused and follows it"))
        #expect(bench.controller.reports.compactMap(\.pausedSeconds).last ?? 0 >= 3)
    }

    @Test(arguments: [true, false])
    func whatOthersDidWhileNoAgentLookedIsTold(isPausedNow: Bool) async throws {
        let bench = try bench()
        let known = ClaimedRun.sample { $0.pausedSince = isPausedNow ? nil : .now() }
        try bench.engine.seed(known, status: isPausedNow ? .paused : .running)
        bench.controller.hold(known)
        try await bench.withAgent { try await bench.controller.until { !$0.states.isEmpty } }
        #expect(bench.controller.states.map(\.type) == [isPausedNow ? .paused : .running])
    }

    @Test func thePausedTimeDoesNotCountForTheLimitAlsoOverARestart() async throws {
        let bench = try bench()
        // By the scripted engine's clock it has run since 1970; all of that but a moment it was paused.
        let now = Timestamp.now()
        let paused = ClaimedRun.sample {
            $0.timeoutSeconds = 0.2
            $0.pausedSeconds = Double(now.microseconds) / 1_000_000
            $0.pausedSince = now
        }
        try bench.engine.seed(paused, status: .paused)
        bench.controller.hold(paused)
        try await bench.withAgent {
            let calls = bench.controller.heldCalls
            try await bench.controller.until { $0.heldCalls > calls + 30 }
            #expect(!bench.engine.calls.contains("stop"))
            bench.controller.ask(.resume, of: paused)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.name == "TimedOut")
        #expect(bench.controller.states.map(\.type) == [.running, .failed])
    }

    @Test func aPausedRunIsCancelled() async throws {
        let bench = try bench()
        try await bench.withAgent {
            try await untilRunning(bench)
            bench.controller.ask(.pause, of: claimed)
            try await bench.controller.until { $0.states.last?.type == .paused }
            bench.controller.cancel(claimed, by: "user admin")
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .cancelled)
    }
}
