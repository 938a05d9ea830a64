import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// Tasks whose tags are limited, with a controller that says what a test wants.
@Suite(.timeLimit(.minutes(10)))
struct TaskSlotsTests {
    /// Gives the answers it is told to, one after the other; the last one for ever.
    private final class ScriptedSlots: TaskSlots {
        enum Step: Sendable {
            case answer(SlotAnswer)
            case fault(SlotFault)
            /// No answer until the task is cancelled.
            case silence
        }

        private struct State {
            var steps: [Step]
            var requests: [SlotRequest] = []
            var ids: [Identifier] = []
            var givenBack: [Identifier] = []
        }

        private let state: Mutex<State>
        init(_ steps: Step...) { state = Mutex(State(steps: steps)) }

        var requests: [SlotRequest] { state.withLock { $0.requests } }
        var ids: [Identifier] { state.withLock { $0.ids } }
        var givenBack: [Identifier] { state.withLock { $0.givenBack } }

        func take(_ id: Identifier, _ request: SlotRequest) async throws -> SlotAnswer {
            let step = state.withLock { state in
                state.requests.append(request)
                state.ids.append(id)
                return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
            }
            switch step {
            case .answer(let answer): return answer
            case .fault(let fault): throw fault
            case .silence:
                try await Task.sleep(for: .seconds(3600))
                throw CancellationError()
            }
        }

        func giveBack(_ id: Identifier) async throws { state.withLock { $0.givenBack.append(id) } }
    }

    private func bench(_ slots: ScriptedSlots?) -> TaskBench { TaskBench(slots: slots) }
    private let shortage = SlotShortage(tag: "db", limit: 2, held: 2, ahead: 1, holder: "load of etl-1")

    @Test func aTaskTakesItsSlotsBeforeEachAttemptAndGivesThemBack() async throws {
        let slots = ScriptedSlots(.answer(.granted))
        let bench = bench(slots)
        let tries = Mutex(0)
        try await bench.context.task(TaskOptions("load", tags: ["db", "big"], retries: 1)) {
            #expect(slots.givenBack.count == slots.ids.count - 1)
            if tries.withLock({
                $0 += 1; return $0
            }) == 1 {
                throw NumberedFailure(number: 1)
            }
        }
        #expect(slots.requests.map(\.tags) == [["db", "big"], ["db", "big"]])
        #expect(Set(slots.ids).count == 2)
        #expect(slots.givenBack == slots.ids)
        #expect(bench.states(of: "load") == ["Running", "AwaitingRetry", "Retrying", "Completed"])
    }

    @Test func aTaskThatWaitsSaysForWhatAndBeginsAfterThat() async throws {
        let slots = ScriptedSlots(.answer(.waiting([shortage])), .answer(.waiting([shortage])), .answer(.granted))
        let bench = bench(slots)
        try await bench.context.task(TaskOptions("load", tags: ["db"])) {}
        #expect(bench.states(of: "load") == ["AwaitingConcurrencySlot", "Running", "Completed"])
        let reason = #"waits for a slot: "db": 2 of 2 are held, one of them by load of etl-1; 1 waits before it"#
        #expect(bench.reporter.taskStates.first?.state.message == reason)
        #expect(slots.requests.map(\.waitSeconds) == [0, 25, 25])
        #expect(Set(slots.ids).count == 1)
    }

    @Test func whileTheControllerIsAwayATaskWaitsWithOneWarning() async throws {
        let away = ScriptedSlots.Step.fault(.noAnswer(reason: "no route"))
        let slots = ScriptedSlots(away, away, away, .answer(.waiting([shortage])), away, .answer(.granted))
        let bench = bench(slots)
        try await bench.context.task(TaskOptions("load", tags: ["db"])) {}
        #expect(bench.reporter.logs.filter { $0.level == .warning }.count == 2)
        #expect(bench.clock.waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(1)])
        #expect(bench.states(of: "load").suffix(2) == ["Running", "Completed"])
    }

    /// Also where the controller is away meanwhile.
    @Test(arguments: [true, false])
    func cancellingATaskThatWaitsIsImmediateAndGivesItsPlaceBack(isAway: Bool) async throws {
        let first = isAway ? ScriptedSlots.Step.fault(.noAnswer(reason: "away")) : .answer(.waiting([shortage]))
        let slots = ScriptedSlots(first, .silence)
        let bench = bench(slots)
        let future = bench.context.submit(TaskOptions("load", tags: ["db"])) { Issue.record("it did its work") }
        while slots.requests.count < 2 { await Task.yield() }
        future.cancel()
        let state = await future.state
        #expect(state.type == .cancelled)
        #expect(state.message == "cancelled before it began")
        #expect(slots.givenBack == [slots.ids[0]])
    }

    @Test func tagsWithoutALimitAreAskedForOnceInAWhile() async throws {
        let slots = ScriptedSlots(.answer(.unlimited))
        let bench = bench(slots)
        for _ in 0..<100 { try await bench.context.task(TaskOptions("load", tags: ["free"])) {} }
        try await bench.context.task(TaskOptions("load")) {}
        try await bench.context.task(TaskOptions("load", tags: ["other"])) {}
        // On a machine so slow that it takes 5 s, it is asked again.
        #expect(slots.requests.count < 100)
        #expect(slots.requests.contains { $0.tags == ["other"] })
        #expect(slots.givenBack.isEmpty)
    }

    @Test func anOlderControllerLimitsNothing() async throws {
        let bench = bench(ScriptedSlots(.fault(.unknown)))
        try await bench.context.task(TaskOptions("load", tags: ["db"])) {}
        #expect(bench.states(of: "load") == ["Running", "Completed"])
    }

    @Test func withoutAControllerNothingIsLimited() async throws {
        let bench = bench(nil)
        for _ in 0..<3 { try await bench.context.task(TaskOptions("load", tags: ["db"])) {} }
        #expect(bench.states(of: "load").count == 6)
        #expect(bench.reporter.logs.filter { $0.message.hasPrefix("Limits of tags do not apply") }.count == 1)
    }

    /// What was left behind may still be at work: its slot is not another's until it has ended.
    @Test func workThatWasLeftBehindKeepsItsSlotUntilItEnds() async throws {
        let slots = ScriptedSlots(.answer(.granted))
        let bench = bench(slots)
        let gate = Gate()
        await #expect(throws: TaskTimedOut.self) {
            try await bench.context.task(
                TaskOptions("stuck", tags: ["db"], timeout: .milliseconds(1), grace: .milliseconds(1))
            ) { await gate.wait() }
        }
        #expect(slots.givenBack.isEmpty)
        gate.open()
        while slots.givenBack.isEmpty { await Task.yield() }
        #expect(slots.givenBack == slots.ids)
    }

    @Test func mappedTasksAndNodesOfAGraphTakeSlotsToo() async throws {
        let slots = ScriptedSlots(.answer(.granted))
        let bench = bench(slots)
        _ = try await bench.context.map(TaskOptions("m", tags: ["db"]), 1...3) { $0 }
        let graph = try Graph { g in g.node(TaskOptions("n", tags: ["db"])) { _ in } }
        try await bench.context.run(graph)
        #expect(slots.ids.count == 4)
        #expect(Set(slots.givenBack) == Set(slots.ids))
    }
}
