import TableFormats

/// When the trips of a month begin: hour by hour, as many as the hour of the day brings.
struct SampleClock {
    /// Trips of each hour of the day, in proportion.
    private static let profile = [
        28, 20, 14, 10, 9, 12, 24, 42, 52, 52, 52, 55, 58, 60, 64, 68, 70, 76, 78, 70, 60, 54, 48, 38,
    ]
    private static let profileSum = profile.reduce(0, +)

    /// Seconds since 1970 at the start of the month, as a clock without a zone counts.
    let start: Int
    private let hours: Int
    private let rows: Int
    private var hour = 0
    private var given = 0
    private var due = 0

    /// A clock that gives out `rows` pick-ups.
    init(year: Int, month: Int, rows: Int) {
        start = CalendarDay.days(year: year, month: month, day: 1) * 86_400
        hours = CalendarDay.daysInMonth(year: year, month: month) * 24
        self.rows = rows
        due = dueAfter(hour: 0)
    }

    /// The next pick-up, in seconds since 1970: by hour in order, at random within.
    mutating func next(_ random: inout SampleRandom) -> Int {
        while given >= due, hour < hours - 1 {
            hour += 1
            due = dueAfter(hour: hour)
        }
        given += 1
        return start + hour * 3600 + random.below(3600)
    }

    /// How many of the rows have begun when an hour is over.
    private func dueAfter(hour: Int) -> Int {
        let days = hour / 24
        let within = Self.profile[...(hour % 24)].reduce(0, +)
        return rows * (days * Self.profileSum + within) / (hours / 24 * Self.profileSum)
    }
}
