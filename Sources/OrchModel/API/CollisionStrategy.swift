/// What becomes of a run that is due while a limit lets no further one be live.
public enum CollisionStrategy: String, Codable, Sendable, Hashable, CaseIterable {
    /// It waits for its turn.
    case enqueue
    /// It is cancelled.
    case cancelNew = "cancel-new"
    /// The one that is live the longest is cancelled, and it takes that one's place.
    case cancelRunning = "cancel-running"
}
