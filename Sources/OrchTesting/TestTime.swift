import Orch
package import OrchModel
import Synchronization

/// Time that passes only where somebody waits for it, and then at once.
///
/// Each attempt of a task has a time of its own: what it waits adds up, and once that is more than its time limit the limit
/// passes. So tasks that run side by side do not use up each other's limits, whatever the order in which they come to wait.
package final class TestTime: Clock, LimitTimer {
    package struct Instant: InstantProtocol {
        var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Limit {
        var owner: TaskMoment?
        var due: Duration
        var pass: @Sendable () -> Void
    }

    private struct State {
        /// The latest time that anybody has come to.
        var latest = Duration.zero
        /// The times of attempts that have waited or have a limit.
        var times: [TaskMoment: Duration] = [:]
        var limits: [Int: Limit] = [:]
        var nextLimit = 0
        var waits: [Duration] = []

        func time(of owner: TaskMoment?) -> Duration { owner.flatMap { times[$0] } ?? latest }
    }

    private let state = Mutex(State())
    private let start: Timestamp

    package init(start: Timestamp) {
        self.start = start
    }

    package var now: Instant { Instant(offset: state.withLock { $0.time(of: TaskMoment.current) }) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// The wall clock's time.
    package var wallTime: Timestamp { start + now.offset }

    /// What was waited for, in the order in which it was.
    package var waits: [Duration] { state.withLock { $0.waits } }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let owner = TaskMoment.current
        let passed = state.withLock { state -> (@Sendable () -> Void)? in
            let now = state.time(of: owner)
            let first = state.limits.filter { $0.value.owner == owner && $0.value.due <= deadline.offset }
                .min { ($0.value.due, $0.key) < ($1.value.due, $1.key) }
            let end = max(now, first?.value.due ?? deadline.offset)
            state.waits.append(end - now)
            if let owner { state.times[owner] = end }
            state.latest = max(state.latest, end)
            if let first { state.limits[first.key] = nil }
            return first?.value.pass
        }
        // It cancels the work that is waiting here.
        passed?()
        try Task.checkCancellation()
    }

    package func call(after limit: Duration, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let owner = TaskMoment.current
        let key = state.withLock { state in
            let now = state.time(of: owner)
            if let owner { state.times[owner] = now }
            state.nextLimit += 1
            state.limits[state.nextLimit] = Limit(owner: owner, due: now + max(.zero, limit), pass: body)
            return state.nextLimit
        }
        return { [self] in state.withLock { $0.limits[key] = nil } }
    }
}
