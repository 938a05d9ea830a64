/// The slot of a schedule that made a run.
public struct ScheduledSlot: Codable, Hashable, Sendable {
    /// The schedule.
    public var scheduleID: Identifier
    /// The schedule's name within its deployment.
    public var slug: String
    /// The slot, known by the time that clocks of the schedule's zone show.
    public var slot: ScheduleSlot

    /// A slot of a schedule.
    public init(scheduleID: Identifier, slug: String, slot: ScheduleSlot) {
        self.scheduleID = scheduleID
        self.slug = slug
        self.slot = slot
    }

    /// What tells it from every other slot: its run's idempotency key.
    public var key: String { "schedule/" + slot.identity(of: scheduleID) }
}
