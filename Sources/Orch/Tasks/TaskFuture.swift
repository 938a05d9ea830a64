/// A task that was submitted: it runs beside the flow, which asks for its value when it needs it.
///
/// A flow may submit any number of tasks: 500 of them are at work at once, and the others begin in their order as those end.
/// A task that waits for another's end is not counted meanwhile.
public struct TaskFuture<Value: Sendable>: Sendable {
    let work: TaskWork<Value>

    /// What the task's run is called.
    public var name: String { work.name }
    /// The task run's identifier.
    public var id: Identifier { work.id }

    /// What the task returned, once it has.
    ///
    /// - Throws: what the task threw.
    public var value: Value {
        get async throws {
            work.submitted.observe(work)
            return try await work.end.result.get()
        }
    }

    /// How the task ended, once it has. Asking for it is taking note of a failure: the flow does not fail of it any more.
    public var state: RunState {
        get async {
            work.submitted.observe(work)
            return await work.end.state
        }
    }

    /// Cancels the task. Cancelling the flow does it, too.
    public func cancel() {
        work.cancel()
    }
}

/// Something another task may wait for; see ``FlowContext/submit(_:waitFor:_:)-(String,_,_)``.
public protocol TaskDependency: Sendable {
    /// What the task's run is called.
    var name: String { get }
    /// How the task ended, once it has; nobody takes note of a failure by that.
    var end: RunState { get async }
}

extension TaskFuture: TaskDependency {
    /// How the task ended, once it has; nobody takes note of a failure by that.
    public var end: RunState {
        get async { await work.end.state }
    }
}

/// Why work of several tasks failed: which of them did, and of what.
public struct TaskFailures: Error, Sendable {
    /// One task that failed.
    public struct Failure: Sendable {
        /// What the task's run was called.
        public let task: String
        /// What it threw.
        public let error: any Error
    }

    /// Those that failed, in the order they were begun.
    public let failures: [Failure]
    /// How many tasks there were.
    public let total: Int
}

extension TaskFailures: CustomStringConvertible {
    /// A sentence that names the first five.
    public var description: String {
        let shown = failures.prefix(5).map { "\($0.task): \(ReportedText.message(of: $0.error))" }
            .joined(separator: "; ")
        let more = failures.count > 5 ? "; and \(failures.count - 5) more" : ""
        return "\(failures.count) of \(total) tasks failed: \(shown)\(more)"
    }
}
