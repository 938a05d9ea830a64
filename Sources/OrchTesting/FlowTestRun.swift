public import Orch
public import OrchModel

/// What a flow did in a test.
public struct FlowTestRun<F: Flow>: Sendable {
    /// The state that the run ended in, with its message.
    public let state: RunState
    /// What the flow returned, or the error that it threw.
    public let result: Result<F.Output, any Error>
    /// The complete parameters of the run, as JSON, secrets among them.
    public let parameters: [String: JSONValue]
    /// What was waited for on the run's clock, in order: before retries, and by the flow itself.
    public let waits: [Duration]
    /// Names of what the flow left in its scratch directories, which the run was to remove: nothing.
    public let leftovers: [String]

    private let kinds: [StreamRecord.Kind]

    init(
        state: RunState, result: Result<F.Output, any Error>, parameters: [String: JSONValue],
        kinds: [StreamRecord.Kind], waits: [Duration], leftovers: [String]
    ) {
        self.state = state
        self.result = result
        self.parameters = parameters
        self.kinds = kinds
        self.waits = waits
        self.leftovers = leftovers
    }

    /// What the flow returned; nil where it threw.
    public var output: F.Output? { try? result.get() }

    /// What the flow threw; nil where it returned.
    public var error: (any Error)? {
        if case .failure(let error) = result { error } else { nil }
    }

    /// What is kept as the run's result; nil where it is nothing, or has no JSON form.
    public var resultValue: JSONValue? {
        kinds.lazy.compactMap { if case .result(let value) = $0 { value } else { nil } }.last
    }

    /// The lines of the log, in order.
    public var logs: [StreamRecord.Log] { kinds.logs }

    /// The messages of the log, in order; of one level where that is given.
    public func messages(_ level: StreamRecord.Level? = nil) -> [String] {
        logs.filter { level == nil || $0.level == level }.map(\.message)
    }

    /// The runs of tasks, in the order in which they began.
    public var tasks: [FlowTestTask] {
        var tasks: [FlowTestTask] = []
        var places: [Identifier: Int] = [:]
        for case .taskState(let told) in kinds {
            if let place = places[told.taskRun] {
                tasks[place].take(told)
            } else {
                places[told.taskRun] = tasks.count
                tasks.append(FlowTestTask(told))
            }
        }
        return tasks
    }

    /// The first run of a task, by the task's name or by what the run is called; nil where it never ran.
    public func task(_ name: String) -> FlowTestTask? {
        let tasks = tasks
        return tasks.first { $0.name == name } ?? tasks.first { $0.task == name }
    }

    /// The child runs, in the order in which they began, each with its last state.
    public var childRuns: [StreamRecord.ChildRun] {
        var runs: [StreamRecord.ChildRun] = []
        for case .childRun(let child) in kinds {
            if let place = runs.firstIndex(where: { $0.flowRun == child.flowRun }) {
                runs[place] = child
            } else {
                runs.append(child)
            }
        }
        return runs
    }

    /// The numbers that the flow and its child runs reported, the last of each name.
    public var metrics: [String: Double] {
        kinds.reduce(into: [:]) { metrics, kind in
            if case .metric(let metric) = kind { metrics[metric.name] = metric.value }
        }
    }

    /// The objects that were written, as they were reported.
    public var assets: [AssetRecord] {
        kinds.compactMap { if case .asset(let asset) = $0 { asset.record } else { nil } }
    }

    /// The artifacts, in the order in which they were made.
    public var artifacts: [StreamRecord.Artifact] {
        kinds.compactMap { if case .artifact(let artifact) = $0 { artifact } else { nil } }
    }

    /// The content of the last artifact of a key; nil where there is none.
    public func artifact(_ key: String) -> ArtifactContent? {
        artifacts.last { $0.key == key }.flatMap { ArtifactContent(type: $0.type, data: $0.data) }
    }
}

/// A run of a task in a test.
public struct FlowTestTask: Sendable, Hashable {
    /// Its identifier.
    public let id: Identifier
    /// What the run is called.
    public let name: String
    /// The task's name.
    public let task: String
    /// The states that it entered, in order.
    public private(set) var states: [RunState]
    /// How often it was tried; 0 for a task that never ran.
    public private(set) var attempts: Int
    /// How far it said it was, last; nil where it said nothing.
    public private(set) var progress: TaskDetails.Progress?

    /// The state that it ended in.
    public var state: RunState? { states.last }
    /// The names of the states that it entered, in order: `Running`, `AwaitingRetry`, `Retrying`, `Completed`.
    public var stateNames: [String] { states.map(\.name) }

    init(_ told: StreamRecord.TaskState) {
        id = told.taskRun
        name = told.name
        task = told.details?.task ?? told.name
        states = [told.state]
        attempts = told.attempt
        progress = told.details?.progress
    }

    mutating func take(_ told: StreamRecord.TaskState) {
        // Progress is told with the state that the task is in already.
        if states.last != told.state { states.append(told.state) }
        attempts = max(attempts, told.attempt)
        progress = told.details?.progress ?? progress
    }
}
