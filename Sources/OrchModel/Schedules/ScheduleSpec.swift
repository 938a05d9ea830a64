/// When a deployment runs by itself, and what is done about slots that cannot be kept.
public struct ScheduleSpec: Hashable, Sendable {
    /// Names it within its deployment. Defaults to `default`.
    public var slug: String
    /// When it fires.
    public var rule: ScheduleRule
    /// The IANA's name of the zone whose clocks it follows. Defaults to `UTC`.
    public var timezone: String
    /// Whether it fires; nil = as it was, and at first yes.
    public var isActive: Bool?
    /// Values that its runs have instead of the deployment's.
    public var parameters: [String: JSONValue]
    /// No slot before it; nil = none before the schedule was made.
    public var starts: ScheduleMoment?
    /// No slot from it on; nil = no end.
    public var ends: ScheduleMoment?
    /// How many seconds later than its slot a run may be due: a share of them that is always the same for a slot. nil = 0.
    public var jitterSeconds: Int?
    /// Whether the slots from `starts` until the schedule was made get runs. Defaults to false.
    public var catchup: Bool
    /// What is done about slots that passed meanwhile. Defaults to the latest one.
    public var missed: MissedPolicy
    /// A slot that passed longer ago gets no run, whatever the policy says; nil = 365 days.
    public var catchupWindowSeconds: Int?
    /// What is done where the run before has not ended. Defaults to skipping.
    public var overlap: OverlapPolicy
    /// How many runs of it may wait; nil = any number, and 1 where `overlap` is `buffer-one`.
    public var maxQueued: Int?
    /// It pauses itself after so many runs in a row that failed; nil = never.
    public var pauseAfterFailures: Int?

    /// A schedule; see the properties for defaults.
    public init(
        slug: String = "default", rule: ScheduleRule, timezone: String = "UTC", isActive: Bool? = nil,
        parameters: [String: JSONValue] = [:], starts: ScheduleMoment? = nil, ends: ScheduleMoment? = nil,
        jitterSeconds: Int? = nil, catchup: Bool = false, missed: MissedPolicy = .latest,
        catchupWindowSeconds: Int? = nil, overlap: OverlapPolicy = .skip, maxQueued: Int? = nil,
        pauseAfterFailures: Int? = nil
    ) {
        self.slug = slug
        self.rule = rule
        self.timezone = timezone
        self.isActive = isActive
        self.parameters = parameters
        self.starts = starts
        self.ends = ends
        self.jitterSeconds = jitterSeconds
        self.catchup = catchup
        self.missed = missed
        self.catchupWindowSeconds = catchupWindowSeconds
        self.overlap = overlap
        self.maxQueued = maxQueued
        self.pauseAfterFailures = pauseAfterFailures
    }

    /// ``catchupWindowSeconds`` where a schedule does not say it: 365 days.
    public static let catchupWindowDefault = 31_536_000

    /// A length of time for people: `365 days`, or `PT1H30M` where it is not whole days.
    public static func text(ofSeconds seconds: Int) -> String {
        guard seconds >= 86_400, seconds % 86_400 == 0 else { return TimeSpan(.seconds(seconds)).iso }
        return seconds == 86_400 ? "1 day" : "\(seconds / 86_400) days"
    }
}
