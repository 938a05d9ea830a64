import Synchronization

/// A task that was submitted: it runs beside the flow, which asks for its value when it needs it.
public struct TaskFuture<Value: Sendable>: Sendable {
    /// What the task's run is called.
    public let name: String
    /// The task run's identifier.
    public let id: Identifier
    let work: Task<TaskCourse.End<Value>, Never>
    let submitted: SubmittedTasks

    /// What the task returned, once it has.
    ///
    /// - Throws: what the task threw.
    public var value: Value {
        get async throws {
            submitted.observe(id)
            return try await work.value.result.get()
        }
    }

    /// How the task ended, once it has. Asking for it is taking note of a failure: the flow does not fail of it any more.
    public var state: RunState {
        get async {
            submitted.observe(id)
            return await work.value.state
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
        get async { await work.value.state }
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
