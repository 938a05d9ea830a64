import Synchronization

/// Lets tasks wait until something they look at has changed.
///
/// Whoever changes it calls ``open()`` afterwards; every waiter then looks again. No change is missed: a waiter is
/// entered before it looks.
package final class Gate: Sendable {
    private struct State {
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    /// A gate nobody waits at.
    package init() {}

    /// Waits for as long as `condition` holds, which is looked at now and after each ``open()``.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    package func wait(while condition: () -> Bool) async throws(CancellationError) {
        while condition() {
            if Task.isCancelled { throw CancellationError() }
            await waitOnce(while: condition)
        }
    }

    /// Wakes everyone who waits, in the order in which they came.
    package func open() {
        let waiting = state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting.sorted { $0.key < $1.key }.map(\.value)
        }
        for continuation in waiting { continuation.resume() }
    }

    private func waitOnce(while condition: () -> Bool) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiting[ticket] = continuation }
                // Both may have happened before the entry was made.
                if Task.isCancelled || !condition() { leave(ticket) }
            }
        } onCancel: {
            leave(ticket)
        }
    }

    private func leave(_ ticket: Int) {
        state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
    }
}
