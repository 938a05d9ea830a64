import DockerEngine
import FoundationEssentials
import OrchAgent
import OrchInfrastructure
import OrchModel
import Testing

/// The agent on a real engine: what it makes of each way a container can end.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(15)), .serialized)
struct AgentLiveTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: String
        var memory: String?
        var type: StateType
        var message: String
        var oom = Termination.OutOfMemory.no
    }

    @Test(arguments: [
        Row(testDescription: "exit 0", script: "true", type: .completed, message: "exit 0"),
        Row(testDescription: "exit 7", script: "exit 7", type: .failed, message: "exit 7"),
        // What an engine also shows that lost the code.
        Row(testDescription: "exit 255", script: "exit 255", type: .failed, message: "exit 255"),
        Row(
            testDescription: "kill -9", script: "kill -9 $$", type: .crashed,
            message: "killed by signal 9 (SIGKILL)"),
        Row(
            testDescription: "kill -9 under a memory limit", script: "kill -9 $$", memory: "64m", type: .crashed,
            message: "killed by signal 9 (SIGKILL); out of memory is likely, as a memory limit was set", oom: .likely),
    ])
    func endings(_ row: Row) async throws {
        try await LiveAgentBench.with { bench in
            let attempt = try await bench.run(
                bench.claimed(row.script) {
                    $0.container.memory = row.memory
                    $0.container.memorySwap = row.memory
                })
            #expect(attempt.end?.type == row.type)
            #expect(attempt.end?.message == row.message)
            #expect(attempt.termination?.oom == row.oom)
            #expect(attempt.container?.imageDigest?.hasPrefix("sha256:") == true)
        }
    }

    /// 137 three times, for three reasons. The engine begins to look for want of memory a moment after a start: what is killed
    /// for it sooner is never told, so the greedy one waits for a word.
    @Test("T6: killed from outside, out of memory and cancelled are told apart")
    func killedFromOutsideOutOfMemoryAndCancelledAreToldApart() async throws {
        try await LiveAgentBench.with { bench in
            let script = "trap '' TERM; echo ready; while true; do sleep 1; done"
            let killed = bench.claimed(script) { $0.container.memory = "64m" }
            let cancelled = bench.claimed(script) { $0.container.stopGraceSeconds = 0 }
            let greedy = bench.claimed(DockerClient.awaitsGo + "exec tail /dev/zero") {
                $0.container.memory = "32m"
                $0.container.memorySwap = "32m"
            }
            for claimed in [killed, cancelled, greedy] { bench.controller.queue(claimed) }
            try await bench.withAgent {
                for claimed in [killed, cancelled, greedy] {
                    try await bench.controller.until(claimed) { $0.lines.contains("ready") }
                }
                try await bench.client.letGo(greedy.containerName)
                try await bench.client.killContainer(killed.containerName)
                bench.controller.cancel(cancelled, by: "user admin")
                for claimed in [killed, cancelled, greedy] {
                    try await bench.controller.until(claimed) { $0.end != nil }
                }
            }
            let endings = [killed, greedy, cancelled].map(bench.controller.attempt)
            #expect(endings.map(\.termination?.exitCode) == [137, 137, 137])
            #expect(endings.map(\.termination?.signal) == [9, 9, 9])
            #expect(endings.map(\.termination?.oom) == [.no, .yes, .no])
            #expect(endings.map(\.termination?.actor) == [Termination.outsider, nil, "user admin"])
            #expect(endings.map(\.end?.type) == [.crashed, .crashed, .cancelled])
            #expect(
                endings.map(\.end?.message) == [
                    "killed by signal 9 (SIGKILL) by somebody outside orch",
                    "out of memory: the kernel killed it, as its limit of 32 MiB was used up",
                    "cancelled by user admin; killed by signal 9 (SIGKILL)",
                ])
        }
    }

    @Test func childOutOfMemoryIsAWarning() async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed(DockerClient.awaitsGo + "tail /dev/zero; echo went on; exit 0") {
                $0.container.memory = "32m"
                $0.container.memorySwap = "32m"
            }
            bench.controller.queue(claimed)
            try await bench.withAgent {
                try await bench.controller.until(claimed) { $0.lines.contains("ready") }
                try await bench.client.letGo(claimed.containerName)
                try await bench.controller.until(claimed) { $0.end != nil }
            }
            let attempt = bench.controller.attempt(claimed)
            #expect(attempt.end?.type == .completed)
            #expect(attempt.termination?.warning != nil)
            #expect(attempt.lines.contains("went on"))
        }
    }

    @Test func missingCommandNeverStarted() async throws {
        try await LiveAgentBench.with { bench in
            let attempt = try await bench.run(bench.claimed("") { $0.command = ["nope"] })
            #expect(attempt.end?.type == .crashed)
            #expect(attempt.end?.message.hasPrefix(#"the container never started: exec: "nope""#) == true)
            #expect(attempt.termination?.launchFailed == true)
        }
    }

    @Test func missingImageNamesItsNeighbours() async throws {
        try await LiveAgentBench.with { bench in
            let missing = bench.image.replacing("agent", with: "agnet")
            let attempt = try await bench.run(
                bench.claimed("true") {
                    $0.image = missing
                    $0.container.imagePullPolicy = .never
                })
            #expect(attempt.end?.type == .crashed)
            #expect(attempt.end?.message.contains("images here with near names: \(bench.image)") == true)
        }
    }

    @Test func containerIsMadeAsTheSpecSays() async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed("true") { $0.container.autoRemove = .never }
            _ = try await bench.run(claimed)
            let details = try await bench.client.inspectContainer(claimed.containerName)
            #expect(details.hostConfig.capDrop == ["ALL"])
            #expect(details.hostConfig.securityOpt == ["no-new-privileges:true"])
            #expect(details.hostConfig.initProcess == true)
            #expect(details.hostConfig.autoRemove == false)
            #expect(details.hostConfig.privileged == false)
            #expect(details.hostConfig.pidsLimit == 4096)
            #expect(details.hostConfig.logConfig?.config["max-size"] == "1000p")
            #expect(details.config.labels[ContainerLabels.flowRunID] == "\(claimed.runID)")
            #expect(details.config.env.contains(#"ORCH_PARAMETERS={"month":7}"#))
            #expect(details.config.env.contains("ORCH_IMAGE_DIGEST=\(details.image)"))
        }
    }

    @Test func allLinesComeInOrderToTheLastOneWithoutNewline() async throws {
        try await LiveAgentBench.with { bench in
            let attempt = try await bench.run(bench.claimed("seq 1 20000; printf last"))
            #expect(attempt.lines == (1...20_000).map(String.init) + ["last"])
        }
    }

    @Test func longLineComesInOnePiece() async throws {
        try await LiveAgentBench.with { bench in
            let attempt = try await bench.run(
                bench.claimed("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo after"))
            #expect(attempt.lines == [String(repeating: "x", count: 1_000_000), "after"])
        }
    }

    @Test func cancelledRunThatIgnoresSIGTERMIsKilledAfterItsGrace() async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed("trap '' TERM; echo ready; while true; do sleep 1; done") {
                $0.container.stopGraceSeconds = 1
                $0.container.autoRemove = .never
            }
            bench.controller.queue(claimed)
            try await bench.withAgent {
                try await bench.controller.until(claimed) { $0.lines.contains("ready") }
                bench.controller.cancel(claimed, by: "user admin")
                try await bench.controller.until(claimed) { $0.end != nil }
            }
            let attempt = bench.controller.attempt(claimed)
            #expect(attempt.end?.type == .cancelled)
            #expect(attempt.end?.message == "cancelled by user admin; killed by signal 9 (SIGKILL)")
            #expect(attempt.termination?.oom == .no)
            #expect(try await bench.client.inspectContainer(claimed.containerName).state.status == "exited")
        }
    }

    @Test(arguments: [false, true])
    func immediateCancellationKillsWhatIgnoresSIGTERM(isAskedForTwice: Bool) async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed("trap 'echo asked' TERM; echo ready; while true; do sleep 0.1; done") {
                $0.container.stopGraceSeconds = 600
            }
            bench.controller.queue(claimed)
            let clock = ContinuousClock()
            var start = clock.now
            try await bench.withAgent {
                try await bench.controller.until(claimed) { $0.lines.contains("ready") }
                if isAskedForTwice {
                    bench.controller.cancel(claimed, by: "user ada")
                    try await bench.controller.until(claimed) { $0.lines.contains("asked") }
                }
                start = clock.now
                bench.controller.cancel(claimed, by: "user ben", isImmediate: true)
                try await bench.controller.until(claimed) { $0.end != nil }
            }
            #expect(clock.now - start < .seconds(120))
            let attempt = bench.controller.attempt(claimed)
            #expect(attempt.end?.type == .cancelled)
            #expect(attempt.end?.message == "cancelled by user ben; killed by signal 9 (SIGKILL)")
            #expect(attempt.records.contains { $0.message.hasSuffix("cancelled by user ben; SIGKILL at once") })
        }
    }

    @Test func nextAgentFollowsWhatTheLastOneLeft() async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed("seq 1 100; while [ ! -e /tmp/go ]; do sleep 0.1; done; seq 101 200")
            bench.controller.queue(claimed)
            try await bench.withAgent { try await bench.controller.until(claimed) { $0.lines.count == 100 } }
            let archive = TarArchive([TarArchive.Entry(path: "go")])
            try await bench.client.putArchive(archive, into: "/tmp", of: claimed.containerName)
            try await bench.withAgent { try await bench.controller.until(claimed) { $0.end != nil } }
            let attempt = bench.controller.attempt(claimed)
            #expect(attempt.lines == (1...200).map(String.init))
            #expect(attempt.end?.type == .completed)
        }
    }

    @Test func containerRemovedByHandHasVanished() async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed("echo ready; sleep 600")
            bench.controller.queue(claimed)
            try await bench.withAgent {
                try await bench.controller.until(claimed) { $0.lines.contains("ready") }
                try await bench.client.removeContainer(claimed.containerName, force: true)
                try await bench.controller.until(claimed) { $0.end != nil }
            }
            let attempt = bench.controller.attempt(claimed)
            #expect(attempt.end?.type == .crashed)
            #expect(attempt.termination?.reason?.contains("vanished") == true)
        }
    }

    @Test func containersThatNobodyNeedsAreRemovedAndNoOthers() async throws {
        try await LiveAgentBench.with { bench in
            let engine = DockerContainerEngine(bench.client)
            var settings = LaunchSettings()
            settings.agent = "live"
            let live = bench.claimed("echo ready; sleep 600")
            let orphan = bench.claimed("sleep 600")
            let kept = bench.claimed("true") { $0.container.autoRemove = .never }
            let foreign = bench.claimed("sleep 600") { $0.instance = .new() }
            for claimed in [orphan, kept, foreign] {
                try await engine.start(try await engine.create(try ContainerSpec(claimed, settings: settings)))
            }
            let removal = try await bench.client.openWait(orphan.containerName, condition: .removed)
            bench.controller.queue(live)
            try await bench.withAgent {
                $0.reapGrace = .milliseconds(100)
                $0.reapInterval = .milliseconds(50)
            } _: {
                try await bench.controller.until(live) { $0.lines.contains("ready") }
                _ = try await removal.exit()
            }
            let left = try await bench.containers().flatMap(\.names)
            #expect(Set(left) == [live.containerName, kept.containerName])
            #expect(try await bench.client.inspectContainer(foreign.containerName).state.running)

            let pass = ReapingPass(engine: engine, api: bench.controller, grace: .zero)
            let decisions = try await pass.decisions { _, since in Timestamp.now() - since }
            #expect(Set(decisions.map(\.action)) == [.keep])
            try await bench.client.removeContainer(foreign.containerName, force: true)
        }
    }

    @Test func listTellsWhatIsOwnedAndHowMuchItHasWritten() async throws {
        try await LiveAgentBench.with { bench in
            let claimed = bench.claimed("head -c 100000 /dev/zero >/tmp/x; exit 1") { $0.container.autoRemove = .never }
            _ = try await bench.run(claimed)
            let list = try await DockerContainerEngine(bench.client).list(
                label: ContainerLabels.instance, value: "\(bench.instance)", sizes: true)
            let owned = try #require(list.map(OwnedContainer.init).first)
            #expect(owned.runID == claimed.runID)
            #expect(owned.attempt == 1)
            #expect(owned.agent == "live")
            #expect(owned.state == "exited")
            #expect(owned.bytes ?? 0 >= 100_000)
        }
    }

    @Test func descriptionIsReadFromTheImage() async throws {
        let description = ImageDescription(sdk: "0.1.0", program: "taxi", flows: [], deployments: [])
        let files = [
            TarArchive.Entry(path: "etc", kind: .directory, mode: 0o755),
            TarArchive.Entry(path: "etc/orch", kind: .directory, mode: 0o755),
            TarArchive.Entry(path: "etc/orch/describe.json", bytes: Array(try JSONEncoder().encode(description))),
        ]
        try await LiveAgentBench.with(files: files) { bench in
            let answer = try await bench.answer(.describeImage(reference: bench.image))
            guard case .description(var found) = answer else {
                Issue.record("expected a description, got \(answer)")
                return
            }
            #expect(found.platform != nil)
            found.platform = nil
            #expect(found == description)
        }
        try await LiveAgentBench.with { bench in
            let answer = try await bench.answer(.describeImage(reference: bench.image))
            guard case .noDescription(let image, _) = answer else {
                Issue.record("expected no description, got \(answer)")
                return
            }
            #expect(image == bench.image)
        }
    }
}
