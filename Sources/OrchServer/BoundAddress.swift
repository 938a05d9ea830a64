import Synchronization

/// The port a server was given, for those who wait until it listens.
final class BoundAddress: Sendable {
    private enum State {
        case pending([CheckedContinuation<Int?, Never>])
        case known(Int?)
    }

    private let state = Mutex(State.pending([]))

    /// Tells the port; nil where there will be none. The first telling counts.
    func set(_ port: Int?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int?, Never>] in
            guard case .pending(let waiting) = state else { return [] }
            state = .known(port)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }

    /// The port, once it is known.
    func port() async -> Int? {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Int?? in
                switch state {
                case .known(let port): return .some(port)
                case .pending(let waiting):
                    state = .pending(waiting + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
