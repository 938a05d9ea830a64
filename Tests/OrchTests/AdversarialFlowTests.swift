import FoundationEssentials
import Glibc
import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// What authors may do to a run, and what becomes of it: the table of `docs/tasks.md` says the same. What is not here is in
/// the tests of time limits, commands, the run stream and child flows.
@Suite(.timeLimit(.minutes(10)))
struct AdversarialFlowTests {
    private struct Scripted: Flow {
        static let name = "scripted"
        @TaskLocal static var body: @Sendable (FlowContext) async throws -> String = { _ in "" }
        func run(_ context: FlowContext) async throws -> String { try await Self.body(context) }
    }

    private func run(
        largestResult: Int = 4 << 20, _ body: @escaping @Sendable (FlowContext) async throws -> String
    ) async throws -> (exit: FlowRunner.Exit, reporter: RecordingReporter) {
        let bench = TaskBench()
        var runner = FlowRunner(
            services: bench.context.services, launch: try LaunchEnvironment([:]), variables: [:])
        runner.largestResult = largestResult
        let limited = runner
        let exit = await Scripted.$body.withValue(body) {
            await limited.run(Scripted.self, assignments: []) { "cancelled" }
        }
        return (exit, bench.reporter)
    }

    @Test func aTaskMayReturnAHundredMegabytes() async throws {
        let (exit, reporter) = try await run { context in
            let value = try await context.submit("large") { String(repeating: "x", count: 100 << 20) }.value
            return "\(value.utf8.count)"
        }
        #expect(exit == .completed)
        #expect(reporter.taskStates.last?.state.type == .completed)
        #expect(reporter.kinds.contains(.result(.string("\(100 << 20)"))))
    }

    /// A hundred megabytes would be the same, and take a debugger's patience.
    @Test func aFlowsResultThatIsTooLargeIsNotKept() async throws {
        for (bytes, isKept) in [(998, true), (999, false), (100_000, false)] {
            let (exit, reporter) = try await run(largestResult: 1000) { _ in String(repeating: "x", count: bytes) }
            #expect(exit == .completed)
            #expect(reporter.outcome?.type == .completed)
            #expect(reporter.kinds.contains { if case .result = $0 { true } else { false } } == isKept)
            let warning = reporter.logs.first { $0.level == .warning }?.message
            #expect(warning?.contains("it has \(bytes + 2) bytes of JSON, and 1000 are the most") ?? isKept)
        }
    }

    @Test func aFlowThatRunsItselfForEverFails() async {
        struct Endless: Flow {
            static let name = "endless"
            func run(_ context: FlowContext) async throws -> Int { try await context.child(Endless.self) }
        }
        let bench = TaskBench()
        let end = await bench.context.conduct(Endless())
        #expect(end.state.type == .failed)
        #expect(end.state.message.contains("64"))
        #expect(bench.reporter.childRuns.count == 2 * FlowContext.deepest)
    }

    /// A thread that never comes back, in a task with a limit: the flow has gone on.
    @Test func aTaskThatBlocksItsThreadIsLeftBehind() async throws {
        let isOver = Mutex(false)
        let (exit, reporter) = try await run { context in
            let options = TaskOptions("blocks", timeout: .milliseconds(50), grace: .milliseconds(50))
            let future = context.submit(options) {
                while !isOver.withLock({ $0 }) { usleep(1000) }
            }
            return await future.state.name
        }
        isOver.withLock { $0 = true }
        #expect(exit == .completed)
        #expect(reporter.kinds.contains(.result(.string("TimedOut"))))
    }

    @Test func aTaskThatThrowsAfterItsLimitHasTimedOut() async throws {
        let (_, reporter) = try await run { context in
            let options = TaskOptions("late", timeout: .milliseconds(20), grace: .seconds(60))
            return await context.submit(options) {
                while !Task.isCancelled { await Task.yield() }
                throw NumberedFailure(number: 7)
            }.state.name
        }
        #expect(reporter.kinds.contains(.result(.string("TimedOut"))))
    }
}
