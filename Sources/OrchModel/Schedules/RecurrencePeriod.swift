/// Which days a recurrence rule is about: those of its periods (each second year, each third week) that its `BY…` parts let through.
struct RecurrencePeriod {
    private let parts: RecurrenceParts
    private let start: CivilDate

    init(_ parts: RecurrenceParts, start: CivilDate) {
        (self.parts, self.start) = (parts, start)
    }

    /// Whether a day's period is one that the interval leaves.
    func isWanted(_ day: CivilDate) -> Bool { distance(day).flooredRemainder(step) == 0 }

    /// Whether the `BY…` parts let a day through.
    func matches(_ day: CivilDate) -> Bool {
        let (year, month, number) = day.components
        guard parts.byMonth.isEmpty || parts.byMonth.contains(month) else { return false }
        let length = CivilDate.daysIn(month: month, year: year)
        if !parts.byMonthDay.isEmpty, !parts.byMonthDay.contains(number),
            !parts.byMonthDay.contains(number - length - 1)
        {
            return false
        }
        if !parts.byYearDay.isEmpty {
            let (place, days) = Self.placeInYear(day, year)
            guard parts.byYearDay.contains(place) || parts.byYearDay.contains(place - days - 1) else { return false }
        }
        if !parts.byWeekNumber.isEmpty {
            let (week, weeks) = weekNumber(day, year)
            guard parts.byWeekNumber.contains(week) || parts.byWeekNumber.contains(week - weeks - 1) else {
                return false
            }
        }
        return parts.byDay.isEmpty || parts.byDay.contains { hits($0, day, year, number, length) }
    }

    /// The first and the last day of a day's period.
    func bounds(around day: CivilDate) -> (first: CivilDate, last: CivilDate) {
        let (year, month, number) = day.components
        let (first, count): (CivilDate, Int64)
        switch parts.frequency {
        case .yearly:
            let (place, days) = Self.placeInYear(day, year)
            (first, count) = (day.adding(days: 1 - place), days)
        case .monthly: (first, count) = (day.adding(days: 1 - number), CivilDate.daysIn(month: month, year: year))
        case .weekly: (first, count) = (Self.weekBegin(day, parts.weekStart), 7)
        default: (first, count) = (day, 1)
        }
        return (first, first.adding(days: count - 1))
    }

    /// The days of a day's period that the `BY…` parts let through, ascending.
    func days(around day: CivilDate) -> [CivilDate] {
        let (first, last) = bounds(around: day)
        return (first.daysSinceEpoch...last.daysSinceEpoch).map { CivilDate(daysSinceEpoch: $0) }.filter { matches($0) }
    }

    /// The next day that may match.
    func candidate(after day: CivilDate) -> CivilDate? {
        let next = day.adding(days: 1)
        let rest = distance(next).flooredRemainder(step)
        if rest != 0 { return begin(distance(next) - rest + step) }
        return skippingMonths(next, forward: true)
    }

    /// The last day before one that may match.
    func candidate(before day: CivilDate) -> CivilDate? {
        let last = day.adding(days: -1)
        let rest = distance(last).flooredRemainder(step)
        if rest != 0 { return begin(distance(last) - rest + 1)?.adding(days: -1) }
        return skippingMonths(last, forward: false)
    }

    /// Days between periods that are left; hours and minutes are looked at day by day.
    private var step: Int64 {
        switch parts.frequency {
        case .hourly: parts.interval % 24 == 0 ? parts.interval / 24 : 1
        case .minutely: parts.interval % 1440 == 0 ? parts.interval / 1440 : 1
        default: parts.interval
        }
    }

    /// How many periods a day's is after the first.
    private func distance(_ day: CivilDate) -> Int64 {
        switch parts.frequency {
        case .yearly: return day.components.year - start.components.year
        case .monthly:
            let (from, to) = (start.components, day.components)
            return (to.year - from.year) * 12 + to.month - from.month
        case .weekly:
            let days =
                Self.weekBegin(day, parts.weekStart).daysSinceEpoch
                - Self.weekBegin(start, parts.weekStart).daysSinceEpoch
            return days / 7
        default: return day.daysSinceEpoch - start.daysSinceEpoch
        }
    }

    /// The first day of the period that is so many after the first.
    private func begin(_ distance: Int64) -> CivilDate? {
        let (year, month, _) = start.components
        switch parts.frequency {
        case .yearly: return CivilDate(year: year + distance, month: 1, day: 1)
        case .monthly:
            let months = year * 12 + month - 1 + distance
            return CivilDate(year: months.flooredQuotient(12), month: months.flooredRemainder(12) + 1, day: 1)
        case .weekly: return Self.weekBegin(start, parts.weekStart).adding(days: distance * 7)
        default: return start.adding(days: distance)
        }
    }

    /// The day, or the end of the month nearest to it in which one may match.
    private func skippingMonths(_ day: CivilDate, forward: Bool) -> CivilDate? {
        guard !parts.byMonth.isEmpty else { return day }
        var (year, month, _) = day.components
        if parts.byMonth.contains(month) { return day }
        for _ in 0..<12 where !parts.byMonth.contains(month) {
            month += forward ? 1 : -1
            if month == 13 { (year, month) = (year + 1, 1) }
            if month == 0 { (year, month) = (year - 1, 12) }
        }
        return CivilDate(year: year, month: month, day: forward ? 1 : CivilDate.daysIn(month: month, year: year))
    }

    private func hits(
        _ wanted: RecurrenceParts.Weekday, _ day: CivilDate, _ year: Int64, _ number: Int64, _ length: Int64
    ) -> Bool {
        guard wanted.day == day.weekday else { return false }
        guard let ordinal = wanted.ordinal else { return true }
        var (place, days) = (number, length)
        // Of the year, where no month is named.
        if parts.frequency == .yearly, parts.byMonth.isEmpty { (place, days) = Self.placeInYear(day, year) }
        return ordinal > 0 ? (place - 1) / 7 + 1 == ordinal : (days - place) / 7 + 1 == -ordinal
    }

    private static func placeInYear(_ day: CivilDate, _ year: Int64) -> (place: Int64, days: Int64) {
        let isLeap = CivilDate.daysIn(month: 2, year: year) == 29
        guard let first = CivilDate(year: year, month: 1, day: 1) else { return (1, 365) }
        return (day.daysSinceEpoch - first.daysSinceEpoch + 1, isLeap ? 366 : 365)
    }

    private static func weekBegin(_ day: CivilDate, _ weekStart: Int64) -> CivilDate {
        day.adding(days: -(day.weekday - weekStart).flooredRemainder(7))
    }

    /// A day's week, and how many its year has. The first is the one with at least four days in the year.
    private func weekNumber(_ day: CivilDate, _ year: Int64) -> (week: Int64, weeks: Int64) {
        func first(_ year: Int64) -> Int64 {
            // 4 January is always in it.
            CivilDate(year: year, month: 1, day: 4).map { Self.weekBegin($0, parts.weekStart).daysSinceEpoch } ?? .min
                / 2
        }
        var weekYear = year
        if day.daysSinceEpoch < first(year) {
            weekYear = year - 1
        } else if day.daysSinceEpoch >= first(year + 1), first(year + 1) > .min / 2 {
            weekYear = year + 1
        }
        let begin = first(weekYear)
        return ((day.daysSinceEpoch - begin) / 7 + 1, (first(weekYear + 1) - begin) / 7)
    }
}
