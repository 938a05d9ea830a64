import Foundation
import OrchClient
import OrchModel
import Testing

/// Runs as processes: the real agent program, its supervisors, real signals; no Docker.
@Suite(.timeLimit(.minutes(15)))
struct ProcessLiveTests {
    @Test("a flow program describes itself, runs as a process and reports through its spool file")
    func aFlowRunsAsAProcess() async throws {
        try await ProcessStack.with { stack in
            try await stack.withAgent {
                let run = try await stack.run(flow: "reporting", parameters: ["rows": 3])
                #expect(try await stack.until(run, .completed).message.isEmpty == false)
                let ended = try await stack.now(run)
                #expect(ended.metrics["rows"] == 3)
                #expect(try await stack.api.attempts(of: "\(run.id)").count == 1)
                #expect(!FileManager.default.fileExists(atPath: stack.scratch(of: run)))
            }
        }
    }

    @Test("an exit code fails a command, a signal crashes it, and a program that is not there never starts")
    func endings() async throws {
        try await ProcessStack.with { stack in
            let failing = try await stack.run("echo out; echo err >&2; exit 7")
            let crashing = try await stack.run("kill -SEGV $$")
            let absent = try await stack.run("exec /nonexistent/program")
            let unstartable = try await stack.run("true", block: ["working_dir": "/nonexistent"])
            try await stack.withAgent {
                #expect(try await stack.until(failing, .failed).message == "exit 7")
                #expect(try await stack.lines(of: failing) == ["out"])
                #expect(try await stack.lines(of: failing, from: .stderr) == ["err"])
                #expect(try await stack.until(crashing, .crashed).message == "killed by signal 11 (SIGSEGV)")
                #expect(try await stack.until(absent, .failed).message == "exit 127")
                let message = try await stack.until(unstartable, .crashed).message
                #expect(message.hasPrefix("the process never started: working_dir /nonexistent: expected a folder"))
            }
        }
    }

    @Test("a process gets the run's variables and few of the agent's own")
    func variables() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run("env", block: ["env": ["LEVEL": "debug"]])
            try await stack.withAgent { try await stack.until(run, .completed) }
            let lines = try await stack.lines(of: run)
            let names = Set(lines.map { String($0.prefix { $0 != "=" }) })
            #expect(lines.contains("LEVEL=debug") && lines.contains("TZ=UTC"))
            #expect(names.isSuperset(of: ["ORCH_API_KEY", "ORCH_FLOW_RUN_ID", "ORCH_SCRATCH", "PATH", "TMPDIR"]))
            #expect(!names.contains("AGENTS_OWN") && !names.contains("ORCH_TEST_DATA"))
        }
    }

    @Test("a cancelled process that ignores SIGTERM is gone with its children before the run is Cancelled")
    func cancellation() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run(
                """
                trap '' TERM
                sh -c "trap '' TERM; while true; do sleep 1; done" &
                setsid sh -c "trap '' TERM; while true; do sleep 1; done" &
                echo ready
                while true; do sleep 1; done
                """, policy: RunPolicy(stopGraceSeconds: 1))
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                #expect(stack.processes(of: run).count >= 3)
                _ = try await stack.api.cancel("\(run.id)")
                let state = try await stack.until(run, .cancelled)
                #expect(stack.processes(of: run).isEmpty)
                #expect(state.message == "cancelled by user admin; killed by signal 9 (SIGKILL)")
                let remarks = try await stack.lines(of: run, from: .orch)
                #expect(!remarks.contains { $0.contains("left behind") }, "\(remarks)")
            }
        }
    }

    @Test("a process under a grace of ten minutes is killed at once where that is asked for", arguments: [false, true])
    func immediateCancellation(isAskedForTwice: Bool) async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run(
                "trap 'echo asked' TERM; echo ready; while true; do sleep 0.1; done",
                policy: RunPolicy(stopGraceSeconds: 600))
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                if isAskedForTwice {
                    _ = try await stack.api.cancel("\(run.id)")
                    try await stack.untilLine("asked", of: run)
                }
                let start = ContinuousClock.now
                let reply = try await stack.api.cancel("\(run.id)", isImmediate: true)
                #expect(reply.run.cancellation?.isImmediate == true)
                let state = try await stack.until(run, .cancelled)
                #expect(ContinuousClock.now - start < .seconds(120))
                #expect(stack.processes(of: run).isEmpty)
                #expect(state.message == "cancelled by user admin; killed by signal 9 (SIGKILL)")
            }
        }
    }

    @Test("children that outlive their process are ended with it, and those that keep its output are no reason to wait")
    func leftovers() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run("setsid sleep 1000 & sleep 1000 & echo done")
            try await stack.withAgent { try await stack.until(run, .completed) }
            #expect(stack.processes(of: run).isEmpty)
            #expect(try await stack.lines(of: run) == ["done"])
            let remarks = try await stack.lines(of: run, from: .orch)
            #expect(remarks.contains { $0.hasPrefix("ended 2 processes that it had left behind") }, "\(remarks)")
        }
    }

    @Test("an agent that is killed loses nothing: the process runs on, and the next agent reads on")
    func adoption() async throws {
        try await ProcessStack.with { stack in
            let script = "seq 1 500; while [ ! -e $TMPDIR/go ]; do sleep 0.05; done; seq 501 1000"
            let live = try await stack.run(script)
            let ending = try await stack.run(script)
            try await stack.withAgent {
                for run in [live, ending] { try await stack.untilLine("500", of: run) }
            }
            #expect(!stack.processes(of: live).isEmpty)
            // One ends while no agent is there.
            try letGo(stack, ending)
            while !stack.processes(of: ending).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            try await stack.withAgent {
                try await stack.until(ending, .completed)
                #expect(try await stack.now(live).state.type == .running)
                try letGo(stack, live)
                try await stack.until(live, .completed)
            }
            for run in [live, ending] {
                #expect(try await stack.lines(of: run) == (1...1000).map(String.init))
                #expect(try await stack.now(run).attempt == 1)
            }
        }
    }

    @Test("an agent that takes the place of a killed one never runs more than its limit")
    func limitOverRestarts() async throws {
        try await ProcessStack.with { stack in
            let live = stack.file("live")
            try FileManager.default.createDirectory(atPath: live, withIntermediateDirectories: true)
            var runs: [FlowRun] = []
            for number in 0..<6 {
                // Each lives until it is let go.
                runs.append(
                    try await stack.run(
                        """
                        mkdir \(live)/\(number); ls \(live) | wc -l
                        until [ -e $TMPDIR/go ]; do sleep 0.05; done; rmdir \(live)/\(number)
                        """))
            }
            func living() throws -> [FlowRun] {
                try FileManager.default.contentsOfDirectory(atPath: live).compactMap { Int($0) }.map { runs[$0] }
            }
            // Each is killed with its hands full, and so the next one finds them.
            for isLast in [false, false, true] {
                try await stack.withAgent(arguments: ["--limit", "2"]) {
                    for run in try living() {
                        let name = ClaimedRun.containerName(run: run.id, attempt: 1)
                        try await stack.untilLine("agent live found process \(name) running and follows it", of: run)
                        try letGo(stack, run)
                        try await stack.until(run, .completed)
                    }
                    while try living().count < 2 { try await Task.sleep(for: .milliseconds(20)) }
                    for run in try isLast ? living() : [] {
                        try letGo(stack, run)
                        try await stack.until(run, .completed)
                    }
                }
            }
            var counts: [Int] = []
            for run in runs { counts += try await stack.lines(of: run).compactMap { Int($0) } }
            #expect(counts.count == 6 && counts.max() == 2, "\(counts)")
        }
    }

    @Test(
        "what an agent with another data directory left is ended before the next attempt starts",
        arguments: [false, true])
    func anotherDataDirectory(wasThereBefore: Bool) async throws {
        try await ProcessStack.with { stack in
            if wasThereBefore {
                let first = try await stack.run("true")
                try await stack.withAgent(data: "other") { try await stack.until(first, .completed) }
            }
            let file = stack.file("first")
            let run = try await stack.run(
                """
                if [ -e \(file) ]; then kill -0 $(cat \(file)) 2>/dev/null && echo twice || echo alone; exit; fi
                setsid sleep 1000 & echo $$ > \(file); echo ready; exec sleep 1000
                """, policy: RunPolicy(retries: 2, retryDelaySeconds: 0))
            try await stack.withAgent { try await stack.untilLine("ready", of: run) }
            #expect(stack.processes(of: run).count == 2)
            try await stack.withAgent(data: "other") { try await stack.until(run, .completed) }
            #expect(try await stack.lines(of: run) == ["ready", "alone"])
            #expect(stack.processes(of: run).isEmpty)
            let states = try await stack.api.states(of: "\(run.id)").map(\.message)
            let words = "2 processes of it still ran on this host and were ended"
            #expect(states.contains { $0.contains(words) }, "\(states)")
        }
    }

    @Test("a flow's records are each there once though its agent is killed between them")
    func adoptionOfAFlow() async throws {
        try await ProcessStack.with { stack in
            let (run, order) = try await withFirstAgent(stack)
            try letGo(stack, run)
            try await stack.withAgent { try await stack.until(run, .completed) }
            let lines = try await stack.lines(of: run, from: .flow).filter { $0.hasPrefix("line-") }
            #expect(lines == (1...order).map { "line-\($0)" })
            #expect(try await stack.now(run).metrics["lines"] == Double(order))
        }
    }

    private func withFirstAgent(_ stack: ProcessStack) async throws -> (FlowRun, Int) {
        var made: FlowRun?
        try await stack.withAgent {
            let run = try await stack.run(flow: "steps", parameters: ["half": 300, "lines": 600])
            try await stack.untilLine("line-300", of: run)
            made = run
        }
        return (try #require(made), 600)
    }

    @Test("where the supervisor is killed the run is Crashed, and nothing of it lives on")
    func aKilledSupervisor() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run("echo ready; sleep 1000")
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                let found = supervisor(of: stack.scratch(of: run))
                kill(try #require(found), SIGKILL)
                let state = try await stack.until(run, .crashed)
                #expect(state.message.contains("its supervisor was killed"))
                #expect(stack.processes(of: run).isEmpty)
            }
        }
    }

    private func supervisor(of scratch: String) -> Int32? {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return ids.compactMap { Int32($0) }.first { id in
            guard let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(id)/cmdline")) else { return false }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.contains("supervise") && words.last == scratch
        }
    }

    @Test("a process is frozen and thawed, and what somebody else does to it is shown")
    func pausing() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run("echo ready; while [ ! -e $TMPDIR/go ]; do sleep 0.05; done")
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                _ = try await stack.api.ask(.pause, of: "\(run.id)")
                #expect(try await stack.until(run, .paused).message == "paused by user admin")
                let shells = stack.processes(of: run)
                #expect(shells.allSatisfy { state(of: $0) == "T" })
                _ = try await stack.api.ask(.resume, of: "\(run.id)")
                while try await stack.now(run).state.type != .running { try await Task.sleep(for: .milliseconds(20)) }
                try letGo(stack, run)
                try await stack.until(run, .completed)
            }
            #expect(try await stack.now(run).pausedSeconds ?? 0 > 0)
        }
    }

    private func state(of process: Int32) -> String? {
        let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        return line?.split(separator: ")").last?.split(separator: " ").first.map(String.init)
    }

    @Test("long lines and bytes that are no text come as they are, in one piece up to a mebibyte")
    func exactness() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run(
                """
                head -c 1000000 /dev/zero | tr '\\0' x; echo
                head -c 2000000 /dev/zero | tr '\\0' y; echo
                printf 'caf\\303\\251 \\377 end\\n'; printf 'no newline'
                """)
            try await stack.withAgent { try await stack.until(run, .completed) }
            let lines = try await stack.lines(of: run)
            #expect(lines.first == String(repeating: "x", count: 1_000_000))
            #expect(lines.dropFirst().dropLast(2).joined() == String(repeating: "y", count: 2_000_000))
            #expect(lines.suffix(2) == ["café \u{FFFD} end", "no newline"])
        }
    }

    @Test("a time limit ends a process; its scratch folder stays where the block says so")
    func timeLimitAndKeeping() async throws {
        try await ProcessStack.with { stack in
            let run = try await stack.run(
                "echo ready; sleep 1000", block: ["auto_remove": "never"],
                policy: RunPolicy(timeoutSeconds: 5, stopGraceSeconds: 1))
            try await stack.withAgent {
                let state = try await stack.until(run, .failed)
                #expect(state.name == "TimedOut")
            }
            #expect(stack.processes(of: run).isEmpty)
            let output = try String(contentsOfFile: stack.scratch(of: run) + "/stdout", encoding: .utf8)
            #expect(output == "ready\n")
        }
    }

    private func letGo(_ stack: ProcessStack, _ run: FlowRun) throws {
        try Data().write(to: URL(fileURLWithPath: stack.scratch(of: run) + "/tmp/go"))
    }
}
