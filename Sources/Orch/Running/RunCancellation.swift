import Synchronization

/// A request to cancel the run, which may come before the run's task is there.
final class RunCancellation: Sendable {
    private struct State {
        var reason: String?
        var task: Task<FlowRunner.Exit, Never>?
    }

    private let state = Mutex(State())

    /// Why the run is cancelled, in words.
    var reason: String { state.withLock { $0.reason } ?? "cancelled" }

    /// Asks for the run to be cancelled.
    func request(_ reason: String) {
        let task = state.withLock { state in
            state.reason = reason
            return state.task
        }
        task?.cancel()
    }

    /// Cancels `task` when that is asked for, or has been already.
    func cancelsWhenRequested(_ task: Task<FlowRunner.Exit, Never>) {
        let isRequested = state.withLock { state in
            state.task = task
            return state.reason != nil
        }
        if isRequested { task.cancel() }
    }
}
