/// The days of a cron expression: those of the month, those of the week, and how they go together.
struct CronDays: Hashable, Sendable {
    struct OfMonth: Hashable, Sendable {
        /// A bit for each day, 1…31.
        var mask: UInt64 = 0
        /// `L`.
        var last = false
        /// Whether the field is anything but `*` and `?`.
        var isRestricted = true
    }

    struct OfWeek: Hashable, Sendable {
        /// A bit for each weekday, 0 = Sunday.
        var mask: UInt64 = 0
        /// `FRI#2` for each weekday: a bit for each of the 1st…5th.
        var ordinals = [UInt64](repeating: 0, count: 7)
        /// `FRIL`: a bit for each weekday.
        var last: UInt64 = 0
        /// Whether the field is anything but `*` and `?`.
        var isRestricted = true
    }

    let ofMonth: OfMonth
    let ofWeek: OfWeek
    let dayOr: Bool

    /// Whether it fires on a day, given the months.
    func hits(_ day: CivilDate, months: UInt64) -> Bool {
        let (year, month, number) = day.components
        return months.has(month) && mask(year: year, month: month).has(number)
    }

    /// A bit for each day of a month on which it fires.
    func mask(year: Int64, month: Int64) -> UInt64 {
        let length = CivilDate.daysIn(month: month, year: year)
        let all: UInt64 = ((1 << UInt64(length)) - 1) << 1
        switch (ofMonth.isRestricted, ofWeek.isRestricted) {
        case (false, false): return all
        case (true, false): return monthMask(length) & all
        case (false, true): return weekMask(year, month, length) & all
        case (true, true):
            let week = weekMask(year, month, length)
            return (dayOr ? monthMask(length) | week : monthMask(length) & week) & all
        }
    }

    private func monthMask(_ length: Int64) -> UInt64 { ofMonth.mask | (ofMonth.last ? 1 << UInt64(length) : 0) }

    private func weekMask(_ year: Int64, _ month: Int64, _ length: Int64) -> UInt64 {
        guard let first = CivilDate(year: year, month: month, day: 1) else { return 0 }
        var mask: UInt64 = 0
        var weekday = first.weekday
        for day in 1...length {
            let isHit =
                ofWeek.mask.has(weekday) || ofWeek.ordinals[Int(weekday)].has((day - 1) / 7 + 1)
                || (day + 7 > length && ofWeek.last.has(weekday))
            if isHit { mask |= 1 << UInt64(day) }
            weekday = weekday == 6 ? 0 : weekday + 1
        }
        return mask
    }
}

extension CivilDate {
    /// 0 = Sunday … 6 = Saturday.
    var weekday: Int64 { (daysSinceEpoch % 7 + 11) % 7 }
}

extension UInt64 {
    func has(_ bit: Int64) -> Bool { (0..<64).contains(bit) && self >> UInt64(bit) & 1 == 1 }

    /// The lowest bit that is set, from a place on.
    func first(from bit: Int64) -> Int64? {
        guard bit < 64 else { return nil }
        let start = UInt64(Swift.max(bit, 0))
        let rest = (self >> start) << start
        return rest == 0 ? nil : Int64(rest.trailingZeroBitCount)
    }

    /// The highest bit that is set, up to a place.
    func last(upTo bit: Int64) -> Int64? {
        guard bit >= 0 else { return nil }
        let rest = bit >= 63 ? self : self & ((1 << UInt64(bit + 1)) - 1)
        return rest == 0 ? nil : Int64(63 - rest.leadingZeroBitCount)
    }
}

extension Int64 {
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    func flooredRemainder(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
