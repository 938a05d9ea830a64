import Glibc
import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// What a time limit does beyond the table in `docs/tasks.md`.
@Suite(.timeLimit(.minutes(10)))
struct TaskTimeoutTests {
    private let bench = TaskBench()

    private func options(_ limit: Duration = .milliseconds(20), grace: Duration = .milliseconds(20)) -> TaskOptions {
        TaskOptions("load", timeout: limit, grace: grace)
    }

    private func messages(_ level: StreamRecord.Level) -> [String] {
        bench.reporter.logs.filter { $0.level == level }.map(\.message)
    }

    @Test func saysSoAtTheDeadlineAndInTheState() async throws {
        await #expect(throws: TaskTimedOut.self) {
            try await bench.context.task(options(grace: .seconds(9))) { try await Task.sleep(for: .seconds(100)) }
        }
        #expect(
            messages(.warning) == [
                "Attempt 1 has taken longer than 0.020 s: it is cancelled, and has 9.000 s to end"
            ])
        let state = try #require(bench.reporter.taskStates.last?.state)
        #expect(state.type == .failed)
        #expect(state.name == RunState.timedOutName)
        #expect(state.message == "took longer than 0.020 s")
        let id = bench.reporter.taskStates[0].taskRun
        #expect(bench.reporter.logs.allSatisfy { $0.taskRun == id && $0.logger == "load" })
    }

    @Test func aThreadThatIsBlockedIsLeftBehindAndTheRunGoesOn() async throws {
        let pipe = try Descriptor.pipe()
        #expect(fcntl(pipe.read, F_SETFL, 0) == 0)
        let context = bench.context
        // More of them than there are processors: none keeps the others, or this test, from going on.
        let failures = await withTaskGroup(of: (any Error)?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        try await context.task(options()) {
                            var byte: UInt8 = 0
                            _ = read(pipe.read, &byte, 1)
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.allSatisfy { ($0 as? TaskTimedOut)?.wasLeftBehind == true })
        #expect(bench.states().filter { $0 == "TimedOut" }.count == 8)
        let value = try await context.task("after") { 7 }
        #expect(value == 7)
        _ = Descriptor.write(Array(repeating: 0, count: 8), to: pipe.write)
        close(pipe.write)
    }

    /// What it does after it was left behind is in the log, and changes no state.
    @Test(arguments: [false, true])
    func aLateEndIsLoggedAndIgnored(throwing: Bool) async throws {
        let release = Gate()
        await #expect(throws: TaskTimedOut.self) {
            try await bench.context.task(options()) {
                await release.wait()
                if throwing { throw NumberedFailure(number: 7) }
            }
        }
        let states = bench.states()
        #expect(states == ["Running", "TimedOut"])
        release.open()
        let end = throwing ? "failed (failure 7)" : "ended"
        let line = "Attempt 1, which was left behind, has \(end) after all: that counts for nothing"
        while !messages(.warning).contains(line) { try await Task.sleep(for: .milliseconds(1)) }
        #expect(bench.states() == states)
        #expect(
            messages(.error).first
                == "Attempt 1 did not end within 0.020 s of being cancelled: it is left behind, and may still be at work"
        )
    }

    @Test func theTimeOutOfAnInnerTaskIsAFailureOfTheOuterOne() async {
        let context = bench.context
        await #expect(throws: TaskTimedOut.self) {
            try await context.task(TaskOptions("outer", timeout: .seconds(100))) {
                try await context.task(options()) { try await Task.sleep(for: .seconds(100)) }
            }
        }
        #expect(bench.states(of: "load") == ["Running", "TimedOut"])
        #expect(bench.states(of: "outer") == ["Running", "Failed"])
    }

    @Test(arguments: [Duration.zero, .seconds(-5)])
    func noTimeAtAllIsOverAtOnce(limit: Duration) async {
        await #expect(throws: TaskTimedOut.self) {
            try await bench.context.task(options(limit)) { try await Task.sleep(for: .seconds(100)) }
        }
    }

    @Test func aLongLimitIsNoTrap() async throws {
        let seconds = TaskOptions("load", timeout: .seconds(Int64.max))
        #expect(try await bench.context.task(seconds) { 3 } == 3)
    }

    @Test func logLinesOfTimedWorkBelongToTheTask() async throws {
        let context = bench.context
        try await context.task(options(.seconds(100))) { context.logger.info("inside") }
        #expect(bench.reporter.logs.first?.taskRun == bench.reporter.taskStates[0].taskRun)
    }
}
