public import FoundationEssentials
import OrchClient

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
    /// The parameters as they may be shown: secrets left out.
    var shownParameters: [String: JSONValue] = [:]
    /// How many flows this one is inside of.
    var depth = 0
    /// Where results are kept that are too large to travel as values; nil where nobody keeps them.
    var results: (any ResultStore)?
    /// The task that this flow is a part of, where it runs inside another one.
    var insideTask: Identifier?
    /// The tasks that run beside the flow.
    let submitted = SubmittedTasks()

    /// The clock that waits should be made on: in a test of the flow they are over at once.
    public var clock: any Clock<Duration> { services.clock }

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

    /// Reports an object that the flow wrote, so that it is found by `orch asset`: what it is, whose schema it has,
    /// where it came from.
    ///
    /// The run's data interval is added, and what may be a secret is left out of the record's addresses. Reporting the
    /// same object with the same content again adds nothing.
    public func asset(_ record: AssetRecord) {
        var record = record.withoutSecrets
        record.dataIntervalStart = record.dataIntervalStart ?? dataInterval?.start
        record.dataIntervalEnd = record.dataIntervalEnd ?? dataInterval?.end
        services.reporter.report(.asset(.init(record, flowRun: childRun)))
    }
}

/// What all contexts of one process share.
final class RunServices: Sendable {
    let reporter: any Reporter
    let logLevel: StreamRecord.Level
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let scratchRoot: String
    /// Gives a random number from 0 to 1.
    let randomShare: @Sendable () -> Double
    /// Where results of tasks are kept; nil where nobody keeps them.
    let caching: ResultCaching?
    /// Gets the slots of tasks' tags.
    let slots: SlotKeeper
    /// Who makes runs with containers of their own; nil where nobody does.
    let children: ChildRunMaking?
    /// What is known of the run's sensors; nil where the run cannot leave its container.
    let waits: WaitDesk?
    /// The controller, asked with the run's own key; nil by hand.
    let controller: OrchClient?
    /// How the time limits of tasks pass.
    let limits: any LimitTimer
    /// What stands in place of the work of tasks; nil where all do theirs.
    let fakes: (any TaskFakes)?

    init(
        reporter: any Reporter, logLevel: StreamRecord.Level, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp, scratchRoot: String,
        randomShare: @escaping @Sendable () -> Double = { .random(in: 0...1) }, caching: ResultCaching? = nil,
        slots: (any TaskSlots)? = nil, children: ChildRunMaking? = nil, waits: WaitDesk? = nil,
        controller: OrchClient? = nil, limits: any LimitTimer = RealLimitTimer(), fakes: (any TaskFakes)? = nil
    ) {
        self.reporter = reporter
        self.logLevel = logLevel
        self.clock = clock
        self.now = now
        self.scratchRoot = scratchRoot
        self.randomShare = randomShare
        self.caching = caching
        self.slots = SlotKeeper(slots)
        self.children = children
        self.waits = waits
        self.controller = controller
        self.limits = limits
        self.fakes = fakes
    }

    func state(_ type: StateType, name: String? = nil, _ message: String) -> RunState {
        RunState(type, name: name, message: ReportedText.message(message), at: now(), actor: "flow")
    }
}
