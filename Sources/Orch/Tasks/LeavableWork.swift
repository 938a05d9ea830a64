import Synchronization
import Threads

/// Work that is waited for only as long as it may take, and left behind where it does not end though it was cancelled.
///
/// At its time limit, or when the task that waits is cancelled, the work is cancelled. It then has some time to end. Whatever
/// it does after that counts for nothing. The first of these events decides; a limit that comes after a cancellation, and a
/// cancellation that comes after the limit, change nothing any more.
final class LeavableWork<Value: Sendable>: Sendable {
    /// What happens on the way, told as it happens, from any thread.
    enum Event: Sendable {
        /// The time limit has passed; the work was cancelled.
        case limitPassed
        /// The work did not end in time after it was cancelled.
        case leftBehind
        /// Work that was left behind has ended, with this error or without one.
        case endedLate((any Error)?)
    }

    /// The work's own end, or why it is not waited for.
    enum End: Sendable {
        case ended(Result<Value, any Error>)
        case outOfTime(wasLeftBehind: Bool)
        case leftCancelled
    }

    private enum Phase {
        case working
        case ending(isOutOfTime: Bool)
        case over
    }

    private struct State {
        var phase = Phase.working
        var waiter: CheckedContinuation<End, Never>?
        var task: Task<Void, Never>?
        /// Takes back what is due next.
        var takeBack: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let grace: Duration
    private let timer: any LimitTimer
    private let onEvent: @Sendable (Event) -> Void

    private init(grace: Duration, timer: any LimitTimer, onEvent: @escaping @Sendable (Event) -> Void) {
        self.grace = grace
        self.timer = timer
        self.onEvent = onEvent
    }

    /// Does work and waits for it.
    ///
    /// - Parameters:
    ///   - limit: how long it may take; nil: as long as it wants.
    ///   - grace: how long it may take to end once it was cancelled.
    ///   - timer: how the limit passes; the grace always does as time does. Defaults to that as well.
    ///   - onEvent: what is told on the way.
    ///   - body: the work. With a limit it has threads of its own, as it may block them.
    static func run(
        limit: Duration?, grace: Duration, timer: any LimitTimer = RealLimitTimer(),
        onEvent: @escaping @Sendable (Event) -> Void, _ body: @escaping @Sendable () async throws -> Value
    ) async -> End {
        let work = LeavableWork(grace: grace, timer: timer, onEvent: onEvent)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { work.start($0, limit: limit, body) }
        } onCancel: {
            work.cancel(isOutOfTime: false)
        }
    }

    private func start(
        _ waiter: CheckedContinuation<End, Never>, limit: Duration?,
        _ body: @escaping @Sendable () async throws -> Value
    ) {
        // Within the lock: work that has ended already finds whom to tell.
        let isCancelled = state.withLock { state in
            state.waiter = waiter
            let isCancelled = if case .working = state.phase { false } else { true }
            // Before the work begins, so that none of its time is missed.
            if let limit, !isCancelled {
                state.takeBack = timer.call(after: limit) { self.cancel(isOutOfTime: true) }
            }
            let executor: (any TaskExecutor)? = limit == nil ? nil : BlockingThreads.shared
            state.task = Task(executorPreference: executor) { @concurrent in
                do {
                    self.end(.success(try await body()))
                } catch {
                    self.end(.failure(error))
                }
            }
            return isCancelled
        }
        if isCancelled { giveGrace() }
    }

    private func cancel(isOutOfTime: Bool) {
        let (isFirst, isStarted) = state.withLock { state in
            guard case .working = state.phase else { return (false, false) }
            state.phase = .ending(isOutOfTime: isOutOfTime)
            return (true, state.task != nil)
        }
        guard isFirst else { return }
        if isOutOfTime { onEvent(.limitPassed) }
        if isStarted { giveGrace() }
    }

    /// Cancels the work and begins to count the time it has to end.
    private func giveGrace() {
        let task = state.withLock { state in
            guard case .ending = state.phase else { return nil as Task<Void, Never>? }
            state.takeBack?()
            state.takeBack = RealLimitTimer().call(after: grace) { self.leave() }
            return state.task
        }
        task?.cancel()
    }

    private func leave() {
        let waiter = state.withLock { state -> (CheckedContinuation<End, Never>, End)? in
            guard case .ending(let isOutOfTime) = state.phase, let waiter = state.waiter else { return nil }
            state.phase = .over
            state.waiter = nil
            return (waiter, isOutOfTime ? .outOfTime(wasLeftBehind: true) : .leftCancelled)
        }
        guard let (waiter, end) = waiter else { return }
        onEvent(.leftBehind)
        waiter.resume(returning: end)
    }

    private func end(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> (CheckedContinuation<End, Never>, End)? in
            guard let waiter = state.waiter else { return nil }
            state.takeBack?()
            let phase = state.phase
            state.phase = .over
            state.waiter = nil
            guard case .ending(isOutOfTime: true) = phase else { return (waiter, .ended(result)) }
            return (waiter, .outOfTime(wasLeftBehind: false))
        }
        if let (waiter, end) = waiter {
            waiter.resume(returning: end)
        } else if case .failure(let error) = result {
            onEvent(.endedLate(error))
        } else {
            onEvent(.endedLate(nil))
        }
    }
}
