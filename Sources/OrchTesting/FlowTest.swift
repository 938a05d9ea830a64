public import Orch
public import OrchModel

/// Runs a flow in memory: no container, no controller, and no time passes while it waits.
///
/// ```swift
/// let run = try await FlowTest(LoadMonth.self) { $0.month = 7 }
///     .block("gcs-bucket", "zoom-gcs", ["bucket": "lake", "gcp_credentials": [:]])
///     .failing("download", attempts: 1...2, with: Unreachable())
///     .returning("transform", 71_974)
///     .run()
///
/// #expect(run.state.type == .completed)
/// #expect(run.task("download")?.attempts == 3)
/// #expect(run.metrics["rows"] == 71_974)
/// ```
///
/// Each call gives a changed copy, so that one test is the start of others. `docs/testing.md` tells more.
public struct FlowTest<F: Flow>: Sendable {
    private let configure: @Sendable (inout F) -> Void
    private var parameters: [String: JSONValue] = [:]
    private var blocks: [(type: String, name: String, document: JSONValue)] = []
    private var interval: DataInterval?
    private var attempt = 1
    private var results: FlowTestCache?
    private var fakes: [ScriptedFakes.Rule] = []
    private var start = Timestamp(microseconds: 1_593_561_600_000_000)
    private var level = StreamRecord.Level.debug

    /// A test of a flow.
    ///
    /// - Parameters:
    ///   - type: the flow.
    ///   - configure: sets parameters that differ from the defaults.
    public init(_ type: F.Type, _ configure: @escaping @Sendable (inout F) -> Void = { _ in }) {
        self.configure = configure
    }
}

extension FlowTest {
    private func with(_ change: (inout FlowTest) -> Void) -> FlowTest {
        var test = self
        change(&test)
        return test
    }

    /// Gives parameters as a run is given them: as JSON, checked, with templates filled in. They win over the typed ones.
    public func parameters(_ values: [String: JSONValue]) -> FlowTest {
        with { $0.parameters.merge(values) { _, value in value } }
    }

    /// Gives a block.
    ///
    /// - Parameters:
    ///   - type: the block's type, such as `gcs-bucket`.
    ///   - name: its name.
    ///   - document: its fields; a block in it is an object of its own fields.
    public func block(_ type: String, _ name: String, _ document: JSONValue) -> FlowTest {
        with { $0.blocks.append((type, name, document)) }
    }

    /// Gives the run a data interval.
    public func dataInterval(_ interval: DataInterval) -> FlowTest {
        with { $0.interval = interval }
    }

    /// Has it be a later attempt of its run. Defaults to 1.
    public func attempt(_ attempt: Int) -> FlowTest {
        with { $0.attempt = attempt }
    }

    /// Keeps results of tasks in `cache`, and takes them from it. Without one, no task is cached.
    public func cache(_ cache: FlowTestCache) -> FlowTest {
        with { $0.results = cache }
    }

    /// When the run starts. Defaults to 2020-07-01T00:00:00Z.
    public func starting(at instant: Timestamp) -> FlowTest {
        with { $0.start = instant }
    }

    /// The least level of the lines that are kept. Defaults to `debug`.
    public func logLevel(_ level: StreamRecord.Level) -> FlowTest {
        with { $0.level = level }
    }

    /// Has attempts of a task return a value without doing its work.
    ///
    /// - Parameters:
    ///   - task: the task's name, or what a run of it is called.
    ///   - value: the value, of the very type that the task returns.
    public func returning(_ task: String, _ value: some Sendable) -> FlowTest {
        with { $0.fakes.append(.init(task: task, attempts: nil, fake: .value(value))) }
    }

    /// Has attempts of a task fail without doing its work.
    ///
    /// - Parameters:
    ///   - task: the task's name, or what a run of it is called.
    ///   - attempts: which attempts fail. Defaults to nil: all.
    ///   - error: what they throw.
    public func failing(_ task: String, attempts: ClosedRange<Int>? = nil, with error: any Error) -> FlowTest {
        with { $0.fakes.append(.init(task: task, attempts: attempts, fake: .failure(error))) }
    }

    /// Has attempts of a task run out of time at once, without doing its work. The task has to have a time limit.
    public func timingOut(_ task: String, attempts: ClosedRange<Int>? = nil) -> FlowTest {
        with { $0.fakes.append(.init(task: task, attempts: attempts, fake: .timeout)) }
    }

    /// Runs the flow to its end. Cancelling the task that calls this cancels the run.
    ///
    /// - Throws: ``ParameterProblems`` where a parameter is not accepted; ``FlowTestError`` where the test says something that
    ///   cannot be. A flow that fails is no error: see ``FlowTestRun/state``.
    public func run() async throws -> FlowTestRun<F> {
        let time = TestTime(start: start)
        let recorder = RecordingReporter()
        let script = ScriptedFakes(fakes)
        var variables: [String: String] = [:]
        for (type, name, document) in blocks {
            guard document.objectValue != nil else { throw FlowTestError.noDocument(type: type, name: name) }
            variables[BlockEnvironment.variable(type: type, name: name)] = document.jsonText
        }
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let rehearsal = FlowRehearsal(
            report: { recorder.report($0) }, logLevel: level, clock: time, now: { time.wallTime }, limits: time,
            randomShare: { 1 }, scratchRoot: scratch.path, cache: results?.cache, fakes: script,
            blockVariables: variables, attempt: attempt, dataInterval: interval)
        let prepared = try rehearsal.prepare(F.self, parameters, configure)
        let end = await rehearsal.run(prepared.flow, prepared.values, shown: prepared.shown)
        if let unused = script.unused.first { throw FlowTestError.noSuchTask(unused, tasks: recorder.taskNames) }
        return FlowTestRun(
            state: end.state, result: end.result, parameters: prepared.values, kinds: recorder.kinds, waits: time.waits,
            leftovers: scratch.leftovers)
    }
}

/// Why a test of a flow cannot be run as it says.
@nonexhaustive
public enum FlowTestError: Error, Sendable, CustomStringConvertible {
    /// A block's document is no object.
    case noDocument(type: String, name: String)
    /// What was to stand in for a task's work was never asked for.
    case noSuchTask(String, tasks: [String])

    /// A sentence: what is wrong, what to do.
    public var description: String {
        switch self {
        case .noDocument(let type, let name):
            return "the \(type) block \"\(name)\": expected an object of its fields"
        case .noSuchTask(let task, let tasks):
            let nearest = NearestName.nearest(to: task, in: tasks).first.map { ", did you mean \"\($0)\"?" } ?? ""
            let known = tasks.isEmpty ? "it ran no task" : "it ran \(tasks.joined(separator: ", "))"
            return "no task \"\(task)\" was run that far\(nearest) (\(known))"
        }
    }
}
