import OrchTesting

@testable import Orch

/// A flow's context whose records are kept and whose waits are over at once.
struct TaskBench: Sendable {
    let reporter = RecordingReporter()
    let clock = ImmediateClock()
    let context: FlowContext

    init(
        parameters: [String: JSONValue] = [:], shown: [String: JSONValue]? = nil,
        randomShare: @escaping @Sendable () -> Double = { 1 }, scratchRoot: String = "/nowhere",
        caching: ResultCaching? = nil, slots: (any TaskSlots)? = nil, children: ChildRunMaking? = nil,
        attempt: Int = 1, results: (any ResultStore)? = nil
    ) {
        let services = RunServices(
            reporter: reporter, logLevel: .info, clock: clock, now: { Timestamp(microseconds: 5) },
            scratchRoot: scratchRoot, randomShare: randomShare, caching: caching,
            slots: slots, children: children)
        let id = Identifier.new()
        context = FlowContext(
            runID: id, flowName: "flow", attempt: attempt, parameters: parameters, dataInterval: nil,
            blocks: FlowBlocks(variables: [:]), services: services, directory: Scratch(root: scratchRoot, run: id),
            childRun: nil, shownParameters: shown ?? parameters, results: results)
    }

    /// The names of the states that were reported, in order; of one task where it is named.
    func states(of task: String? = nil) -> [String] {
        reporter.taskStates.filter { task == nil || $0.name == task }.map(\.state.name)
    }
}

extension TaskBench {
    /// A flow that does what a test says.
    struct Scripted: Flow {
        static let name = "scripted"
        @TaskLocal static var body: @Sendable (FlowContext) async throws -> Int = { _ in 0 }
        func run(_ context: FlowContext) async throws -> Int { try await Self.body(context) }
    }

    /// Runs a flow that does this, to its end.
    func end(of body: @escaping @Sendable (FlowContext) async throws -> Int) async -> FlowContext.FlowEnd<Int> {
        await Scripted.$body.withValue(body) { await context.conduct(Scripted()) }
    }
}

/// An error that tells which of several it is.
struct NumberedFailure: Error, Equatable, CustomStringConvertible {
    var number: Int
    var description: String { "failure \(number)" }
}
