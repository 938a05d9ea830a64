/// What stands in place of the work of tasks, in a test.
package protocol TaskFakes: Sendable {
    /// What an attempt of a task comes to without doing its work; nil where it does it.
    ///
    /// - Parameters:
    ///   - task: the task's name.
    ///   - run: what its run is called, which is the same where nothing else is said.
    ///   - attempt: the attempt, from 1.
    func outcome(of task: String, run: String, attempt: Int) -> TaskFake?
}

/// What an attempt of a task comes to without doing its work.
package enum TaskFake: Sendable {
    /// It returns a value of the task's type.
    case value(any Sendable)
    /// It throws.
    case failure(any Error)
    /// Its time limit passes.
    case timeout
}

/// A task was to return a value of another type than it has, or to run out of time without a time limit.
package struct TaskFakeMisfit: Error, CustomStringConvertible {
    package var description: String
}
