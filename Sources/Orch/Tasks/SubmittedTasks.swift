import Synchronization

/// The tasks that a flow submitted and that still matter: those at work, and those that failed with nobody noticing.
final class SubmittedTasks: Sendable {
    private struct Entry {
        var cancel: @Sendable () -> Void
        var wait: @Sendable () async -> Void
        var isObserved = false
    }

    private struct State {
        var atWork: [Identifier: Entry] = [:]
        var failures: [Identifier: (order: Int, failure: TaskFailures.Failure)] = [:]
        var count = 0
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Whether all of them are to end.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Begins a task's work.
    ///
    /// - Parameter body: the work, given its order among all of them; reports its end by ``end(_:_:order:)``.
    func begin<Value: Sendable>(
        _ id: Identifier, _ body: @escaping @Sendable (_ order: Int) async -> Value
    ) -> Task<Value, Never> {
        // Within the lock: work that ends at once finds its entry.
        let (task, isCancelled) = state.withLock { state in
            state.count += 1
            let order = state.count
            let task = Task { @concurrent in await body(order) }
            state.atWork[id] = Entry(cancel: { task.cancel() }, wait: { _ = await task.value })
            return (task, state.isCancelled)
        }
        if isCancelled { task.cancel() }
        return task
    }

    /// Takes note of a task's end; of a failure only where nobody else did.
    func end(_ id: Identifier, _ failure: TaskFailures.Failure?, order: Int) {
        state.withLock { state in
            let entry = state.atWork.removeValue(forKey: id)
            if let failure, entry?.isObserved == false { state.failures[id] = (order, failure) }
        }
    }

    /// Takes note that somebody asked how a task ended.
    func observe(_ id: Identifier) {
        state.withLock { state in
            state.atWork[id]?.isObserved = true
            state.failures[id] = nil
        }
    }

    /// Cancels all of them, and those to come.
    func cancelAll() {
        let cancels = state.withLock { state in
            state.isCancelled = true
            return state.atWork.values.map(\.cancel)
        }
        for cancel in cancels { cancel() }
    }

    /// Waits until none is at work, those included that are submitted meanwhile.
    func waitForAll() async {
        while let wait = state.withLock({ $0.atWork.first?.value.wait }) { await wait() }
    }

    /// Waits for all of them.
    ///
    /// - Throws: ``TaskFailures`` where tasks failed whose end nobody asked for.
    func settle() async throws {
        guard state.withLock({ $0.count > 0 }) else { return }
        await waitForAll()
        try Task.checkCancellation()
        let (failures, total) = state.withLock { state in
            (state.failures.values.sorted { $0.order < $1.order }.map(\.failure), state.count)
        }
        if !failures.isEmpty { throw TaskFailures(failures: failures, total: total) }
    }
}
