import FoundationEssentials
import OrchTesting
import Testing

@testable import Orch

struct FlowContextTaskTests {
    private struct Failure: Error, Equatable {
        var number: Int
    }

    private let bench = TaskBench()
    private var reporter: RecordingReporter { bench.reporter }
    private var clock: ImmediateClock { bench.clock }
    private var context: FlowContext { bench.context }

    @Test func reportsATaskThatCompletes() async throws {
        let context = context
        let value = try await context.task("extract") {
            context.logger.info("inside")
            context.metric("rows", 3)
            return 7
        }
        #expect(value == 7)
        let states = reporter.taskStates
        #expect(states.map(\.state.type) == [.running, .completed])
        #expect(states.map(\.attempt) == [1, 1])
        #expect(Set(states.map(\.taskRun)).count == 1)
        #expect(states.last?.ended == Timestamp(microseconds: 5))
        #expect(reporter.logs.first?.message == "inside")
        #expect(reporter.logs.allSatisfy { $0.taskRun == states[0].taskRun && $0.logger == "extract" })
        #expect(reporter.kinds.contains(.metric(.init("rows", 3, taskRun: states[0].taskRun))))
        context.logger.info("outside")
        #expect(reporter.logs.last?.taskRun == nil)
    }

    /// How many attempts fail × how many retries there are.
    @Test(arguments: 0...3, 0...3)
    func triesAgainAsOftenAsItMay(failures: Int, retries: Int) async {
        var calls = 0
        let result: Result<Int, any Error>
        do {
            let value = try await context.task("load", retries: retries, retryDelay: .exponential(from: .seconds(1))) {
                calls += 1
                if calls <= failures { throw Failure(number: calls) }
                return calls
            }
            result = .success(value)
        } catch {
            result = .failure(error)
        }
        let attempts = min(failures, retries) + 1
        #expect(calls == attempts)
        #expect(clock.waits == Array([Duration.seconds(1), .seconds(2), .seconds(4)].prefix(attempts - 1)))
        let retried = (1..<attempts).flatMap { _ in ["AwaitingRetry", "Retrying"] }
        #expect(
            reporter.taskStates.map(\.state.name) == ["Running"] + retried + [
                failures > retries ? "Failed" : "Completed"
            ])
        switch result {
        case .success(let value): #expect(value == attempts)
        case .failure(let error): #expect(error as? Failure == Failure(number: attempts))
        }
    }

    @Test func doesNotRetryWhatIsNotWorthIt() async {
        var calls = 0
        await #expect(throws: Failure(number: 1)) {
            try await context.task("load", retries: 5, retryOn: { ($0 as? Failure)?.number != 1 }) {
                calls += 1
                throw Failure(number: calls)
            }
        }
        #expect(calls == 1)
    }

    @Test func doesNotRetryACancelledTask() async {
        let context = context
        let work = Task {
            try await context.task("load", retries: 5) {
                withUnsafeCurrentTask { $0?.cancel() }
                throw Failure(number: 1)
            }
        }
        await #expect(throws: Failure(number: 1)) { try await work.value }
        #expect(reporter.taskStates.map(\.state.type) == [.running, .cancelled])
    }

    @Test func aCancelledWaitEndsTheTask() async {
        let context = context
        let work = Task {
            try await context.task(
                "load", retries: 5,
                retryOn: { _ in
                    withUnsafeCurrentTask { $0?.cancel() }; return true
                }
            ) {
                throw Failure(number: 1)
            }
        }
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(reporter.taskStates.map(\.state.type) == [.running, .scheduled, .cancelled])
    }

    @Test func tasksOfAGroupKeepTheirNames() async throws {
        let context = context
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["a", "b", "c"] {
                group.addTask { try await context.task(name) { context.logger.info("from \(name)") } }
            }
            try await group.waitForAll()
        }
        for name in ["a", "b", "c"] {
            #expect(reporter.logs.contains { $0.logger == name && $0.message == "from \(name)" })
        }
        #expect(Set(reporter.taskStates.map(\.taskRun)).count == 3)
    }
}
