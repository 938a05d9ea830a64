/// The parts of a recurrence rule, as RFC 5545 names them.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10>
struct RecurrenceParts: Hashable, Sendable {
    enum Frequency: String, CaseIterable, Comparable, Sendable {
        case yearly = "YEARLY"
        case monthly = "MONTHLY"
        case weekly = "WEEKLY"
        case daily = "DAILY"
        case hourly = "HOURLY"
        case minutely = "MINUTELY"

        static func < (left: Frequency, right: Frequency) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// `2TU`, `-1FR`; no ordinal = each of them.
    struct Weekday: Hashable, Sendable {
        var ordinal: Int64?
        /// 0 = Sunday.
        var day: Int64
    }

    var frequency: Frequency
    var interval: Int64 = 1
    var count: Int?
    var until: ScheduleMoment?
    var byMonth: [Int64] = []
    var byWeekNumber: [Int64] = []
    var byYearDay: [Int64] = []
    var byMonthDay: [Int64] = []
    var byDay: [Weekday] = []
    var byHour: [Int64] = []
    var byMinute: [Int64] = []
    var bySetPosition: [Int64] = []
    /// 0 = Sunday. Defaults to Monday.
    var weekStart: Int64 = 1

    static let weekdayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
}
