import OrchModel
import Synchronization

/// Pulls that several runs wait for: one at a time for an image, a platform and a user.
///
/// The pull ends where nobody waits for it any more.
final class SharedPulls: Sendable {
    /// What is pulled.
    struct Key: Hashable {
        var image: String
        var platform: String?
        var login: RegistryLogin?
        var idle: Duration?
    }

    private final class Pull: Sendable {
        struct State {
            var listeners: [Int: @Sendable (PullStep) -> Void] = [:]
            var next = 0
            var result: Result<Void, EngineFault>?
            var task: Task<Void, Never>?
        }

        let state = Mutex(State())
        let gate = Gate()

        func hear(_ step: PullStep) {
            for listener in state.withLock({ Array($0.listeners.values) }) { listener(step) }
        }
    }

    private let pulls = Mutex<[Key: Pull]>([:])

    /// How many wait for a pull.
    func waiting(for key: Key) -> Int {
        pulls.withLock { $0[key]?.state.withLock { $0.listeners.count } ?? 0 }
    }

    /// Waits for the pull of `key`, which `operation` does where nobody does it yet.
    func pull(
        _ key: Key, progress: @escaping @Sendable (PullStep) -> Void,
        _ operation: @escaping @Sendable (@escaping @Sendable (PullStep) -> Void) async -> Result<Void, EngineFault>
    ) async throws(EngineFault) {
        let (pull, number) = pulls.withLock { pulls in
            let pull = pulls[key] ?? Pull()
            let isNew = pulls.updateValue(pull, forKey: key) == nil
            let number = pull.state.withLock { state in
                defer { state.next += 1 }
                state.listeners[state.next] = progress
                return state.next
            }
            if isNew { begin(pull, key, operation) }
            return (pull, number)
        }
        do {
            try await pull.gate.wait { pull.state.withLock { $0.result == nil } }
        } catch {
            leave(pull, key, number)
            throw .cancelled
        }
        leave(pull, key, number)
        if let result = pull.state.withLock({ $0.result }) { try result.get() }
    }

    private func begin(
        _ pull: Pull, _ key: Key,
        _ operation: @escaping @Sendable (@escaping @Sendable (PullStep) -> Void) async -> Result<Void, EngineFault>
    ) {
        let task = Task { [self] in
            let result = await operation { pull.hear($0) }
            // Whoever comes from now on starts another one.
            pulls.withLock { if $0[key] === pull { $0[key] = nil } }
            pull.state.withLock { $0.result = result }
            pull.gate.open()
        }
        pull.state.withLock { $0.task = task }
    }

    private func leave(_ pull: Pull, _ key: Key, _ number: Int) {
        pulls.withLock { pulls in
            let isLeft = pull.state.withLock { state in
                state.listeners[number] = nil
                return state.listeners.isEmpty && state.result == nil
            }
            guard isLeft else { return }
            if pulls[key] === pull { pulls[key] = nil }
            pull.state.withLock { $0.task }?.cancel()
        }
    }
}
