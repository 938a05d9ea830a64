import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// Runs that leave their container to wait, and come back in another one.
@Suite(.timeLimit(.minutes(10)))
struct RescheduleTests {
    /// What a flow of these tests does, whatever its attempt.
    private struct Waiting: Flow {
        static let name = "waiting"
        @TaskLocal static var body: @Sendable (FlowContext) async throws -> Int = { _ in 0 }
        var hooks: StateHooks { StateHooks(onFailure: [Self.told], onCancellation: [Self.told]) }
        @TaskLocal static var told: StateHooks.Hook = { _ in }

        func run(_ context: FlowContext) async throws -> Int { try await Self.body(context) }
    }

    /// Runs attempts until one ends, each after the time that the one before asked for.
    private func attempts(
        most: Int = 20, cache: MemoryResultCache? = nil, _ body: @escaping @Sendable (FlowContext) async throws -> Int
    ) async throws -> [SensorBench] {
        var benches: [SensorBench] = []
        var resumption = RunResumption(at: nil, sensors: [])
        let clock = ImmediateClock()
        while benches.count < most {
            let caching = cache.map {
                ResultCaching(
                    cache: $0, codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": "v1"]), run: MemoryResultCache.run)
            }
            let bench = try SensorBench(resumption, attempt: benches.count + 1, clock: clock, caching: caching)
            benches.append(bench)
            let exit = await Waiting.$body.withValue(body) { await bench.run(Waiting.self) }
            guard exit == .rescheduled else { break }
            let outcome = try #require(bench.reporter.outcome)
            #expect(outcome.type == .scheduled && outcome.name == RunState.awaitingRescheduleName)
            let left = try #require(outcome.resumption)
            let due = try #require(left.at)
            // It is given to the next one as text.
            resumption = try JSONText.decode(RunResumption.self, from: try JSONText.encode(left))
            if due > bench.now { try await clock.sleep(for: due - bench.now) }
        }
        return benches
    }

    /// A task that is cancelled before its turn was told of when it was submitted, and holds nobody up.
    @Test func aTaskThatNeverBeganKeepsNoRunInItsContainer() async throws {
        let sensor = ScriptedSensor(.found(after: 1))
        let benches = try await attempts { context in
            // All places are taken until the last one is cancelled.
            let tasks = (1...600).map { number in
                context.submit("task \(number)") { try await Task.sleep(for: .seconds(1000)) }
            }
            for task in tasks.reversed() { task.cancel() }
            for task in tasks { _ = await task.state }
            return try await context.wait(for: sensor, name: "sign", every: .seconds(600), mode: .reschedule)
        }
        #expect(benches.count == 2)
    }

    @Test func theRunLeavesAndComesBackUntilItIsFound() async throws {
        let sensor = ScriptedSensor(.found(after: 3))
        let benches = try await attempts { context in
            try await context.wait(for: sensor, name: "sign", every: .seconds(600), mode: .reschedule)
        }
        #expect(benches.count == 4)
        #expect(sensor.script.looks == [1, 2, 3, 4])
        #expect(
            benches.map { $0.states().last } == [
                "AwaitingReschedule", "AwaitingReschedule", "AwaitingReschedule", "Completed",
            ])
        #expect(Set(benches.flatMap { $0.reporter.taskStates.map(\.taskRun) }).count == 1)
        #expect(benches.map { $0.reporter.taskStates.last?.attempt } == [1, 2, 3, 4])
        #expect(benches.last?.reporter.kinds.contains(.result(7)) == true)
        #expect(benches.last?.reporter.outcome?.resumption == nil)
        #expect(benches[0].reporter.outcome?.message.hasPrefix("waits for a sign: looked once; looks again at") == true)
        // It left after a moment of calm, not after the wait.
        #expect(benches[0].clock.waits.contains(.seconds(1)))
    }

    @Test func whatIsCachedWithinTheRunIsNotDoneAgainAndTheRestIs() async throws {
        let sensor = ScriptedSensor(.found(after: 3))
        let done = Mutex((cached: 0, plain: 0))
        let benches = try await attempts(cache: MemoryResultCache()) { context in
            let rows = try await context.task("cached", cache: .withinRun()) {
                done.withLock { done in
                    done.cached += 1
                    return done.cached
                }
            }
            try await context.task("plain") { done.withLock { $0.plain += 1 } }
            return try await context.wait(for: sensor, every: .seconds(600), mode: .reschedule) + rows
        }
        #expect(benches.count == 4)
        #expect(done.withLock { $0.cached } == 1)
        #expect(done.withLock { $0.plain } == 4)
        #expect(benches.map { $0.states(of: "cached").last } == ["Completed", "Cached", "Cached", "Cached"])
        #expect(benches.last?.reporter.kinds.contains(.result(8)) == true)
    }

    @Test func theTimeLimitCountsFromTheFirstLookOverAllAttempts() async throws {
        let sensor = ScriptedSensor([.nothing])
        let benches = try await attempts { context in
            try await context.wait(for: sensor, every: .seconds(100), timeout: .seconds(250), mode: .reschedule)
        }
        #expect(sensor.script.looks == [1, 2, 3, 4])
        #expect(benches.count == 4)
        let last = try #require(benches.last)
        #expect(last.reporter.outcome?.type == .failed)
        #expect(last.states() == ["Running", "TimedOut"])
        // A retry begins a wait of its own.
        #expect(last.reporter.outcome?.resumption?.sensors.isEmpty == true)
        #expect(last.reporter.outcome?.message.contains("looked 4 times") == true)
    }

    @Test func whatWasFoundIsNotLookedForAgain() async throws {
        let (first, second) = (ScriptedSensor(.found(after: 1)), ScriptedSensor(.found(after: 2), waitsFor: "another"))
        let benches = try await attempts { context in
            let one = try await context.wait(for: first, every: .seconds(60), mode: .reschedule)
            let two = try await context.wait(for: second, every: .seconds(60), mode: .reschedule)
            return one + two
        }
        #expect(benches.count == 4)
        #expect(first.script.looks == [1, 2])
        #expect(second.script.looks == [1, 2, 3])
        #expect(benches.last?.states(of: "wait for a sign") == ["Cached"])
        #expect(benches.last?.reporter.kinds.contains(.result(14)) == true)
    }

    @Test func severalWaitTogetherAndEachKeepsItsTime() async throws {
        let fast = ScriptedSensor(.found(after: 4), waitsFor: "fast")
        let slow = ScriptedSensor(.found(after: 1), waitsFor: "slow")
        let benches = try await attempts { context in
            async let a = context.wait(for: fast, every: .seconds(100), mode: .reschedule)
            async let b = context.wait(for: slow, every: .seconds(350), mode: .reschedule)
            return try await a + b
        }
        #expect(fast.script.looks == [1, 2, 3, 4, 5])
        #expect(slow.script.looks == [1, 2])
        #expect(benches.last?.reporter.kinds.contains(.result(14)) == true)
    }

    @Test func aRunStaysWhileAnythingElseIsAtWork() async throws {
        struct Held: Sensor {
            let waitsFor = "a sign"
            let script = ScriptedSensor.Script([.nothing])
            let gate = Gate()

            func poke(_ look: SensorLook) async throws -> Int? {
                _ = script.next(look.number)
                // By then the other task has ended.
                if look.number == 4 { await gate.wait() }
                return look.number == 6 ? 6 : nil
            }
        }
        let sensor = Held()
        let gate = Gate()
        let begun = Mutex(0)
        let benches = try await attempts { context in
            let other = context.submit("other") {
                begun.withLock { $0 += 1 }
                await gate.wait()
            }
            let watched = context.submit("sensor") {
                try await context.wait(for: sensor, every: .seconds(60), mode: .reschedule)
            }
            while sensor.script.looks.count < 3 { await Task.yield() }
            gate.open()
            try await other.value
            sensor.gate.open()
            return try await watched.value
        }
        #expect(begun.withLock { $0 } == benches.count)
        #expect(sensor.script.looks == [1, 2, 3, 4, 5, 6])
        // The first four looks were in one attempt.
        #expect((2...3).contains(benches.count))
    }

    @Test func tasksAroundItAndFlowsAroundItDoNotHoldIt() async throws {
        struct Inner: Flow {
            static let name = "inner"
            @TaskLocal static var sensor = ScriptedSensor([.finds(1)])
            func run(_ context: FlowContext) async throws -> Int {
                try await context.task("around") {
                    try await context.wait(for: Self.sensor, every: .seconds(60), mode: .reschedule)
                }
            }
        }
        let sensor = ScriptedSensor(.found(after: 2))
        let hooked = Mutex(0)
        let benches = try await Waiting.$told.withValue({ _ in hooked.withLock { $0 += 1 } }) {
            try await attempts { context in
                let graph = try Graph { graph in
                    graph.node("node") { context in
                        try await Inner.$sensor.withValue(sensor) { try await context.child(Inner.self) }
                    }
                }
                try await context.run(graph)
                return 3
            }
        }
        #expect(benches.count == 3)
        #expect(hooked.withLock { $0 } == 0)
        #expect(benches[0].states(of: "around") == ["Running", "Cancelled"])
        #expect(benches[0].reporter.childRuns.last?.state.name == RunState.awaitingRescheduleName)
        #expect(benches[2].states(of: "node") == ["Running", "Completed"])
    }

    @Test func shortWaitsAreWaitedForInTheContainer() async throws {
        let sensor = ScriptedSensor(.found(after: 5))
        let benches = try await attempts { context in
            try await context.wait(for: sensor, every: .seconds(9), mode: .reschedule)
        }
        #expect(benches.count == 1)
        let left = ScriptedSensor(.found(after: 2))
        let others = try await attempts { context in
            try await context.wait(for: left, every: .seconds(2), mode: .rescheduling(from: .zero))
        }
        #expect(others.count == 3)
    }

    @Test func aFlowThatSwallowsItsEndHasEndedNevertheless() async throws {
        let sensor = ScriptedSensor([.nothing])
        let benches = try await attempts(most: 2) { context in
            do {
                return try await context.wait(for: sensor, every: .seconds(60), mode: .reschedule)
            } catch {
                throw NumberedFailure(number: 1)
            }
        }
        #expect(benches.count == 2)
        #expect(benches.allSatisfy { $0.reporter.outcome?.name == RunState.awaitingRescheduleName })
        let deaf = try await attempts(most: 2) { context in
            (try? await context.wait(for: sensor, every: .seconds(60), mode: .reschedule)) ?? -1
        }
        #expect(deaf.count == 1)
        #expect(deaf[0].reporter.outcome?.type == .completed)
    }

    @Test func aFailureForgetsWhatWasFoundAndKeepsWaits() throws {
        let desk = WaitDesk(RunResumption(at: nil, sensors: []))
        func record(_ place: String, finding: JSONValue?) -> SensorRecord {
            SensorRecord(
                place: place, taskRun: .new(), name: place, waitsFor: place, since: SensorBench.start, pokes: 1,
                next: SensorBench.start, finding: finding)
        }
        #expect(desk.resumption(after: .failed) == nil)
        desk.keep(record("a", finding: 1))
        desk.keep(record("b", finding: nil))
        #expect(desk.resumption(after: .failed)?.sensors.map(\.place) == ["b"])
        #expect(desk.resumption(after: .cancelled)?.sensors.map(\.place) == ["a", "b"])
        #expect(desk.resumption(after: .completed) == nil)
        desk.forget("b")
        #expect(desk.resumption(after: .failed)?.sensors.isEmpty == true)
    }

    @Test(arguments: [0, 1, 3, 40, 400])
    func whatIsLeftFitsIntoAnEnvironment(sensors: Int) throws {
        let records = (0..<sensors).map { number in
            SensorRecord(
                place: "\(number)", taskRun: .new(), name: "n", waitsFor: String(repeating: "w", count: 256),
                since: SensorBench.start, memory: .string(String(repeating: "m", count: 4000)),
                finding: number.isMultiple(of: 2) ? .string(String(repeating: "ß", count: 8000)) : nil)
        }
        let fitting = RunResumption(at: SensorBench.start, sensors: records).fitting
        #expect(try JSONText.encode(fitting).utf8.count <= RunResumption.longestText)
        #expect(fitting.at == SensorBench.start)
        if sensors <= 3 { #expect(fitting.sensors == records) }
        if sensors == 40 { #expect(fitting.sensors.count == 40) }
    }
}
