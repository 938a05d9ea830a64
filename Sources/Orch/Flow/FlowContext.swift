public import FoundationEssentials

/// What a flow is given when it runs: who it is, where it reports, what it may use.
public struct FlowContext: Sendable {
    /// The run's identifier.
    public let runID: Identifier
    /// The flow's name.
    public let flowName: String
    /// The attempt, from 1. A new attempt is a new container.
    public let attempt: Int
    /// The complete parameters of the run, as JSON.
    public let parameters: [String: JSONValue]
    /// The data interval of a scheduled run; `nil` without one.
    public let dataInterval: DataInterval?
    /// The blocks that the run was given.
    public let blocks: FlowBlocks

    let services: RunServices
    let directory: Scratch
    /// The child run that this is; `nil` for the run itself.
    let childRun: Identifier?

    /// Writes lines for people.
    public var logger: FlowLogger {
        FlowLogger(reporter: services.reporter, name: flowName, flowRun: childRun, least: services.logLevel)
    }

    /// A directory of this run alone, removed after it. It is made when first asked for.
    ///
    /// - Throws: where it cannot be made.
    public var scratch: URL {
        get throws { try directory.directory() }
    }

    /// Reports a measured number, such as the rows loaded.
    public func metric(_ name: String, _ value: Double) {
        let task = TaskScope.current?.taskRun
        services.reporter.report(.metric(.init(name, value, taskRun: task, flowRun: childRun)))
    }

    /// Reports a counted number.
    public func metric(_ name: String, _ value: Int) {
        metric(name, Double(value))
    }
}

/// What all contexts of one process share.
struct RunServices: Sendable {
    let reporter: any Reporter
    let logLevel: StreamRecord.Level
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let scratchRoot: String

    func state(_ type: StateType, name: String? = nil, _ message: String) -> RunState {
        RunState(type, name: name, message: message, at: now(), actor: "flow")
    }
}
