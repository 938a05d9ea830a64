import FoundationEssentials
import OrchTesting
import Synchronization
import Testing

@testable import Orch

@Suite(.timeLimit(.minutes(10)))
struct StateHooksTests {
    /// What hooks were told, in order.
    private final class Calls: Sendable {
        private let calls = Mutex<[String]>([])
        var all: [String] { calls.withLock { $0 } }

        func add(_ call: String) {
            calls.withLock { $0.append(call) }
        }

        /// Hooks of every kind that take note of what they are told.
        var hooks: StateHooks {
            func hook(_ kind: String) -> StateHooks.Hook {
                { event in
                    self.add(
                        "\(kind): \(event.name) \(event.attempt) \(event.state.name) \(event.error.map { "\($0)" } ?? "")"
                    )
                }
            }
            return StateHooks(
                onCompletion: [hook("completion")], onFailure: [hook("failure")],
                onCancellation: [hook("cancellation")])
        }
    }

    private let bench = TaskBench()
    private let calls = Calls()

    @Test func aTaskThatCompletesIsTold() async throws {
        try await bench.context.task(TaskOptions("load", hooks: calls.hooks)) {}
        #expect(calls.all == ["completion: load 1 Completed "])
    }

    @Test func aFailureIsToldOnceAllAttemptsHaveFailed() async {
        await #expect(throws: NumberedFailure.self) {
            try await bench.context.task(TaskOptions("load", retries: 2, hooks: calls.hooks)) {
                throw NumberedFailure(number: 1)
            }
        }
        #expect(calls.all == ["failure: load 3 Failed failure 1"])
    }

    @Test func aTimeOutIsAFailure() async {
        let options = TaskOptions("load", timeout: .milliseconds(10), hooks: calls.hooks)
        await #expect(throws: TaskTimedOut.self) {
            try await bench.context.task(options) { try await Task.sleep(for: .seconds(100)) }
        }
        #expect(calls.all == ["failure: load 1 TimedOut took longer than 0.010 s"])
    }

    @Test func aHookOfACancelledTaskMayWait() async {
        let (context, calls) = (bench.context, calls)
        let hook: StateHooks.Hook = { event in
            try await Task.sleep(for: .milliseconds(1))
            event.context.logger.info("cleaned up")
            calls.add(event.state.name)
        }
        let work = Task {
            try await context.task(TaskOptions("load", hooks: StateHooks(onCancellation: [hook]))) {
                withUnsafeCurrentTask { $0?.cancel() }
                try Task.checkCancellation()
            }
        }
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(calls.all == ["Cancelled"])
        let line = bench.reporter.logs.first { $0.message == "cleaned up" }
        #expect(line?.taskRun == bench.reporter.taskStates[0].taskRun)
    }

    @Test func aHookThatThrowsIsLoggedAndChangesNothing() async throws {
        let calls = calls
        let hooks = StateHooks(onCompletion: [
            { _ in throw NumberedFailure(number: 1) }, { _ in calls.add("second") },
        ])
        #expect(try await bench.context.task(TaskOptions("load", hooks: hooks)) { 7 } == 7)
        #expect(calls.all == ["second"])
        #expect(bench.states() == ["Running", "Completed"])
        let warnings = bench.reporter.logs.filter { $0.level == .warning }
        #expect(warnings.map(\.message) == ["A hook of onCompletion failed, which changes nothing: failure 1"])
        #expect(warnings[0].taskRun == bench.reporter.taskStates[0].taskRun)
    }

    @Test func aHookThatDoesNotEndIsNotWaitedFor() async {
        let release = Gate()
        let hooks = StateHooks(onCompletion: [{ _ in await release.wait() }])
        let state = RunState(.completed, message: "", at: Timestamp(microseconds: 0), actor: "flow")
        let event = StateEvent(context: bench.context, name: "load", id: .new(), attempt: 1, state: state, error: nil)
        let calls = calls
        await hooks.run(event, limit: .milliseconds(10)) { calls.add($0) }
        #expect(calls.all == ["A hook of onCompletion took longer than 0.010 s, which changes nothing"])
        release.open()
    }

    // MARK: - Flows

    private struct Hooked: Flow {
        static let name = "hooked"
        @Parameter var what = "nothing"

        var hooks: StateHooks {
            let what = what
            let hook: StateHooks.Hook = { event in
                try await Task.sleep(for: .milliseconds(1))
                event.context.logger.info("hook of \(what): \(event.name) \(event.state.name) \(event.state.message)")
                if what == "throw" { throw NumberedFailure(number: 2) }
            }
            return StateHooks(onCompletion: [hook], onFailure: [hook], onCancellation: [hook])
        }

        func run(_ context: FlowContext) async throws {
            if what == "throw" { throw NumberedFailure(number: 1) }
            if what == "cancel" { withUnsafeCurrentTask { $0?.cancel() } }
            try Task.checkCancellation()
        }
    }

    private struct Outer: Flow {
        static let name = "outer"
        func run(_ context: FlowContext) async throws { try await context.child(Hooked.self) }
    }

    @Test(arguments: [
        ("nothing", "hook of nothing: hooked Completed completed in 0.000 s", StateType.completed),
        ("throw", "hook of throw: hooked Failed failure 1", .failed),
        ("cancel", "hook of cancel: hooked Cancelled cancelled by SIGTERM", .cancelled),
    ])
    func aFlowsHooksRunBeforeItsOutcome(what: String, line: String, type: StateType) async throws {
        let runner = FlowRunner(services: bench.context.services, launch: try LaunchEnvironment([:]), variables: [:])
        _ = await Task { await runner.run(Hooked.self, assignments: ["what=\(what)"]) { "cancelled by SIGTERM" } }.value
        #expect(bench.reporter.logs.contains { $0.message == line })
        #expect(bench.reporter.outcome?.type == type)
        let warnings = bench.reporter.logs.filter { $0.level == .warning }.map(\.message)
        #expect(warnings == (what == "throw" ? ["A hook of onFailure failed, which changes nothing: failure 2"] : []))
    }

    @Test func aChildsHooksBelongToTheChild() async throws {
        let runner = FlowRunner(services: bench.context.services, launch: try LaunchEnvironment([:]), variables: [:])
        #expect(await runner.run(Outer.self, assignments: []) { "" } == .completed)
        let line = bench.reporter.logs.first { $0.message.hasPrefix("hook of nothing") }
        #expect(line?.flowRun == bench.reporter.childRuns.first?.flowRun)
    }
}
