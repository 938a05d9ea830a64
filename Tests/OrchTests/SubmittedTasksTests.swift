import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// More tasks than are at work at once.
@Suite(.timeLimit(.minutes(10)))
struct SubmittedTasksTests {
    private let bench = TaskBench()
    private let most = SubmittedTasks.mostAtWork

    /// How many are at work now, and the most there were.
    private struct Census: Sendable {
        var now = 0
        var most = 0
        var order: [Int] = []
    }

    @Test func noMoreThanTheBoundAreAtWorkAndTheyBeginInOrder() async throws {
        let census = Mutex(Census())
        let count = most * 3
        let end = await bench.end { context in
            let futures = (0..<count).map { number in
                context.submit(number % 2 == 0 ? TaskOptions("t", tags: []) : TaskOptions("u")) {
                    census.withLock { census in
                        census.now += 1
                        census.most = max(census.most, census.now)
                        census.order.append(number)
                    }
                    for _ in 0..<5 { await Task.yield() }
                    census.withLock { $0.now -= 1 }
                    return 1
                }
            }
            var sum = 0
            for future in futures.reversed() { sum += try await future.value }
            return sum
        }
        #expect(try end.result.get() == count)
        let seen = census.withLock { $0 }
        #expect(seen.most <= most)
        // Those that are at work together run on several threads: no task comes more than the bound before its turn.
        for (place, number) in seen.order.enumerated() { #expect(number < place + most) }
        #expect(bench.reporter.taskStates.filter { $0.state.type == .completed }.count == count)
    }

    @Test func tasksThatSubmitTasksAndWaitForThemEnd() async throws {
        let count = most * 2
        let end = await bench.end { context in
            let futures = (0..<count).map { number in
                context.submit("outer") {
                    let inner = context.submit("inner") {
                        try await context.submit("innermost") { number % 2 }.value
                    }
                    return try await inner.value
                }
            }
            var sum = 0
            for future in futures { sum += try await future.value }
            return sum
        }
        #expect(try end.result.get() == most)
    }

    @Test func tasksThatWaitForLaterOnesByTheirDependenciesEnd() async throws {
        let count = most * 2
        let end = await bench.end { context in
            // Each waits for the one before it, and all for the first, which begins last of all.
            let gate = Gate()
            var last = context.submit("first") {
                await gate.wait()
                return 0
            }
            for _ in 0..<count { last = context.submit("next", waitFor: [last]) { 1 } }
            let opener = context.submit("opener") { gate.open() }
            try await opener.value
            return try await last.value
        }
        #expect(try end.result.get() == 1)
    }

    @Test func cancellingOneThatWaitsForItsTurnEndsItAtOnce() async throws {
        let gate = Gate()
        let end = await bench.end { context in
            let blockers = (0..<most).map { _ in context.submit("blocker") { await gate.wait() } }
            let waiting = context.submit("waiting") { Issue.record("it did its work") }
            waiting.cancel()
            let state = await waiting.state
            #expect(state.type == .cancelled)
            #expect(state.message == "cancelled before it began")
            gate.open()
            for blocker in blockers { try await blocker.value }
            return 1
        }
        #expect(try end.result.get() == 1)
        #expect(bench.states(of: "waiting") == ["Cancelled"])
    }

    @Test func whatWaitsWhenTheFlowFailsIsCancelledAndVisible() async throws {
        let count = most * 2
        let end = await bench.end { context in
            for _ in 0..<count {
                context.submit("task") { try await Task.sleep(for: .seconds(3600)) }
            }
            throw NumberedFailure(number: 1)
        }
        #expect(end.state.type == .failed)
        let ended = bench.reporter.taskStates.filter { $0.state.type.isTerminal }
        #expect(ended.count == count)
        #expect(ended.allSatisfy { $0.state.type == .cancelled })
    }

    @Test func aFailureOfOneThatBeganLaterIsTheFlows() async throws {
        let count = most + 10
        let end = await bench.end { context in
            for number in 0..<count {
                context.submit("task-\(number)") { if number == count - 1 { throw NumberedFailure(number: number) } }
            }
            return 0
        }
        guard case .failure(let error) = end.result, let failures = error as? TaskFailures else {
            Issue.record("expected failures of tasks, got \(end.result)")
            return
        }
        #expect(failures.total == count)
        #expect(failures.failures.map(\.task) == ["task-\(count - 1)"])
    }

    @Test func aChildFlowsTasksHaveABoundOfTheirOwn() async throws {
        let count = most
        let end = await bench.end { context in
            let futures = (0..<count).map { _ in
                context.submit("parent") {
                    try await TaskBench.Scripted.$body.withValue({ child in
                        try await child.submit("child") { 1 }.value
                    }) { try await context.child(TaskBench.Scripted.self) }
                }
            }
            var sum = 0
            for future in futures { sum += try await future.value }
            return sum
        }
        #expect(try end.result.get() == count)
    }
}
