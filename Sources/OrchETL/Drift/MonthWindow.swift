import TableFormats

/// The moments of a month.
struct MonthWindow {
    /// The month's first day, since 1970.
    let firstDay: Int
    /// The month's moments, in microseconds since 1970.
    let month: Range<Int64>
    /// The month's and those of the day before and the day after.
    let tolerated: Range<Int64>

    init(_ month: FileMonth) {
        self.init(year: month.year, month: month.month)
    }

    /// The month that a moment is of; one beyond the years 1 to 9999 counts as of the first or last month.
    init(of microseconds: Int64) {
        let supported = CalendarDay.supportedMicroseconds
        let clamped = min(max(microseconds, supported.lowerBound), supported.upperBound)
        let date = CalendarDay.date(days: CalendarDay.days(microseconds: clamped))
        self.init(year: date.year, month: date.month)
    }

    private init(year: Int, month: Int) {
        let day = CalendarDay.microsecondsPerDay
        firstDay = CalendarDay.days(year: year, month: month, day: 1)
        let start = Int64(firstDay) * day
        let end = start + Int64(CalendarDay.daysInMonth(year: year, month: month)) * day
        self.month = start..<end
        tolerated = (start - day)..<(end + day)
    }
}
