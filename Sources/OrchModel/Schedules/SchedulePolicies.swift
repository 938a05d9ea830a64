/// What is done about slots that passed while nothing could start them: no controller ran, or the schedule was paused.
public enum MissedPolicy: String, Codable, Sendable, CaseIterable {
    /// Each gets its run, the oldest first.
    case all
    /// The last of them gets its run, the others are skipped. This is the default.
    case latest
    /// All are skipped.
    case none
}

/// What is done about a slot whose schedule still has a run that has not ended. The six are Temporal's.
public enum OverlapPolicy: String, Codable, Sendable, CaseIterable {
    /// The slot is skipped. This is the default.
    case skip
    /// The slot's run waits for the one before it; while one waits, further slots are skipped.
    case bufferOne = "buffer-one"
    /// The slots' runs wait for each other, as many as `maxQueued`.
    case bufferAll = "buffer-all"
    /// The run before it is cancelled, and its own starts when that has ended.
    case cancelOther = "cancel-other"
    /// The run before it is killed with no grace, and its own starts when that has ended.
    case terminateOther = "terminate-other"
    /// The run starts beside the others.
    case allow
}
