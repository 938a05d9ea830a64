/// What became of a slot of a schedule, or of several one after the other that had the same fate.
public struct ScheduleSlotRecord: Codable, Hashable, Sendable {
    /// What became of it.
    public enum Outcome: String, Codable, Sendable, CaseIterable {
        /// It made a run.
        case run
        /// It made none.
        case skipped
    }

    public var first: ScheduleSlot
    /// The same where it is one slot.
    public var last: ScheduleSlot
    /// How many.
    public var count: Int
    public var outcome: Outcome
    /// Why it was skipped, or why the run was made later than its slot; nil = there is nothing to say.
    public var reason: String?
    /// The run that it made.
    public var runID: Identifier?
    /// The run's name and the name of its state; nil where it is removed.
    public var runName: String?
    public var runState: String?
    /// When that was decided.
    public var at: Timestamp

    /// What became of slots.
    public init(
        first: ScheduleSlot, last: ScheduleSlot, count: Int, outcome: Outcome, reason: String? = nil,
        runID: Identifier? = nil, runName: String? = nil, runState: String? = nil, at: Timestamp
    ) {
        self.first = first
        self.last = last
        self.count = count
        self.outcome = outcome
        self.reason = reason
        self.runID = runID
        self.runName = runName
        self.runState = runState
        self.at = at
    }
}
