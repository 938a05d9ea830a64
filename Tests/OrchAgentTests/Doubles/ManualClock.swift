import OrchInfrastructure
import Synchronization

/// A clock that stands still until a test moves it.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Int: Instant] = [:]
        var ticket = 0
    }

    private let state = Mutex(State())
    private let gate = Gate()

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let ticket = state.withLock { state in
            state.ticket += 1
            state.sleepers[state.ticket] = deadline
            return state.ticket
        }
        defer { state.withLock { _ = $0.sleepers.removeValue(forKey: ticket) } }
        gate.open()
        try await gate.wait { state.withLock { $0.now < deadline } }
    }

    /// Waits until somebody sleeps until exactly `pause` from now, then moves there.
    func pass(_ pause: Duration) async throws {
        try await untilSleeping(for: pause)
        move(pause)
    }

    /// Waits until somebody sleeps until exactly `pause` from now.
    func untilSleeping(for pause: Duration) async throws {
        try await gate.wait {
            state.withLock { state in !state.sleepers.values.contains(state.now.advanced(by: pause)) }
        }
    }

    /// Moves, whoever sleeps.
    func move(_ time: Duration) {
        state.withLock { $0.now = $0.now.advanced(by: time) }
        gate.open()
    }
}
