import FoundationEssentials
import Glibc
import OrchTesting
import Synchronization
import Testing

@testable import Orch

@Suite(.timeLimit(.minutes(10)))
struct ShellTests {
    private let bench = TaskBench()

    private func failure(_ command: ShellCommand) async -> ShellFailure? {
        await #expect(throws: ShellFailure.self) { try await command.run { _ in } }
    }

    /// Waits until a process is no more; a zombie is no more.
    private func awaitEnd(of process: String) async throws {
        let pid = try #require(pid_t(process))
        while kill(pid, 0) == 0 {
            let state = try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)
            if state?.split(separator: ")").last?.hasPrefix(" Z") == true { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func whatItWritesAreLinesOfTheTask() async throws {
        let context = bench.context
        let result = try await context.task("count") {
            try await context.shell("echo one; echo two >&2; printf 'three\\n\\n'; printf four")
        }
        #expect(result == ShellResult(exitCode: 0, lastLine: "four"))
        let lines = bench.reporter.logs.filter { !$0.message.hasPrefix("Completed") }
        // The two streams are two pipes: only the lines of each keep their order.
        #expect(lines.map(\.message).filter { $0 != "two" } == ["one", "three", "", "four"])
        #expect(lines.contains { $0.message == "two" })
        let id = bench.reporter.taskStates[0].taskRun
        #expect(lines.allSatisfy { $0.taskRun == id && $0.logger == "count" && $0.level == .info })
    }

    @Test func argumentsAreNotReadByAnyShell() async throws {
        let result = try await ShellCommand(["printf", "%s", "$HOME; `id` \"'"]).run { _ in }
        #expect(result.lastLine == "$HOME; `id` \"'")
    }

    @Test func failsByItsExitCode() async throws {
        let failed = await failure(ShellCommand(shell: "echo out; echo 'no such month' >&2; exit 3"))
        #expect(failed?.reason == .exited(3))
        #expect(failed.map { "\($0)" } == "/bin/sh exited with 3: no such month")
        let result = try await ShellCommand(shell: "exit 3", successCodes: [0, 3]).run { _ in }
        #expect(result == ShellResult(exitCode: 3, lastLine: nil))
        #expect(await failure(ShellCommand(shell: "exit 0", successCodes: [3]))?.reason == .exited(0))
    }

    @Test func saysWhichSignalEndedIt() async {
        #expect(await failure(ShellCommand(shell: "kill -9 $$"))?.reason == .killed(signal: SIGKILL))
    }

    @Test(arguments: [
        ShellCommand([]), ShellCommand([""]), ShellCommand(["/no/such/program"]), ShellCommand(["no-such-program"]),
        ShellCommand(["echo", "a\0b"]), ShellCommand(["true"], workingDirectory: "/no/such/folder"),
    ])
    func saysWhyItCannotStart(command: ShellCommand) async {
        guard case .notStarted? = await failure(command)?.reason else {
            Issue.record("\(command) was started")
            return
        }
    }

    @Test func hasItsOwnVariablesFolderAndNoInput() async throws {
        let command = ShellCommand(
            shell: "cat; echo \"$GREETING $(pwd)\"", environment: ["GREETING": "hello"], workingDirectory: "/usr")
        #expect(try await command.run { _ in }.lastLine == "hello /usr")
    }

    @Test func aBrokenPipeEndsAProgramAsInATerminal() async throws {
        #expect(try await ShellCommand(shell: "yes | head -n 1").run { _ in }.lastLine == "y")
    }

    @Test func cancellationReachesTheWholeGroup() async throws {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let command = ShellCommand(shell: "sh -c 'sleep 1000 & echo $!; wait' & echo $!; wait")
        let work = Task { try await command.run { line.yield($0) } }
        var processes: [String] = []
        for await text in lines.prefix(2) { processes.append(text) }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        for process in processes { try await awaitEnd(of: process) }
    }

    @Test func itMayEndInOrderWhenItIsCancelled() async throws {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let command = ShellCommand(
            shell: "trap 'echo undone; exit 0' TERM; echo begun; while :; do sleep 0.01; done", grace: .seconds(50))
        let work = Task { try await command.run { line.yield($0) } }
        var read: [String] = []
        for await text in lines {
            read.append(text)
            if text == "begun" { work.cancel() }
            if text == "undone" { break }
        }
        // The shell may tell that the signal ended its `sleep`.
        #expect(read.filter { $0 != "Terminated" } == ["begun", "undone"])
        await #expect(throws: CancellationError.self) { try await work.value }
    }

    @Test func whatIgnoresSIGTERMIsKilled() async throws {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let command = ShellCommand(
            shell: "trap '' TERM; echo begun; while :; do sleep 0.01; done", grace: .milliseconds(50))
        let work = Task { try await command.run { line.yield($0) } }
        for await _ in lines.prefix(1) { work.cancel() }
        await #expect(throws: CancellationError.self) { try await work.value }
    }

    @Test func aTimeLimitEndsIt() async throws {
        let context = bench.context
        let options = TaskOptions("sleep", timeout: .milliseconds(50), grace: .seconds(50))
        let error = await #expect(throws: TaskTimedOut.self) {
            try await context.task(options) { try await context.shell("sleep 1000") }
        }
        #expect(error?.wasLeftBehind == false)
    }

    @Test func whatItLeavesBehindEndsWithIt() async throws {
        let context = bench.context
        let result = try await context.shell("sleep 1000 & echo $!")
        try await awaitEnd(of: try #require(result.lastLine))
        #expect(
            bench.reporter.logs.filter { $0.level == .warning }.map(\.message) == [
                "/bin/sh ended and left processes running: they are ended, too"
            ])
    }

    @Test func whoLeftTheGroupWithThePipeInHandIsNotWaitedFor() async throws {
        let command = ShellCommand(
            shell: """
                fifo=$(mktemp -u) && mkfifo "$fifo" || exit 9
                setsid sh -c 'echo $$; echo > "$0"; exec sleep 1000' "$fifo" &
                read -r word < "$fifo"; rm "$fifo"
                """)
        let lines = Mutex<[String]>([])
        let result = try await command.run { line in lines.withLock { $0.append(line) } }
        #expect(result.exitCode == 0)
        let left = try #require(lines.withLock { $0.first.flatMap { pid_t($0) } })
        #expect(kill(left, SIGKILL) == 0)
    }

    @Test func tenMegabytesArriveWhole() async throws {
        let counts = Mutex((lines: 0, bytes: 0))
        let command = ShellCommand(
            shell: "head -c 10480000 /dev/zero | tr '\\0' x | fold -w 1000 | sed '$s/.*/end/'; echo >&2 other")
        let result = try await command.run { line in
            counts.withLock { $0 = ($0.lines + 1, $0.bytes + line.utf8.count + 1) }
        }
        #expect(result.lastLine == "end")
        let (lines, bytes) = counts.withLock { $0 }
        #expect(lines == 10_481)
        #expect(bytes == 10_489_489)
    }

    @Test func manyAtOnce() async throws {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<50 {
                group.addTask { try await ShellCommand(shell: "echo \(number)").run { _ in }.lastLine }
            }
            let lines = try await group.reduce(into: Set<String>()) { $0.insert($1 ?? "") }
            #expect(lines == Set((0..<50).map(String.init)))
        }
    }

    @Test func theStepsToTheEnd() {
        let start = ContinuousClock.now
        func steps(_ observed: (cancelled: Bool, exited: Bool, gone: Bool, at: Double)...) -> [ShellEnding.Step] {
            var ending = ShellEnding(grace: .seconds(3))
            return observed.map {
                ending.step(
                    isCancelled: $0.cancelled, hasExited: $0.exited, isGone: $0.gone, at: start + .seconds($0.at))
            }
        }
        #expect(steps((false, false, false, 0), (false, true, true, 1)) == [.wait(nil), .finish])
        #expect(
            steps((true, false, false, 0), (true, false, false, 1), (true, true, true, 2))
                == [.signal(SIGTERM), .wait(.seconds(2)), .finish])
        #expect(
            steps((true, false, false, 0), (true, false, false, 3), (true, false, false, 3), (true, true, false, 4))
                == [.signal(SIGTERM), .signal(SIGKILL), .wait(nil), .finish])
        #expect(
            steps((false, true, false, 0), (false, true, false, 1), (false, true, false, 3), (false, true, false, 3))
                == [.signal(SIGTERM), .wait(.milliseconds(10)), .signal(SIGKILL), .finish])
    }
}
