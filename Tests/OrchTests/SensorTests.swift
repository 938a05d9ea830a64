import OrchTesting
import Testing

@testable import Orch

@Suite(.timeLimit(.minutes(10)))
struct SensorTests {
    @Test func whatIsThereIsFoundAtTheFirstLook() async throws {
        let bench = try SensorBench()
        let found = try await bench.context.wait(for: ScriptedSensor([.finds(7)]))
        #expect(found == 7)
        #expect(bench.clock.waits.isEmpty)
        #expect(bench.states() == ["Running", "Completed"])
        #expect(bench.lines == ["Found a sign at the first look in 0 s"])
        #expect(bench.reporter.taskStates.last?.name == "wait for a sign")
    }

    @Test func itIsLookedForAgainAndAgain() async throws {
        let bench = try SensorBench()
        let sensor = ScriptedSensor(.found(after: 3))
        #expect(try await bench.context.wait(for: sensor, name: "sign", every: .seconds(30)) == 7)
        #expect(bench.clock.waits == [.seconds(30), .seconds(30), .seconds(30)])
        #expect(sensor.script.looks == [1, 2, 3, 4])
        let progress = bench.reporter.taskStates.compactMap { $0.details?.progress?.done }
        #expect(progress == [1, 2, 3])
        #expect(
            bench.reporter.taskStates[1].state.message
                == "waits for a sign: looked once, looks again at 2020-09-13T12:27:10Z")
    }

    @Test func aDayOfLooksLeavesFewLines() async throws {
        let bench = try SensorBench()
        await #expect(throws: SensorTimedOut.self) {
            try await bench.context.wait(
                for: ScriptedSensor([.nothing]), every: .seconds(60), timeout: .seconds(86_400))
        }
        #expect(bench.clock.waits.count == 1440)
        #expect((20...45).contains(bench.lines.count), "\(bench.lines.count) lines")
        #expect(
            bench.lines.first
                == "Waits for a sign: looked once, looks again at 2020-09-13T12:27:40Z; gives up after 24 h")
        #expect(bench.lines.last == "Failed: there was no a sign within 24 h: looked 1441 times")
    }

    @Test func thereIsALookAtTheEndOfItsTimeAndNoneAfterIt() async throws {
        let bench = try SensorBench()
        let sensor = ScriptedSensor([.nothing])
        await #expect(throws: SensorTimedOut.self) {
            try await bench.context.wait(for: sensor, every: .seconds(40), timeout: .seconds(100))
        }
        #expect(bench.clock.waits == [.seconds(40), .seconds(40), .seconds(20)])
        #expect(sensor.script.looks.count == 4)
        #expect(bench.states() == ["Running", "TimedOut"])
        let late = ScriptedSensor(.found(after: 3))
        #expect(try await bench.context.wait(for: late, every: .seconds(40), timeout: .seconds(100)) == 7)
        let once = ScriptedSensor([.nothing])
        await #expect(throws: SensorTimedOut.self) { try await bench.context.wait(for: once, timeout: .seconds(-1)) }
        #expect(once.script.looks.count == 1)
    }

    @Test func aSoftFailureSkipsTheTaskAndTheFlow() async throws {
        struct Soft: Flow {
            static let name = "soft"
            func run(_ context: FlowContext) async throws {
                try await context.wait(for: ScriptedSensor([.nothing]), timeout: .seconds(1), softFail: true)
            }
        }
        let bench = try SensorBench()
        #expect(await bench.run(Soft.self) == .completed)
        #expect(bench.states() == ["Running", "Skipped"])
        #expect(bench.reporter.outcome?.name == RunState.skippedName)
        #expect(
            bench.reporter.outcome?.message == "skipped: there was no a sign within 1 s: looked 2 times")
    }

    @Test func looksThatFailAreToleratedUpToANumberInARow() async throws {
        let bench = try SensorBench()
        let acts: [ScriptedSensor.Act] = [.fails, .fails, .nothing, .fails, .fails, .finds(7)]
        #expect(
            try await bench.context.wait(for: ScriptedSensor(acts), failures: .tolerated(inARow: 2)) == 7)
        #expect(bench.lines.contains { $0.hasSuffix("the last look failed: no answer; gives up after 7 d") })
        let error = await #expect(throws: SensorFailed.self) {
            try await bench.context.wait(for: ScriptedSensor([.fails]), failures: .tolerated(inARow: 2))
        }
        #expect(error?.failures == 3)
        #expect(error?.description == "cannot look for a sign: no answer (3 looks in a row failed)")
        await #expect(throws: SensorFailed.self) {
            try await bench.context.wait(for: ScriptedSensor([.fails, .finds(1)]), failures: .fatal)
        }
        let hopeless = ScriptedSensor([.givesUp])
        await #expect(throws: SensorFailed.self) { try await bench.context.wait(for: hopeless) }
        #expect(hopeless.script.looks.count == 1)
    }

    @Test func aLookThatHangsHasFailed() async throws {
        let bench = try SensorBench()
        let found = try await bench.context.wait(
            for: ScriptedSensor([.hangs, .finds(7)]), pokeTimeout: .milliseconds(50))
        #expect(found == 7)
        #expect(bench.lines.contains { $0.contains("the look took longer than 0.1 s") })
    }

    @Test func aCancelledWaitEndsAtOnce() async throws {
        let reporter = RecordingReporter()
        let services = RunServices(
            reporter: reporter, logLevel: .info, clock: ContinuousClock(), now: { .now() }, scratchRoot: "/nowhere")
        let id = Identifier.new()
        let context = FlowContext(
            runID: id, flowName: "flow", attempt: 1, parameters: [:], dataInterval: nil,
            blocks: FlowBlocks(variables: [:]), services: services, directory: Scratch(root: "/nowhere", run: id),
            childRun: nil)
        for act in [ScriptedSensor.Act.nothing, .hangs] {
            let sensor = ScriptedSensor([act])
            let task = Task {
                try await context.wait(for: sensor, every: .seconds(3600), pokeTimeout: .seconds(3600))
            }
            while sensor.script.looks.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(reporter.taskStates.last?.state.type == .cancelled)
        }
    }

    @Test func byHandItWaitsWhereItIs() async throws {
        let bench = try SensorBench()
        let sensor = ScriptedSensor(.found(after: 1))
        #expect(try await bench.context.wait(for: sensor, every: .seconds(600), mode: .reschedule) == 7)
        #expect(bench.clock.waits == [.seconds(600)])
        #expect(bench.lines.first == "Waits where it is: only a run of a controller can leave its container")
    }

    @Test(arguments: [
        (PokeInterval.seconds(30), [30.0, 30, 30, 30]), (.constant(.seconds(5)), [5, 5, 5, 5]),
        (.seconds(0), [0.1, 0.1]),
        (.seconds(-5), [0.1]), (.seconds(.nan), [31_622_400]),
        (.exponential(from: .seconds(2), upTo: .seconds(10)), [2, 4, 8, 10, 10]),
        (.exponential(from: .seconds(20), upTo: .seconds(10)), [10, 10]),
        (.exponential(from: .seconds(1), factor: 0.5), [1, 1]),
        (.exponential(from: .seconds(1), factor: .nan), [1, 1]),
        (.seconds(10).jittered(by: 0.2), [8, 8]), (.seconds(10).jittered(by: 5), [0.1]),
        (.exponential(from: .seconds(1), upTo: .seconds(4)).jittered(by: 0.5), [0.5, 1, 2, 2]),
    ])
    func intervals(interval: PokeInterval, expected: [Double]) {
        for (index, seconds) in expected.enumerated() {
            #expect(interval.wait(after: index + 1) { 1 } == .seconds(seconds))
        }
        #expect(interval.wait(after: .max) { 1 } >= PokeInterval.shortest)
    }

    @Test func aTaskMaySkipItself() async throws {
        let bench = try SensorBench()
        let task = bench.context.submit(TaskOptions("odd", retries: 3)) { throw TaskSkipped("nothing to do") }
        #expect(await task.state.name == RunState.skippedName)
        #expect(bench.states() == ["Running", "Skipped"])
        #expect(bench.lines == ["Skipped: nothing to do"])
        let graph = try Graph { graph in
            let first = graph.node("first") { _ in throw TaskSkipped("not today") }
            let second = graph.node("second", trigger: .allSuccess) { _ in }
            let last = graph.node("last", trigger: .allDone) { _ in }
            first >>> second >>> last
        }
        try await bench.context.run(graph)
        #expect(bench.states(of: "first") == ["Running", "Skipped"])
        #expect(bench.states(of: "second") == ["Skipped"])
        #expect(bench.states(of: "last") == ["Running", "Completed"])
    }
}
