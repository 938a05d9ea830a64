/// What a task throws that took longer than its time limit.
public struct TaskTimedOut: Error, Sendable {
    /// What the task's run was called.
    public let task: String
    /// How long an attempt might take.
    public let limit: Duration
    /// Whether the work ignored that it was cancelled, and was left behind: it may still be doing something.
    public let wasLeftBehind: Bool
    let taskRun: Identifier
}

extension TaskTimedOut: CustomStringConvertible {
    /// A sentence: how long it might take, and whether it goes on.
    public var description: String {
        "took longer than \(limit.inSeconds)"
            + (wasLeftBehind ? ", ignored that it was cancelled, and was left behind" : "")
    }
}
