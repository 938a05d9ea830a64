import ServiceLifecycle
import Synchronization

/// One task's place to sleep until something it cares about happens.
///
/// A signal that comes before ``wait(atMost:)`` is not lost: the next wait returns at once. One task waits at a time.
final class Waiter: Sendable {
    private struct State {
        var isSignalled = false
        var isClosed = false
        var isStopping = false
        /// Whether the time of the present wait is over: it may be before that has begun to sleep.
        var isLate = false
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let time: ServerTime

    /// A waiter that nothing has been signalled to.
    ///
    /// - Parameter time: what limits are measured with. Defaults to the system's clocks.
    init(time: ServerTime = .system) { self.time = time }

    /// Whether there is no point in waiting any more: the client is gone, or the server stops.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Whether it is closed because the server stops.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Wakes the waiting task, or spares it its next wait.
    func signal() {
        resume { $0.isSignalled = true }
    }

    /// Wakes the waiting task for good.
    func close() {
        resume { $0.isClosed = true }
    }

    private func resume(_ change: (inout sending State) -> Void) {
        let continuation = state.withLock { state in
            change(&state)
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }

    /// Waits for a signal, the end of the server, or the limit. Cancelling the task closes the waiter.
    ///
    /// - Returns: whether there was a signal.
    @discardableResult
    func wait(atMost limit: Duration) async -> Bool {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // A cancelled sleep means that the wait is over: nothing is left to do.
                    guard (try? await self.time.sleep(limit)) != nil else { return }
                    self.resume { $0.isLate = true }
                }
                await self.sleep()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.resume { ($0.isClosed, $0.isStopping) = (true, true) }
        }
        return state.withLock { state in
            defer { (state.isSignalled, state.isLate) = (false, false) }
            return state.isSignalled
        }
    }

    private func sleep() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = state.withLock { state in
                    guard !state.isSignalled, !state.isClosed, !state.isLate else { return true }
                    state.continuation = continuation
                    return false
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            close()
        }
    }
}
