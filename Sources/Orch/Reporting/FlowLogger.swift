/// Writes lines for people: shown on the terminal, or kept with the run.
///
/// Inside a task its lines belong to that task's run.
public struct FlowLogger: Sendable {
    let reporter: any Reporter
    let name: String
    let flowRun: Identifier?
    let least: StreamRecord.Level

    /// Writes a line; `message` is made only if its level is logged.
    public func log(_ level: StreamRecord.Level, _ message: @autoclosure () -> String) {
        log(level, message(), of: TaskScope.current)
    }

    /// Writes a line of a task; of none where that is `nil`.
    func log(_ level: StreamRecord.Level, _ message: @autoclosure () -> String, of task: TaskScope?) {
        guard level >= least else { return }
        reporter.report(
            .log(.init(level, message(), logger: task?.name ?? name, taskRun: task?.taskRun, flowRun: flowRun)))
    }

    /// Writes a line of the finest detail.
    public func trace(_ message: @autoclosure () -> String) { log(.trace, message()) }
    /// Writes a line that helps to find mistakes.
    public func debug(_ message: @autoclosure () -> String) { log(.debug, message()) }
    /// Writes a line about the normal course of things.
    public func info(_ message: @autoclosure () -> String) { log(.info, message()) }
    /// Writes a line about something odd that does not stop the run.
    public func warning(_ message: @autoclosure () -> String) { log(.warning, message()) }
    /// Writes a line about something that failed.
    public func error(_ message: @autoclosure () -> String) { log(.error, message()) }
    /// Writes a line about something that must be looked at now.
    public func critical(_ message: @autoclosure () -> String) { log(.critical, message()) }
}

/// The task that the code now running belongs to.
struct TaskScope: Sendable {
    @TaskLocal static var current: TaskScope?

    var taskRun: Identifier
    var name: String
    /// The attempt, from 1.
    var attempt = 0
    /// When the first attempt began.
    var started: Timestamp?
}

/// An attempt of a task, as what the time is told by that passes for it.
package struct TaskMoment: Hashable, Sendable {
    private let taskRun: Identifier
    private let attempt: Int

    /// The one that the code now running belongs to.
    package static var current: TaskMoment? {
        TaskScope.current.map { TaskMoment(taskRun: $0.taskRun, attempt: $0.attempt) }
    }
}
