/// A durable wish to pause, suspend or resume a run, until it is fulfilled.
public struct RunRequest: Codable, Hashable, Sendable {
    /// What is wished.
    public enum Action: String, Codable, Sendable, CaseIterable {
        /// Freeze the container, or hold the run in its queue.
        case pause
        /// End the container, and keep the run for another attempt.
        case suspend
        /// Thaw the container, or let the run wait for an agent again.
        case resume

        /// `paused`, `suspended`, `resumed`.
        public var participle: String {
            switch self {
            case .pause: "paused"
            case .suspend: "suspended"
            case .resume: "resumed"
            }
        }
    }

    public var action: Action
    public var by: String
    public var at: Timestamp
    /// True for a suspension that cannot be taken back any more, as the container is being stopped; nil otherwise.
    public var isUnderWay: Bool?
    /// Of a resumption: who asked for the suspension that was under way, and is carried out first; nil where none was.
    public var suspendedBy: String?

    public init(_ action: Action, by: String, at: Timestamp) {
        self.action = action
        self.by = by
        self.at = at
    }

    /// The suspension that is to be carried out, whatever follows it; nil where none is.
    public var suspension: RunRequest? {
        action == .suspend ? self : suspendedBy.map { RunRequest(.suspend, by: $0, at: at) }
    }

    /// Whether the container is being stopped for a suspension.
    public var isStopping: Bool { isUnderWay == true || suspendedBy != nil }

    /// What becomes of this wish where the container is being stopped for a suspension.
    ///
    /// A resumption follows the suspension; a pause that crossed it is overtaken.
    public func following(_ suspension: RunRequest) -> RunRequest {
        var wish = action == .pause ? suspension : self
        if action == .resume { wish.suspendedBy = suspension.by } else { wish.isUnderWay = true }
        return wish
    }
}
