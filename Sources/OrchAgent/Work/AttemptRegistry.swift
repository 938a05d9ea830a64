import OrchInfrastructure
import OrchModel
import Synchronization

/// The attempts this agent looks after now.
final class AttemptRegistry: Sendable {
    private struct Entry {
        var token: String
        var order: StopOrder
    }

    private struct State {
        var entries: [AttemptKey: Entry] = [:]
        /// Those that ended since the last list of held attempts was asked for: that list may still name them.
        var ended: Set<AttemptKey> = []
        /// The last ones that ended, oldest first: an answer that was long on its way may still hand one of them out.
        var past: [AttemptKey] = []
        /// Those that the controller says are this agent's, and that nobody has taken in yet.
        var waiting: Set<AttemptKey> = []
        var hasHeard = false
        var hasLooked = false
        var hasPassed = false
        var isClosed = false
        /// Polls on their way whose answers may hold attempts.
        var asking = 0
    }

    private let state = Mutex(State())
    /// Opens when an attempt comes or goes, and when others have reason to count again.
    let changed = Gate()

    /// Asks for no more attempts; those there are go on.
    func close() {
        state.withLock { $0.isClosed = true }
        changed.open()
    }

    /// Notes that a poll is on its way whose answer may hold attempts.
    func beginAsking() { state.withLock { $0.asking += 1 } }

    /// Notes that its answer has come, and what it held was taken in, or that none will come.
    func endAsking() {
        state.withLock { $0.asking -= 1 }
        changed.open()
    }

    /// Whether no more attempts are asked for, and there are none.
    var isIdle: Bool { state.withLock { $0.isClosed && $0.entries.isEmpty && $0.asking == 0 } }

    /// Whether no more are asked for.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// How many there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// How many slots are taken: those there are, and those that are held and will be taken in.
    var load: Int { state.withLock { $0.entries.count + $0.waiting.count } }

    /// How many ended attempts are remembered.
    static let memory = 1000

    /// Takes an attempt in; nil where it is in already, so that nothing is ever run twice.
    ///
    /// - Parameter isFresh: whether the controller said just now that the attempt is live; else nil where it has ended.
    func begin(_ claimed: ClaimedRun, isFresh: Bool) -> StopOrder? {
        defer { changed.open() }
        return state.withLock { state in
            guard state.entries[claimed.key] == nil, isFresh || !state.past.contains(claimed.key) else { return nil }
            let order = StopOrder()
            state.entries[claimed.key] = Entry(token: claimed.token, order: order)
            state.waiting.remove(claimed.key)
            return order
        }
    }

    /// Lets an attempt go.
    func end(_ key: AttemptKey) {
        state.withLock { state in
            state.entries[key] = nil
            state.ended.insert(key)
            state.past.append(key)
            if state.past.count > Self.memory { state.past.removeFirst() }
        }
        changed.open()
    }

    /// The order of an attempt that is looked after.
    func order(of key: AttemptKey) -> StopOrder? { state.withLock { $0.entries[key]?.order } }

    /// What leases are renewed for, oldest run first.
    func held() -> [LeaseRenewal.Held] {
        state.withLock { state in
            state.entries
                .map { LeaseRenewal.Held(runID: $0.key.run, attempt: $0.key.attempt, token: $0.value.token) }
                .sorted { ($0.runID, $0.attempt) < ($1.runID, $1.attempt) }
        }
    }

    /// Whether it is known which attempts are held: not at the start, nor once an answer that may have held some is lost.
    var hasHeard: Bool { state.withLock { $0.hasHeard } }

    /// Notes which attempts the controller says are this agent's.
    func hear(_ held: [AttemptKey]) {
        state.withLock { state in
            state.waiting = Set(held).subtracting(state.entries.keys).subtracting(state.past)
            state.hasHeard = true
        }
        changed.open()
    }

    /// Notes that the controller names no others any more.
    func hearAgain(_ held: [AttemptKey]) {
        state.withLock { $0.waiting.formIntersection(held) }
        changed.open()
    }

    /// Notes that the controller may have given attempts of which nothing was heard.
    func doubt() { state.withLock { $0.hasHeard = false } }

    /// Whether the engines were asked for once, or have had their time to answer.
    var hasLooked: Bool { state.withLock { $0.hasLooked } }

    /// Notes that they were.
    func endLook() {
        state.withLock { $0.hasLooked = true }
        changed.open()
    }

    /// Called before the controller is asked which attempts are held.
    func beginPass() { state.withLock { $0.ended = [] } }

    /// Called once attempts and containers have been compared.
    func endPass() { state.withLock { $0.hasPassed = true } }

    /// Whether they ever were.
    var hasPassed: Bool { state.withLock { $0.hasPassed } }

    /// Whether an attempt is looked after, or was since ``beginPass()``.
    func isKnown(_ key: AttemptKey) -> Bool {
        state.withLock { $0.entries[key] != nil || $0.ended.contains(key) }
    }
}
