import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

/// Every way a run can end, from the claim to the last report.
@Suite(.timeLimit(.minutes(10)))
struct EndingsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: ScriptedEngine.Script
        var memory: String?
        var type: StateType
        var message: String
    }

    @Test(arguments: [
        Row(testDescription: "exit 0", script: .init(end: .exit(0)), type: .completed, message: "exit 0"),
        Row(testDescription: "exit 7", script: .init(end: .exit(7)), type: .failed, message: "exit 7"),
        Row(
            testDescription: "kill -9", script: .init(end: .exit(137)), type: .crashed,
            message: "killed by signal 9 (SIGKILL)"),
        Row(
            testDescription: "kill -9 under a memory limit", script: .init(end: .exit(137)), memory: "64m",
            type: .crashed,
            message: "killed by signal 9 (SIGKILL); out of memory is likely, as a memory limit was set"),
        Row(
            testDescription: "out of memory", script: .init(end: .outOfMemory), memory: "64m", type: .crashed,
            message: "out of memory: the kernel killed it, as its limit of 64 MiB was used up"),
        Row(
            testDescription: "missing command",
            script: .init(
                end: .failsToStart(#"runc failed: exec: "nope": executable file not found in $PATH: unknown"#)),
            type: .crashed,
            message: #"the container never started: exec: "nope": executable file not found in $PATH"#),
    ])
    func commandRun(_ row: Row) async throws {
        let bench = try AgentBench(["hello": row.script])
        try await bench.run(.sample { $0.container.memory = row.memory })
        #expect(bench.controller.end?.type == row.type)
        #expect(bench.controller.end?.message == row.message)
        #expect(bench.controller.end?.actor == "agent a1")
        #expect(bench.engine.containers.isEmpty)
    }

    private func stream(_ kinds: [StreamRecord.Kind]) -> [OutputLine] {
        let nonce = StreamNonce.make(apiKey: "orch_run_canary", attempt: 1)
        return kinds.enumerated().flatMap { index, kind in
            StreamRecord(time: Timestamp(microseconds: 1), kind)
                .encodeLines(nonce: nonce, attempt: 1, firstSequence: index + 1)
                .map { OutputLine.out(String(decoding: $0.dropLast(), as: UTF8.self)) }
        }
    }

    @Test func flowThatThrowsIsFailedWithItsMessage() async throws {
        let outcome = RunEnding.Outcome(type: .failed, name: "Failed", message: "no such month: 13")
        let bench = try AgentBench(["hello": .init(lines: stream([.outcome(outcome)]), end: .exit(1))])
        try await bench.run(.sample { $0.kind = .sdk })
        #expect(bench.controller.end?.type == .failed)
        #expect(bench.controller.end?.message == "no such month: 13")
    }

    @Test func flowWithoutOutcomeHasCrashed() async throws {
        let lines = stream([.log(.init(.info, "start", logger: "flow"))])
        let bench = try AgentBench(["hello": .init(lines: lines, end: .exit(0))])
        try await bench.run(.sample { $0.kind = .sdk })
        #expect(bench.controller.end?.type == .crashed)
        #expect(bench.controller.lines == ["start"])
    }

    @Test func missingImageSaysWhatIsNear() async throws {
        let bench = try AgentBench()
        bench.engine.change(image: "hello:latest", isHere: true)
        try await bench.run(.sample { $0.image = "helo:latest" })
        #expect(bench.controller.end?.type == .crashed)
        let message = try #require(bench.controller.end?.message)
        #expect(message.contains("its registry could not be reached"))
        #expect(message.contains("images here with near names: hello:latest"))
        #expect(bench.controller.termination?.launchFailed == true)
    }

    @Test func missingImageIsPulledOnce() async throws {
        let bench = try AgentBench()
        bench.engine.offer(image: "r/hello:1")
        try await bench.run(.sample { $0.image = "r/hello:1" })
        #expect(bench.controller.end?.type == .completed)
        #expect(bench.engine.calls.filter { $0 == "pull" }.count == 1)
        let remarks = bench.controller.log.filter { $0.source == .orch }
        #expect(remarks.map(\.message) == ["pulling r/hello:1", "pulled r/hello:1"])
    }

    @Test func aPullGoesOnWhenTheEngineIsBack() async throws {
        let bench = try AgentBench()
        bench.engine.offer(image: "r/hello:1")
        bench.engine.breakPulls(2)
        try await bench.run(.sample { $0.image = "r/hello:1" })
        #expect(bench.controller.end?.type == .completed)
        #expect(bench.engine.logins.count == 3)
        let remarks = bench.controller.log.filter { $0.source == .orch }.map(\.message)
        #expect(
            remarks == [
                "pulling r/hello:1", "waiting for the container engine: the answer broke off", "pulled r/hello:1",
            ])
    }

    @Test(arguments: [
        ("r.example.org/hello:1", " as me at r.example.org"),
        ("other.example.org/hello:1", "; not as me at r.example.org, for it comes from other.example.org"),
    ])
    func aLoginGoesToItsOwnRegistryAlone(image: String, how: String) async throws {
        let bench = try AgentBench()
        bench.engine.offer(image: image)
        let login = RegistryLogin(registry: "r.example.org", username: "me", password: "canary")
        try await bench.run(
            .sample {
                $0.image = image
                $0.registryLogin = login
            })
        #expect(bench.engine.logins == [image.hasPrefix("r.") ? login : nil])
        let remarks = bench.controller.log.filter { $0.source == .orch }.map(\.message)
        #expect(remarks == ["pulling \(image)\(how)", "pulled \(image)"])
    }

    @Test func imageThatMayNotBePulledIsNot() async throws {
        let bench = try AgentBench()
        bench.engine.offer(image: "r/hello:1")
        try await bench.run(
            .sample {
                $0.image = "r/hello:1"
                $0.container.imagePullPolicy = .never
            })
        #expect(bench.controller.end?.message.contains("image_pull_policy is never") == true)
        #expect(!bench.engine.calls.contains("pull"))
    }

    @Test func refusedBlockIsNamed() async throws {
        let bench = try AgentBench()
        try await bench.run(.sample { $0.container.volumes = ["/:/host"] })
        #expect(
            bench.controller.end?.message
                == "the container never started: docker-container.volumes: / is not mounted, "
                + "as / gives control of the host")
        #expect(!bench.engine.calls.contains("create"))
    }

    @Test func containerRemovedByHandIsReportedAsSuch() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let claimed = ClaimedRun.sample()
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.engine.removeByHand(claimed.containerName)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .crashed)
        #expect(bench.controller.termination?.reason?.contains("vanished") == true)
    }

    @Test func cancelledOnlyOnceTheContainerHasEnded() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("working")], end: .runsOn)])
        let claimed = ClaimedRun.sample { $0.container.autoRemove = .never }
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.cancel(claimed, by: "user admin")
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .cancelled)
        #expect(bench.controller.end?.message == "cancelled by user admin; killed by signal 15 (SIGTERM)")
        #expect(bench.controller.termination?.actor == "user admin")
        #expect(bench.engine.containers.map(\.snapshot.status) == [.exited])
        #expect(bench.controller.lines == ["working"])
    }

    /// Goes on after SIGTERM.
    private let stubborn = ScriptedEngine.Script(lines: [.out("working")], end: .runsOn, ignoresTermination: true)

    @Test func anImmediateCancellationGivesNoGrace() async throws {
        let bench = try AgentBench(["hello": stubborn])
        let claimed = ClaimedRun.sample { $0.container.stopGraceSeconds = 60 }
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.cancel(claimed, by: "user admin", isImmediate: true)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.engine.graces == [.zero])
        #expect(bench.controller.end?.type == .cancelled)
        #expect(bench.controller.end?.message == "cancelled by user admin; killed by signal 9 (SIGKILL)")
        #expect(
            bench.controller.log.map(\.message).contains(
                "stopping the container: cancelled by user admin; SIGKILL at once"))
    }

    @Test func aCancellationThatIsAskedForAgainAsImmediateEndsTheGrace() async throws {
        let bench = try AgentBench(["hello": stubborn])
        let claimed = ClaimedRun.sample { $0.container.stopGraceSeconds = 60 }
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.cancel(claimed, by: "user ada")
            try await bench.engine.until { [engine = bench.engine] _ in engine.graces == [.seconds(60)] }
            bench.controller.cancel(claimed, by: "user ben", isImmediate: true)
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.engine.graces == [.seconds(60), .zero])
        #expect(bench.controller.end?.message == "cancelled by user ben; killed by signal 9 (SIGKILL)")
        #expect(bench.controller.termination?.actor == "user ben")
        #expect(bench.controller.termination?.wasStopped == true)
        #expect(
            bench.controller.log.map(\.message).contains(
                "no more time for the container: cancelled by user ben; SIGKILL at once"))
    }

    @Test func aRunThatTakesLongerThanItMayIsStoppedAndHasTimedOut() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("working")], end: .runsOn)])
        try await bench.run(
            .sample {
                $0.timeoutSeconds = 0.05
                $0.container.memory = "64m"
            })
        #expect(bench.controller.end?.type == .failed)
        #expect(bench.controller.end?.name == "TimedOut")
        #expect(
            bench.controller.end?.message
                == "it had run for the 0.05 s it may, and was stopped; killed by signal 15 (SIGTERM)")
        #expect(bench.controller.termination?.actor == "the time limit")
        #expect(bench.controller.termination?.oom == .no)
        #expect(bench.controller.lines.contains("working"))
    }

    /// Answers SIGTERM with exit 0.
    private let polite = ScriptedEngine.Script(lines: [.out("working")], end: .runsOn, codeOfStop: 0)

    @Test func aCommandThatExitsZeroWhenItIsCancelledIsCancelled() async throws {
        let bench = try AgentBench(["hello": polite])
        let claimed = ClaimedRun.sample()
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.cancel(claimed, by: "user admin")
            try await bench.controller.until { $0.end != nil }
        }
        #expect(bench.controller.end?.type == .cancelled)
        #expect(bench.controller.end?.message == "cancelled by user admin; exit 0")
        #expect(bench.controller.termination?.wasStopped == true)
    }

    @Test func aCommandThatExitsZeroWhenItIsSuspendedIsSuspended() async throws {
        let bench = try AgentBench(["hello": polite])
        let claimed = ClaimedRun.sample()
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.ask(.suspend, of: claimed)
            try await bench.controller.until { $0.states.last?.isSuspended == true }
        }
        #expect(bench.controller.states.last?.message == "suspended by user admin; exit 0")
    }

    @Test func aCommandThatExitsZeroAtItsTimeLimitHasTimedOut() async throws {
        let bench = try AgentBench(["hello": polite])
        try await bench.run(.sample { $0.timeoutSeconds = 0.05 })
        #expect(bench.controller.end?.name == "TimedOut")
        #expect(bench.controller.end?.message == "it had run for the 0.05 s it may, and was stopped; exit 0")
    }

    @Test func aCommandThatExitsZeroWhenSomebodyElseStopsItHasCrashed() async throws {
        let bench = try AgentBench(["hello": .init(end: .exit(0))])
        bench.engine.remember(EndingHints(signals: [15], sawEnd: true, isWhole: true, sawStop: true))
        try await bench.run(.sample())
        #expect(bench.controller.end?.type == .crashed)
        #expect(bench.controller.end?.message == "stopped by somebody outside orch; exit 0")
        #expect(bench.controller.termination?.actor == Termination.outsider)
    }

    @Test(arguments: [(0, StateType.completed), (3, .failed)])
    func aCommandThatLivesThroughASignalEndsAsItExits(_ code: Int, _ type: StateType) async throws {
        let bench = try AgentBench(["hello": .init(end: .exit(code))])
        bench.engine.remember(EndingHints(signals: [3, 15], sawEnd: true, isWhole: true))
        try await bench.run(.sample())
        #expect(bench.controller.end?.type == type)
        #expect(bench.controller.end?.message == "exit \(code)")
        #expect(bench.controller.termination?.actor == nil)
    }

    @Test(arguments: [
        (EndingHints(sawEnd: true, isWhole: true), StateType.completed, "exit 0"),
        (EndingHints(signals: [15], sawEnd: true, isWhole: true), .cancelled, "cancelled by user admin; exit 0"),
        (
            EndingHints(sawEnd: false), .cancelled,
            "cancelled by user admin; exit 0, which may have been before it was stopped"
        ),
    ])
    func whatEndedWhileNoAgentLookedIsToldByTheEnginesEvents(
        _ hints: EndingHints, _ type: StateType, _ message: String
    ) async throws {
        let bench = try AgentBench(["hello": polite])
        let claimed = ClaimedRun.sample { $0.cancellation = .init(by: "user admin", at: Timestamp(microseconds: 1)) }
        try bench.engine.seed(claimed, status: .exited)
        bench.engine.remember(hints)
        bench.controller.hold(claimed)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.type == type)
        #expect(bench.controller.end?.message == message)
    }

    /// The container was started at 5 µs after 1970 began.
    @Test(arguments: [(Int64(2_000_005), "TimedOut"), (1_999_999, "Crashed")])
    func whatTheLastAgentStoppedForItsTimeHasTimedOut(_ finishedAt: Int64, _ name: String) async throws {
        let bench = try AgentBench()
        let claimed = ClaimedRun.sample { $0.timeoutSeconds = 2 }
        try bench.engine.seed(claimed, status: .exited, finishedAt: Timestamp(microseconds: finishedAt))
        bench.engine.remember(EndingHints(signals: [15], sawEnd: true, isWhole: true, sawStop: true))
        bench.controller.hold(claimed)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.name == name)
    }

    @Test func theTimeOfARunThatIsTakenOverCountsFromItsStart() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let claimed = ClaimedRun.sample { $0.timeoutSeconds = 3600 }
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
        }
        // The scripted engine's clock stands near 1970: by the wall clock it has run for decades.
        bench.controller.hold(claimed)
        try await bench.withAgent { try await bench.controller.until { $0.end != nil } }
        #expect(bench.controller.end?.name == "TimedOut")
    }

    @Test func containerStaysUntilTheControllerKnowsItsEnd() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("one")], end: .runsOn)])
        let claimed = ClaimedRun.sample()
        try await bench.withAgent {
            bench.controller.queue(claimed)
            try await bench.controller.until { $0.lines == ["one"] && $0.states.contains { $0.type == .running } }
            bench.controller.setAway(true)
            let tries = bench.controller.attempts
            bench.engine.end(claimed.containerName, exitCode: 0)
            try await bench.controller.until { $0.attempts >= tries + 2 }
            #expect(bench.engine.containers.map(\.snapshot.status) == [.exited])
            #expect(!bench.engine.calls.contains("remove"))
            bench.controller.setAway(false)
            try await bench.engine.until { $0.isEmpty }
        }
        #expect(bench.controller.end?.type == .completed)
    }

    @Test func cancelledBeforeItsLaunchIsNeverStarted() async throws {
        let bench = try AgentBench()
        try await bench.run(.sample { $0.cancellation = .init(by: "user admin", at: Timestamp(microseconds: 1)) })
        #expect(bench.controller.end?.type == .cancelled)
        #expect(!bench.engine.calls.contains("start"))
        #expect(bench.engine.containers.isEmpty)
    }

    @Test(arguments: [
        (DockerContainerBlock.RemovePolicy.always, 0, false), (.always, 1, false), (.onSuccess, 0, false),
        (.onSuccess, 1, true), (.never, 0, true),
    ])
    func containerStaysAsTheBlockSays(
        _ policy: DockerContainerBlock.RemovePolicy, _ exitCode: Int, _ stays: Bool
    ) async throws {
        let bench = try AgentBench(["hello": .init(end: .exit(exitCode))])
        try await bench.withAgent {
            $0.limit = 1
        } _: {
            bench.controller.queue(.sample { $0.container.autoRemove = policy })
            // The one slot is free again only after the first run's container was dealt with.
            bench.controller.queue(
                .sample {
                    $0.runID = .fixed(3)
                    $0.container.autoRemove = .never
                })
            try await bench.controller.until { $0.states.filter(\.type.isTerminal).count == 2 }
        }
        let name = ClaimedRun.sample().containerName
        #expect(bench.engine.containers.contains { $0.spec.name == name } == stays)
    }

    @Test func trivialRunCostsTheseCallsAndTwoReports() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("hi")], end: .exit(0))])
        try await bench.run(.sample())
        let calls = bench.engine.calls.filter { !["facts", "list"].contains($0) }
        #expect(calls.sorted() == ["create", "hints", "inspect", "inspect", "logs", "logs", "remove", "start", "wait"])
        #expect(Array(calls.prefix(3)) == ["create", "wait", "start"])
        #expect(calls.last == "remove")
        let last = try #require(bench.controller.reports.last)
        #expect(last.state?.type == .completed)
        #expect(last.termination?.exitCode == 0)
        #expect(last.container?.imageDigest == "sha256:h:1")
        #expect(bench.controller.lines == ["hi"])
    }
}
