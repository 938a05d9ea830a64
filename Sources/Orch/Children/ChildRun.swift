/// A run that another one made, in a container of its own.
public struct ChildRun: Sendable, Hashable {
    /// Its identifier.
    public let id: Identifier
    /// Its name, such as `docker-flow-4f2b9c11`.
    public let name: String
    /// Its last known state; that of its end where it was waited for.
    public let state: RunState
    /// What it returned; nil where it returned nothing, or has not ended. ``FlowContext/value(of:as:)`` makes a value of it.
    public let result: JSONValue?
    /// The exit code of its container; nil where nobody knows one.
    public let exitCode: Int?

    init(_ run: FlowRun) {
        (id, name, state, result) = (run.id, run.name, run.state, run.result)
        exitCode = run.termination?.exitCode
    }
}

/// A run that another one made did not complete.
public struct ChildRunFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The run, as it ended.
    public let run: ChildRun

    /// A sentence: which run, how it ended, and why.
    public var description: String {
        "run \(run.name) (\(run.id)) is \(run.state.name): \(run.state.message). Its log: orch flow-run logs \(run.name)"
    }
}

/// What a run returned is not what was expected of it.
public struct ChildRunResultError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The run's name.
    public let run: String
    /// The run.
    public let id: Identifier
    /// The type that was expected.
    public let expected: String
    /// What is there instead; never a value.
    public let problem: String

    /// A sentence: what was expected of which run, and what is there.
    public var description: String {
        "the result of run \(run) (\(id)) is no \(expected): \(problem)"
    }
}
