/// One firing of a schedule, known by the local time that the schedule names, which a change of clocks does not move.
public struct ScheduleSlot: Codable, Hashable, Sendable {
    /// The schedule.
    public var scheduleID: Identifier
    /// The schedule's name within its deployment.
    public var slug: String
    /// The local time, without a zone: `2026-03-29T02:30:00`.
    public var local: String
    /// 1 for the second of two times with the same local time, where clocks were set back; else 0.
    public var fold: Int

    /// A slot.
    public init(scheduleID: Identifier, slug: String, local: String, fold: Int = 0) {
        self.scheduleID = scheduleID
        self.slug = slug
        self.local = local
        self.fold = fold
    }

    /// What tells it from every other slot: a run's idempotency key.
    public var key: String { "schedule/\(scheduleID)/\(local)/\(fold)" }
}
