/// The arithmetic of the Gregorian calendar that the rules of zones need; days count from 1970-01-01.
enum Gregorian {
    /// The seconds of 400 years, after which the calendar repeats itself, weekdays too.
    static let secondsInCycle: Int64 = 146_097 * 86_400

    static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func day(ofNewYear year: Int64) -> Int64 {
        let before = year - 1
        return 365 * (year - 1970) + floor(before, 4) - floor(before, 100) + floor(before, 400) - 477
    }

    static func day(ofSecond second: Int64) -> Int64 { floor(second, 86_400) }

    static func year(ofDay day: Int64) -> Int64 {
        // At most one year off, either way.
        var year = 1970 + floor(day * 400, 146_097)
        while self.day(ofNewYear: year) > day { year -= 1 }
        while self.day(ofNewYear: year + 1) <= day { year += 1 }
        return year
    }

    /// The first day of a month, 1…12; of 13 it is the next year's.
    static func day(ofMonth month: Int64, in year: Int64) -> Int64 {
        let before: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]
        let index = Int(min(max(month, 1), 13)) - 1
        return day(ofNewYear: year) + before[index] + (index > 1 && isLeap(year) ? 1 : 0)
    }

    /// 0 = Sunday. 1970-01-01 was a Thursday.
    static func weekday(ofDay day: Int64) -> Int64 { day + 4 - 7 * floor(day + 4, 7) }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
