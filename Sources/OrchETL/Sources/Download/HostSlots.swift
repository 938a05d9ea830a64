import Synchronization

/// Keeps the requests that run at once against one host few. Those that wait are served in the order they came.
public final class HostSlots: Sendable {
    /// What all downloads of this process share, unless they are told otherwise: four for each host and port.
    public static let shared = HostSlots(perHost: 4)

    /// The most at once.
    public let perHost: Int

    private struct Waiter {
        var id: UInt64
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Host {
        var taken = 0
        var waiting: [Waiter] = []
    }

    private struct State {
        var hosts: [String: Host] = [:]
        var nextID: UInt64 = 0
        /// Those that were cancelled before they began to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// - Parameter perHost: the most requests at once against one host and port, at least 1.
    public init(perHost: Int) {
        self.perHost = max(perHost, 1)
    }

    /// Runs something that asks a host, as soon as that is allowed.
    /// - Parameter host: host and port.
    /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `body` throws.
    func withSlot<Value>(of host: String, _ body: () async throws -> Value) async throws -> Value {
        try await enter(host)
        defer { leave(host) }
        return try await body()
    }

    private func enter(_ host: String) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if state.hosts[host, default: Host()].taken < perHost {
                        state.hosts[host, default: Host()].taken += 1
                        return .success(())
                    }
                    state.hosts[host, default: Host()].waiting.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            giveUp(id, host)
        }
        // A cancellation that came after the slot was given is remembered for nobody.
        state.withLock { _ = $0.cancelled.remove(id) }
    }

    private func giveUp(_ id: UInt64, _ host: String) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.hosts[host]?.waiting.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.hosts[host]?.waiting.remove(at: index)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    /// Hands the slot to the one that waits longest.
    private func leave(_ host: String) {
        let next: Waiter? = state.withLock { state in
            guard var entry = state.hosts[host] else { return nil }
            let next = entry.waiting.isEmpty ? nil : entry.waiting.removeFirst()
            if next == nil { entry.taken -= 1 }
            state.hosts[host] = entry.taken == 0 ? nil : entry
            return next
        }
        next?.continuation.resume()
    }
}
