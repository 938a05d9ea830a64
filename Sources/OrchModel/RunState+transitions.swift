extension StateType {
    /// The states that may follow directly. Out of a terminal state leads a retry alone, which somebody asked for; a repeated
    /// report is not a transition.
    public var successors: Set<StateType> {
        switch self {
        case .scheduled: [.pending, .paused, .cancelled, .crashed]
        case .pending: [.scheduled, .running, .paused, .cancelling, .cancelled, .completed, .failed, .crashed]
        case .running: [.scheduled, .paused, .cancelling, .cancelled, .completed, .failed, .crashed]
        case .paused: [.scheduled, .running, .cancelling, .cancelled, .completed, .failed, .crashed]
        case .cancelling: [.cancelled, .completed, .failed, .crashed]
        case .cancelled, .completed, .failed, .crashed: [.scheduled]
        }
    }
}

extension RunState {
    /// What to do with a proposed state.
    public enum Verdict: Equatable, Sendable {
        /// Take it.
        case accept
        /// The run is there already; nothing changes.
        case repeated
        /// The table has no such step; the text says why.
        case refuse(String)
    }

    /// Decides whether `next` may follow this state.
    public func verdict(on next: RunState) -> Verdict {
        if type == next.type, name == next.name { return .repeated }
        if type == next.type, !type.isTerminal { return .accept }
        if type.successors.contains(next.type) { return .accept }
        return .refuse("a run that is \(name) (\(type.rawValue)) cannot become \(next.name) (\(next.type.rawValue))")
    }

    /// Decides whether a state that an agent or a flow reports may follow: out of a terminal one leads no report, only
    /// somebody's wish.
    public func verdict(onReported next: RunState) -> Verdict {
        guard type.isTerminal, next.type == .scheduled else { return verdict(on: next) }
        return .refuse(
            "a run that is \(name) (\(type.rawValue)) has ended: only a retry that somebody asks for follows")
    }
}
