import OrchModel
import Synchronization

/// Whether the container of one attempt is paused, what is wished about that, and for how long it was.
///
/// Wishes and suspicions come from anywhere, at any time; whoever runs the attempt waits for them, and notes what the
/// engine says.
package final class Pausing: Sendable {
    /// What there is to do.
    enum Turn: Sendable, Hashable {
        /// Pause or resume the container.
        case wish(RunRequest)
        /// Somebody else seems to have done so: ask the engine.
        case look
    }

    private struct State {
        var wish: RunRequest?
        var lastTaken: RunRequest?
        var isSuspected = false
        var since: Timestamp?
        var total = Duration.zero
    }

    private let state = Mutex(State())
    private let gate = Gate()

    /// A container that is not paused, and of which nothing is wished.
    init() {}

    /// Wishes for a pause or its end; the newest wish counts, one that was taken before is no news.
    func ask(_ request: RunRequest) {
        state.withLock { if $0.lastTaken != request { $0.wish = request } }
        gate.open()
    }

    /// Tells what a list of containers says; where that is not what is known, the engine is to be asked.
    package func compare(isPaused: Bool) {
        let isNews = state.withLock { state in
            guard isPaused != (state.since != nil) else { return false }
            state.isSuspected = true
            return true
        }
        if isNews { gate.open() }
    }

    /// Waits for something to do.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    func next() async throws(CancellationError) -> Turn {
        while true {
            try await gate.wait { state.withLock { $0.wish == nil && !$0.isSuspected } }
            let turn: Turn? = state.withLock { state in
                if let wish = state.wish {
                    (state.wish, state.lastTaken) = (nil, wish)
                    return .wish(wish)
                }
                defer { state.isSuspected = false }
                return state.isSuspected ? .look : nil
            }
            if let turn { return turn }
        }
    }

    /// Begins with what is known of an attempt that another agent process looked after.
    ///
    /// - Parameters:
    ///   - total: for how long it had been paused before.
    ///   - since: since when it is paused; nil = it is not.
    func begin(total: Duration, since: Timestamp?) {
        state.withLock { ($0.total, $0.since) = (total, since) }
    }

    /// Notes what the engine says; false where that was known.
    func note(isPaused: Bool, at now: Timestamp) -> Bool {
        let isNews = state.withLock { state in
            guard isPaused != (state.since != nil) else { return false }
            if let since = state.since { state.total += max(.zero, now - since) }
            state.since = isPaused ? now : nil
            return true
        }
        if isNews { gate.open() }
        return isNews
    }

    /// Whether it is paused.
    var isPaused: Bool { state.withLock { $0.since != nil } }

    /// For how long it was paused, a pause that goes on left out.
    var total: Duration { state.withLock { $0.total } }

    /// Waits while it is paused.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    func untilResumed() async throws(CancellationError) {
        try await gate.wait { isPaused }
    }
}
