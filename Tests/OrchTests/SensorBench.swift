import OrchTesting
import Synchronization

@testable import Orch

/// A run whose waits are over at once, though its clocks show that they took their time; with what it left for its next
/// attempt.
struct SensorBench: Sendable {
    static let start = Timestamp(microseconds: 1_600_000_000_000_000)

    let reporter = RecordingReporter()
    let clock: ImmediateClock
    let services: RunServices
    let launch: LaunchEnvironment
    let context: FlowContext

    /// - Parameters:
    ///   - resumption: what the last attempt left; nil: by hand.
    ///   - clock: goes on from attempt to attempt.
    init(
        _ resumption: RunResumption? = nil, attempt: Int = 1, clock: ImmediateClock = ImmediateClock(),
        dataInterval: DataInterval? = nil, scratchRoot: String = "/nowhere", caching: ResultCaching? = nil
    ) throws {
        self.clock = clock
        services = RunServices(
            reporter: reporter, logLevel: .info, clock: clock, now: { Self.start + clock.now.offset },
            scratchRoot: scratchRoot, randomShare: { 1 }, caching: caching, waits: resumption.map(WaitDesk.init))
        var launch = try LaunchEnvironment([:])
        launch.attempt = .init(flowRun: .new(), number: attempt, apiKey: "k", apiURL: nil)
        launch.dataInterval = dataInterval
        self.launch = launch
        let id = Identifier.new()
        context = FlowContext(
            runID: id, flowName: "flow", attempt: attempt, parameters: [:], dataInterval: dataInterval,
            blocks: FlowBlocks(variables: [:]), services: services, directory: Scratch(root: scratchRoot, run: id),
            childRun: nil)
    }

    var now: Timestamp { services.now() }

    /// Runs a flow to its end, as a program does.
    func run(_ flow: any Flow.Type) async -> FlowRunner.Exit {
        await FlowRunner(services: services, launch: launch, variables: [:]).run(flow, assignments: []) {
            "cancelled by SIGTERM"
        }
    }

    /// The names of the states that were reported, repeated ones once; of one task where it is named.
    func states(of task: String? = nil) -> [String] {
        var names: [String] = []
        for state in reporter.taskStates where task == nil || state.name == task {
            if names.last != state.state.name { names.append(state.state.name) }
        }
        return names
    }

    var lines: [String] { reporter.logs.map(\.message) }
}

/// Finds something at a look, and does what it is told before.
struct ScriptedSensor: Sensor {
    /// What a look does.
    enum Act: Sendable {
        case nothing
        case fails
        case givesUp
        case hangs
        case finds(Int)
    }

    final class Script: Sendable {
        private let acts: Mutex<[Act]>
        private let looked = Mutex<[Int]>([])

        init(_ acts: [Act]) { self.acts = Mutex(acts) }

        var looks: [Int] { looked.withLock { $0 } }

        /// The next act; the last one is that of all further looks.
        func next(_ number: Int) -> Act {
            looked.withLock { $0.append(number) }
            return acts.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .nothing }
        }
    }

    struct Trouble: Error, CustomStringConvertible {
        let description = "no answer"
    }

    var waitsFor = "a sign"
    let script: Script

    init(_ acts: [Act], waitsFor: String = "a sign") {
        script = Script(acts)
        self.waitsFor = waitsFor
    }

    func poke(_ look: SensorLook) async throws -> Int? {
        switch script.next(look.number) {
        case .nothing: return nil
        case .fails: throw Trouble()
        case .givesUp: throw SensorGivesUp("there will never be one")
        case .hangs:
            try await Task.sleep(for: .seconds(3600))
            return nil
        case .finds(let number): return number
        }
    }
}

extension Array where Element == ScriptedSensor.Act {
    /// So many looks that find nothing, then one that finds 7.
    static func found(after looks: Int) -> [ScriptedSensor.Act] {
        Array(repeating: .nothing, count: looks) + [.finds(7)]
    }
}
