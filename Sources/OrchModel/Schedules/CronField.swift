/// What a field of a cron expression may hold.
enum CronField: Int, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// As errors call it.
    var title: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of the month"
        case .month: "month"
        case .dayOfWeek: "day of the week"
        }
    }

    /// Its numbers; Sunday is 0 and 7.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The last number of a cycle.
    var last: Int { self == .dayOfWeek ? 6 : range.upperBound }

    /// Three letters for each number from the first on.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// What is expected, in words.
    var expectation: String {
        switch self {
        case .minute: "0 to 59"
        case .hour: "0 to 23"
        case .dayOfMonth: "1 to 31, or L for the last day"
        case .month: "1 to 12, or JAN to DEC"
        case .dayOfWeek:
            "0 to 7 (0 and 7 are Sunday), or SUN to SAT, with #2 for the second or L for the last of a month"
        }
    }

    /// Whether a range may run over the end of the cycle; months are not equally long.
    var wraps: Bool { self != .dayOfMonth }
}
