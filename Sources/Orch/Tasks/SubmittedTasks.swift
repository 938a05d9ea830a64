import Synchronization

/// The tasks that a flow submitted and that still matter: those that wait for their turn, those at work, and those that failed
/// with nobody noticing.
///
/// ``mostAtWork`` of them are at work at once, begun in the order in which they were submitted. One that waits for another's end
/// is not counted meanwhile: tasks that submit tasks and wait for them always come to their end.
final class SubmittedTasks: Sendable {
    /// How many are at work at once, at most.
    static let mostAtWork = 500

    private struct State {
        /// Those that have not begun, from `next` on.
        var waiting: [any SubmittedWork] = []
        var next = 0
        var begun: [Identifier: any SubmittedWork] = [:]
        /// Those begun that do not wait for another one.
        var atWork = 0
        /// Those that have not ended.
        var open = 0
        var failures: [Identifier: (order: Int, failure: TaskFailures.Failure)] = [:]
        var count = 0
        var isCancelled = false
        /// Who waits for the end of all.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let most: Int

    init(most: Int = mostAtWork) {
        self.most = most
    }

    /// Whether all of them are to end.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Begins a task's work, now or when it is its turn.
    func submit(_ work: any SubmittedWork) {
        let (isFirst, isCancelled) = state.withLock { state in
            state.count += 1
            state.open += 1
            work.isSubmitted(order: state.count)
            guard state.atWork < most, state.next == state.waiting.count else {
                state.waiting.append(work)
                return (false, state.isCancelled)
            }
            state.atWork += 1
            state.begun[work.id] = work
            return (true, state.isCancelled)
        }
        if isCancelled { work.markCancelled() }
        if isFirst { work.begin(late: false) }
    }

    /// Takes note of a task's end; of a failure only where nobody else did.
    func end(_ work: any SubmittedWork, _ failure: TaskFailures.Failure?, order: Int) {
        let (next, waiters) = state.withLock { state in
            state.begun[work.id] = nil
            if work.slot.end() { state.atWork -= 1 }
            state.open -= 1
            if let failure, !work.isObserved { state.failures[work.id] = (order, failure) }
            let waiters = state.open == 0 ? state.waiters : []
            if state.open == 0 { state.waiters = [] }
            return (Self.takeNext(&state, most), waiters)
        }
        for work in next { work.begin(late: true) }
        for waiter in waiters { waiter.resume() }
    }

    /// Takes note that somebody asked how a task ended.
    func observe(_ work: any SubmittedWork) {
        state.withLock { state in
            work.markObserved()
            state.failures[work.id] = nil
        }
    }

    /// Begins a task out of its turn: one that has to do no more than end.
    func beginNow(_ work: any SubmittedWork) {
        let isFirst = state.withLock { state in
            guard state.begun[work.id] == nil else { return false }
            state.atWork += 1
            state.begun[work.id] = work
            return true
        }
        if isFirst { work.begin(late: true) }
    }

    /// Waits for something another task does, while a further task has the place of the one that waits.
    func waiting<Value>(in slot: TaskSlot, _ body: () async -> Value) async -> Value {
        let next = state.withLock { state -> [any SubmittedWork] in
            if slot.leave() { state.atWork -= 1 }
            return Self.takeNext(&state, most)
        }
        for work in next { work.begin(late: true) }
        let value = await body()
        state.withLock { if slot.comeBack() { $0.atWork += 1 } }
        return value
    }

    /// Cancels all of them, and those to come. What has not begun ends in its turn, without doing its work.
    func cancelAll() {
        let (waiting, begun) = state.withLock { state in
            state.isCancelled = true
            return (state.waiting[state.next...], Array(state.begun.values))
        }
        for work in waiting { work.markCancelled() }
        for work in begun { work.markCancelled() }
    }

    /// Waits until none is left, those included that are submitted meanwhile.
    func waitForAll() async {
        while state.withLock({ $0.open > 0 }) {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.open > 0 { state.waiters.append(continuation) }
                    return state.open == 0
                }
                if isOver { continuation.resume() }
            }
        }
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

    /// Those whose turn it is now; they count as begun.
    private static func takeNext(_ state: inout State, _ most: Int) -> [any SubmittedWork] {
        var taken: [any SubmittedWork] = []
        while state.atWork < most, state.next < state.waiting.count {
            let work = state.waiting[state.next]
            state.next += 1
            // One that was cancelled before its turn has begun already.
            guard work.isWaiting else { continue }
            state.atWork += 1
            state.begun[work.id] = work
            taken.append(work)
        }
        // What lies before the next one is not needed, and moved away seldom.
        if state.next > 1000, state.next * 2 > state.waiting.count {
            state.waiting.removeFirst(state.next)
            state.next = 0
        }
        return taken
    }
}
