import DockerEngine
import FoundationEssentials
import OrchClient
import OrchModel
import Testing

/// Acceptance tests of endings that are asked for, and of slots, on the real engine.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(15)), .serialized)
struct CancellationLiveTests {
    /// Ignores SIGTERM, with a child process that does so too; `mark` tells its processes from all others of this host.
    private static func stubborn(_ mark: String) -> String {
        """
        trap '' TERM
        sh -c "trap '' TERM; while true; do sleep 1; done # \(mark)" &
        echo ready
        while true; do sleep 1; done # \(mark)
        """
    }

    /// The processes of this host whose command lines hold a text.
    private static func processes(with mark: String) -> [String] {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return ids.filter { id in
            guard Int(id) != nil, let line = try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline")) else {
                return false
            }
            return String(decoding: line, as: UTF8.self).contains(mark)
        }
    }

    @Test("T5: cancel a process that ignores SIGTERM: Cancelled only after inspect says exited; children too")
    func cancellationOfWhatIgnoresSIGTERM() async throws {
        try await LiveStack.with { stack in
            let mark = "mark-\(Identifier.new().short)"
            // Long enough to look at all of them meanwhile, on a busy machine.
            let policy = RunPolicy(stopGraceSeconds: 20)
            func stubborn(_ queue: String, _ parent: FlowRun?) async throws -> FlowRun {
                try await stack.run(
                    Self.stubborn(mark), queue: queue, isKept: true, parent: parent?.id, policy: policy)
            }
            _ = try await stack.api.createWorkQueue(WorkQueueRequest(name: "other", mayExist: true))
            let parent = try await stubborn("default", nil)
            let child = try await stubborn("other", parent)
            let grandchild = try await stubborn("other", child)
            let bystander = try await stack.run("echo ready; while true; do sleep 1; done")
            let family = [parent, child, grandchild]
            // Two agents: each stops what it holds.
            try await stack.withAgent("one") {
                try await stack.withAgent("two", queues: ["other"]) {
                    for run in family + [bystander] { try await stack.untilLine("ready", of: run) }
                    #expect(Self.processes(with: mark).count >= 6)
                    _ = try await stack.api.cancel("\(parent.id)")
                    for run in family {
                        #expect(try await stack.now(run).state.type == .cancelling)
                        #expect(try await stack.container(of: run).state.status == "running")
                    }
                    for run in family {
                        let end = try await stack.until(run, .cancelled)
                        let container = try await stack.container(of: run).state
                        #expect(container.status == "exited" && container.exitCode == 137)
                        let finished = try #require(container.finished)
                        #expect(
                            end.at.microseconds >= finished.seconds * 1_000_000 + Int64(finished.nanoseconds / 1000))
                        #expect(end.message.hasPrefix("cancelled by user admin"))
                        #expect(end.message.hasSuffix("; killed by signal 9 (SIGKILL)"))
                    }
                    #expect(Self.processes(with: mark) == [])
                    #expect(try await stack.now(bystander).state.type == .running)
                }
            }
        }
    }

    /// Takes SIGTERM for the word to end well, as many servers do.
    private static let polite = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.05; done"

    @Test func aCommandThatExitsZeroWhenItIsStoppedIsWhatItWasStoppedFor() async throws {
        try await LiveStack.with { stack in
            let cancelled = try await stack.run(Self.polite)
            let suspended = try await stack.run(Self.polite)
            let stopped = try await stack.run(Self.polite)
            let overdue = try await stack.run(Self.polite, policy: RunPolicy(timeoutSeconds: 5))
            try await stack.withAgent {
                for run in [cancelled, suspended, stopped] { try await stack.untilLine("ready", of: run) }
                _ = try await stack.api.cancel("\(cancelled.id)")
                _ = try await stack.api.ask(.suspend, of: "\(suspended.id)")
                _ = try await stack.bench.client.stopContainer(
                    ClaimedRun.containerName(run: stopped.id, attempt: 1), timeout: .seconds(10))
                let ended = try await stack.until(cancelled, .cancelled)
                #expect(ended.message == "cancelled by user admin; exit 0")
                let paused = try await stack.until(suspended, .paused)
                #expect(paused.isSuspended && paused.message == "suspended by user admin; exit 0")
                let crashed = try await stack.until(stopped, .crashed)
                #expect(crashed.message == "stopped by somebody outside orch; exit 0")
                let late = try await stack.until(overdue, .failed)
                #expect(late.message == "it had run for the 5.0 s it may, and was stopped; exit 0")
            }
        }
    }

    @Test func aCommandThatHadEndedWellBeforeItsCancellationWasHeardIsCompleted() async throws {
        try await LiveStack.with { stack in
            let script = "echo ready; while [ ! -e /tmp/go ]; do sleep 0.05; done"
            let ended = try await stack.run(script)
            let stopped = try await stack.run(Self.polite)
            let name = ClaimedRun.containerName(run: ended.id, attempt: 1)
            try await stack.withAgent {
                for run in [ended, stopped] {
                    try await stack.untilLine("ready", of: run)
                    try await stack.until(run, .running)
                }
            }
            // No agent looks: one ends by itself, the other as an agent that was killed right after would have left it.
            try await stack.bench.client.putArchive(TarArchive([TarArchive.Entry(path: "go")]), into: "/tmp", of: name)
            while try await stack.container(of: ended).state.running { try await Task.sleep(for: .milliseconds(50)) }
            for run in [ended, stopped] { _ = try await stack.api.cancel("\(run.id)") }
            _ = try await stack.bench.client.stopContainer(
                ClaimedRun.containerName(run: stopped.id, attempt: 1), timeout: .seconds(10))
            try await stack.withAgent {
                let completed = try await stack.until(ended, .completed)
                #expect(completed.message == "exit 0")
                let cancelled = try await stack.until(stopped, .cancelled)
                #expect(cancelled.message == "cancelled by user admin; exit 0")
            }
        }
    }

    /// How long the waiter may be left waiting: one lease.
    private static let lease = Duration.seconds(30)

    /// When a run was claimed.
    private func claim(of run: FlowRun, in stack: LiveStack) async throws -> Timestamp {
        try #require(try await stack.api.states(of: "\(run.id)").first { $0.type == .pending }).at
    }

    @Test("T8: SIGKILL a slot holder: the waiter starts within the lease time")
    func theSlotOfAKilledRunIsFree() async throws {
        try await LiveStack.with { stack in
            let holder = try await stack.run("echo ready; sleep 600")
            try await stack.withAgent(limit: 1) {
                try await stack.untilLine("ready", of: holder)
                let waiter = try await stack.run("true")
                #expect(try await stack.now(waiter).state.type == .scheduled)
                try await stack.bench.client.killContainer(ClaimedRun.containerName(run: holder.id, attempt: 1))
                try await stack.until(waiter, .running)
                let end = try await stack.until(holder, .crashed)
                #expect(end.message.contains("SIGKILL"))
                let wait = try await claim(of: waiter, in: stack) - end.at
                #expect(wait >= .zero && wait < Self.lease)
            }
        }
    }

    @Test("T8: the same, while the agent is killed too and comes back")
    func theSlotOfARunThatWasKilledWhileNobodyLookedIsFree() async throws {
        try await LiveStack.with { stack in
            let holder = try await stack.run("echo ready; sleep 600")
            try await stack.withAgent(limit: 1) { try await stack.untilLine("ready", of: holder) }
            let waiter = try await stack.run("true")
            try await stack.bench.client.killContainer(ClaimedRun.containerName(run: holder.id, attempt: 1))
            let back = Timestamp.now()
            try await stack.withAgent(limit: 1) { try await stack.until(waiter, .running) }
            let end = try await stack.until(holder, .crashed)
            let claim = try await claim(of: waiter, in: stack)
            #expect(claim >= end.at && claim - max(end.at, back) < Self.lease)
        }
    }
}
