import Synchronization

/// A request to cancel a task, which may come before the task is there.
final class RunCancellation: Sendable {
    private struct State {
        var reason: String?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Why the task is cancelled, in words.
    var reason: String { state.withLock { $0.reason } ?? "cancelled" }
    /// Whether that was asked for.
    var isRequested: Bool { state.withLock { $0.reason != nil } }

    /// Asks for the task to be cancelled.
    func request(_ reason: String) {
        let cancel = state.withLock { state in
            state.reason = reason
            return state.cancel
        }
        cancel?()
    }

    /// Cancels `task` when that is asked for, or has been already.
    func cancelsWhenRequested<Success, Failure>(_ task: Task<Success, Failure>) {
        let isRequested = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.reason != nil
        }
        if isRequested { task.cancel() }
    }
}
