import Dispatch
import Synchronization

/// Calls that are made at a time, by one thread of their own: a thread pool that is blocked delays none.
package final class Deadlines: Sendable {
    /// A call that was asked for.
    package struct Ticket: Sendable {
        fileprivate let number: UInt64
    }

    private struct Call {
        let number: UInt64
        let due: ContinuousClock.Instant
        let body: @Sendable () -> Void
    }

    private struct State {
        /// The first that is due is the last of the list, which costs least to remove.
        var calls: [Call] = []
        var last: UInt64 = 0
        var isRunning = false

        /// Where a call that is due at `instant` belongs: before those that are due earlier or at the same time.
        func place(of instant: ContinuousClock.Instant) -> Int {
            var (low, high) = (0, calls.count)
            while low < high {
                let middle = (low + high) / 2
                if calls[middle].due > instant { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// The deadlines of this process.
    package static let shared = Deadlines()

    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)

    /// Makes a call after some time; it must be short.
    ///
    /// Where the system refuses the thread, the call is made by one of Dispatch's.
    package func call(after wait: Duration, _ body: @escaping @Sendable () -> Void) -> Ticket {
        // A century is no deadline, and the sum of two instants must not overflow.
        call(at: .now.advanced(by: min(wait, .seconds(3_155_760_000))), body)
    }

    func call(at due: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) -> Ticket {
        let (number, starts) = state.withLock { state in
            state.last += 1
            let index = state.place(of: due)
            state.calls.insert(Call(number: state.last, due: due, body: body), at: index)
            defer { state.isRunning = true }
            return (state.last, !state.isRunning)
        }
        if starts {
            if DetachedThread.start(name: "orch-deadlines", { self.run() }) != 0 {
                DispatchQueue(label: "orch-deadlines").async { self.run() }
            }
        } else {
            changed.signal()
        }
        return Ticket(number: number)
    }

    /// Takes a call back, unless it is being made.
    package func cancel(_ ticket: Ticket) {
        state.withLock { state in
            guard let index = state.calls.firstIndex(where: { $0.number == ticket.number }) else { return }
            state.calls.remove(at: index)
        }
    }

    private func run() {
        while true {
            let now = ContinuousClock.now
            let (call, wait) = state.withLock { state -> (Call?, Duration?) in
                guard let next = state.calls.last else { return (nil, nil) }
                return next.due <= now ? (state.calls.removeLast(), nil) : (nil, next.due - now)
            }
            if let call {
                call.body()
            } else if let wait {
                _ = changed.wait(timeout: .now() + wait.dispatchInterval)
            } else {
                changed.wait()
            }
        }
    }
}
