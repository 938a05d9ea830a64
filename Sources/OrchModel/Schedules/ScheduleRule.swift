/// When a schedule fires, as it was written.
public enum ScheduleRule: Hashable, Sendable {
    /// Five fields, or a name such as `@monthly`.
    ///
    /// With `dayOr` a time matches where the day of the month or the day of the week does, if both are restricted; without it both
    /// have to.
    case cron(String, dayOr: Bool = true)
    /// Every so many seconds from an anchor on; nil = 2020-01-01T00:00 in the schedule's zone.
    case interval(seconds: Int, anchor: ScheduleMoment? = nil)
    /// Lines of RFC 5545: `RRULE`, and with it `DTSTART`, `RDATE`, `EXDATE`.
    case rrule(String)
}

extension ScheduleRule: CustomStringConvertible {
    /// `cron 0 7 2 * *`, `every PT1H30M`, `rrule FREQ=DAILY`.
    public var description: String {
        switch self {
        case .cron(let text, let dayOr): "cron \(text)" + (dayOr ? "" : " (both days)")
        case .interval(let seconds, let anchor):
            "every \(TimeSpan(.seconds(seconds)).iso)" + (anchor.map { " from \($0)" } ?? "")
        case .rrule(let text): "rrule " + text.split(separator: "\n").joined(separator: " ")
        }
    }
}

extension ScheduleRule {
    /// The member of a schedule that says it.
    var member: String {
        switch self {
        case .cron: "cron"
        case .interval: "interval"
        case .rrule: "rrule"
        }
    }
}
