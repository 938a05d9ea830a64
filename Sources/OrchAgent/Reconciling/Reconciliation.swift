import OrchInfrastructure

/// Decides what to do about attempts that the controller says are this agent's. Pure: a table of held attempts,
/// containers and memory.
enum Reconciliation {
    /// Whether this agent ever began to start a process for an attempt.
    enum History: Sendable, Hashable, CaseIterable {
        case launched
        case neverLaunched
        /// Its memory does not reach back so far.
        case unknown
    }

    /// What to do about one attempt.
    enum Decision: Sendable, Hashable {
        /// It is being looked after.
        case leave
        /// Follow its container, or finalise it where it has ended, or start it where that was not done yet.
        case adopt
        /// Its claim got lost on the way: run it.
        case launch
        /// Its container is gone: report that.
        case missing
    }

    /// The decision for one held attempt.
    ///
    /// - Parameters:
    ///   - isKnown: whether the agent looks after it, or did so since the list of held attempts was asked for.
    ///   - hasContainer: whether a container with its labels is on the host, in whatever state.
    ///   - history: what the agent remembers of it.
    static func decision(isKnown: Bool, hasContainer: Bool, history: History) -> Decision {
        if isKnown { return .leave }
        if hasContainer { return .adopt }
        switch history {
        case .neverLaunched: return .launch
        // In doubt it ran: a run is never started twice.
        case .launched, .unknown: return .missing
        }
    }
}
