/// What a run is doing, in the words Prefect users know.
public enum StateType: String, Codable, Sendable, CaseIterable {
    case scheduled = "SCHEDULED"
    case pending = "PENDING"
    case running = "RUNNING"
    case paused = "PAUSED"
    case cancelling = "CANCELLING"
    case cancelled = "CANCELLED"
    case completed = "COMPLETED"
    case failed = "FAILED"
    case crashed = "CRASHED"

    /// True for a state that a run does not leave by itself.
    public var isTerminal: Bool {
        switch self {
        case .completed, .failed, .cancelled, .crashed: true
        case .scheduled, .pending, .running, .paused, .cancelling: false
        }
    }

    /// The name shown where a state has no narrower one: `Running`.
    public var defaultName: String { rawValue.prefix(1) + rawValue.dropFirst().lowercased() }
}

/// One state of a run: type, name, why, when, and who caused it.
public struct RunState: Codable, Hashable, Sendable {
    /// The type, which decides what may follow.
    public var type: StateType
    /// The name, narrower than the type: `Retrying` is a RUNNING state.
    public var name: String
    /// One sentence: why the run is in this state. Never holds a secret.
    public var message: String
    /// When the state was entered.
    public var at: Timestamp
    /// Who caused it: `server`, `agent <name>`, `flow`, `user <name>`.
    public var actor: String

    /// A run that no agent took for a while though it was due.
    public static let lateName = "Late"
    /// A run that waits for its next attempt.
    public static let awaitingRetryName = "AwaitingRetry"
    /// A task that waits for a slot of one of its tags.
    public static let awaitingSlotName = "AwaitingConcurrencySlot"
    /// A run that waits for something outside, and has no container until it is looked for again.
    public static let awaitingRescheduleName = "AwaitingReschedule"
    /// A run whose agent pulls its image.
    public static let pullingName = "Pulling"
    /// A run in its second attempt or a later one.
    public static let retryingName = "Retrying"
    /// A run that took longer than it may.
    public static let timedOutName = "TimedOut"
    /// A paused run that has no container: resuming it means another attempt.
    public static let suspendedName = "Suspended"
    /// A task that was not to run: it was not chosen, or its trigger rule did not hold.
    public static let skippedName = "Skipped"
    /// A task whose result an earlier run of it had made: it was not done again.
    public static let cachedName = "Cached"
    /// A task that could not run because one before it did not succeed.
    public static let upstreamFailedName = "UpstreamFailed"
    /// All names that are narrower than their types.
    public static let narrowNames = [
        lateName, awaitingRetryName, awaitingSlotName, awaitingRescheduleName, pullingName, retryingName, timedOutName,
        suspendedName, skippedName,
    ]

    /// Whether an agent that reports it is done with the attempt: the run has ended, it is suspended, or it waits for
    /// something without a container.
    public var endsAttempt: Bool { type.isTerminal || isSuspended || awaitsReschedule }

    /// Whether the run waits for something outside, and has no container.
    public var awaitsReschedule: Bool { type == .scheduled && name == Self.awaitingRescheduleName }

    /// Whether the run is paused and has no container.
    public var isSuspended: Bool { type == .paused && name == Self.suspendedName }

    /// A state; `name` defaults to the type's own.
    public init(_ type: StateType, name: String? = nil, message: String, at: Timestamp, actor: String) {
        self.type = type
        self.name = name ?? type.defaultName
        self.message = message
        self.at = at
        self.actor = actor
    }
}
