import Synchronization

/// A submitted task, whatever it returns.
protocol SubmittedWork: AnyObject, Sendable {
    var id: Identifier { get }
    var slot: TaskSlot { get }
    /// Whether it has not begun.
    var isWaiting: Bool { get }
    /// Whether somebody asked how it ended.
    var isObserved: Bool { get }
    /// Takes its place in the order of all.
    func isSubmitted(order: Int)
    /// Begins it, once.
    ///
    /// - Parameter late: whether it had to wait for its turn.
    func begin(late: Bool)
    /// Cancels it, at work or not.
    func markCancelled()
    func markObserved()
}

/// A submitted task: what it is to do until that is done, and then how it ended.
///
/// While it waits for its turn it is little more than its closure; it has a task of the system only while it is at work.
final class TaskWork<Value: Sendable>: SubmittedWork {
    /// What there is to do; given whether it had to wait for its turn.
    typealias Body = @Sendable (_ late: Bool) async -> TaskCourse.End<Value>

    private enum Phase {
        case waiting(Body)
        case working(Task<Void, Never>)
        case ended(TaskCourse.End<Value>)
    }

    private struct State {
        var phase: Phase
        var waiters: [CheckedContinuation<TaskCourse.End<Value>, Never>] = []
        var order = 0
        var isCancelled = false
        var isObserved = false
    }

    let id: Identifier
    /// What the task's run is called.
    let name: String
    let slot: TaskSlot
    let submitted: SubmittedTasks
    private let state: Mutex<State>

    init(id: Identifier, name: String, submitted: SubmittedTasks, _ body: @escaping Body) {
        self.id = id
        self.name = name
        self.submitted = submitted
        slot = TaskSlot(owner: submitted)
        state = Mutex(State(phase: .waiting(body)))
    }

    /// How it ended, once it has.
    var end: TaskCourse.End<Value> {
        get async {
            if case .ended(let end) = state.withLock({ $0.phase }) { return end }
            guard let slot = TaskSlot.current else { return await wait() }
            return await slot.owner.waiting(in: slot) { await wait() }
        }
    }

    private func wait() async -> TaskCourse.End<Value> {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state -> TaskCourse.End<Value>? in
                if case .ended(let end) = state.phase { return end }
                state.waiters.append(continuation)
                return nil
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    /// Cancels it; what waits for its turn ends at once.
    func cancel() {
        markCancelled()
        if isWaiting { submitted.beginNow(self) }
    }

    // MARK: - What all of them share

    var isWaiting: Bool { state.withLock { if case .waiting = $0.phase { true } else { false } } }
    var isObserved: Bool { state.withLock { $0.isObserved } }

    func isSubmitted(order: Int) { state.withLock { $0.order = order } }
    func markObserved() { state.withLock { $0.isObserved = true } }

    func markCancelled() {
        let task = state.withLock { state -> Task<Void, Never>? in
            state.isCancelled = true
            return if case .working(let task) = state.phase { task } else { nil }
        }
        task?.cancel()
    }

    func begin(late: Bool) {
        // Within the lock: work that ends at once finds the phase that it ends.
        state.withLock { state in
            guard case .waiting(let body) = state.phase else { return }
            let order = state.order
            // What begins later does so in the midst of another task, whose values are not to be its own.
            let task =
                late
                ? Task.detached { await self.work(body, order, late) }
                : Task { @concurrent in await self.work(body, order, late) }
            if state.isCancelled { task.cancel() }
            state.phase = .working(task)
        }
    }

    private func work(_ body: Body, _ order: Int, _ late: Bool) async {
        let end = await TaskSlot.$current.withValue(slot) { await body(late) }
        var failure: TaskFailures.Failure?
        if end.state.type == .failed, case .failure(let error) = end.result {
            failure = .init(task: name, error: error)
        }
        submitted.end(self, failure, order: order)
        let waiters = state.withLock { state in
            state.phase = .ended(end)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: end) }
    }
}
