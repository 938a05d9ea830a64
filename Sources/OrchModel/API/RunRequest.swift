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

    public init(_ action: Action, by: String, at: Timestamp) {
        self.action = action
        self.by = by
        self.at = at
    }
}
