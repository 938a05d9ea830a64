/// Walks over the digits and separators of a date or time. A function that does not find its form moves nothing.
struct DigitCursor {
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let end: Int

    var isAtEnd: Bool { position == end }

    /// Passes over one byte, if it is the next.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// As many digits as there are, if their number is in the range.
    mutating func number(_ digits: ClosedRange<Int>) -> Int? {
        var value = 0
        var index = position
        while index < end, index - position < digits.upperBound {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value * 10 + Int(digit)
            index += 1
        }
        guard index - position >= digits.lowerBound else { return nil }
        position = index
        return value
    }

    /// `YYYY-MM-DD` as days since 1970.
    mutating func isoDate() -> Int? {
        let start = position
        if let year = number(4...4), skip(UInt8(ascii: "-")), let month = number(2...2), skip(UInt8(ascii: "-")),
            let day = number(2...2), let days = Self.days(year, month, day)
        {
            return days
        }
        position = start
        return nil
    }

    /// `M/D/YYYY` as days since 1970.
    mutating func usDate() -> Int? {
        let start = position
        if let month = number(1...2), skip(UInt8(ascii: "/")), let day = number(1...2), skip(UInt8(ascii: "/")),
            let year = number(4...4), let days = Self.days(year, month, day)
        {
            return days
        }
        position = start
        return nil
    }

    /// One to six digits of a second, as microseconds.
    mutating func fraction() -> Int64? {
        let start = position
        guard var value = number(1...6) else { return nil }
        for _ in (position - start)..<6 { value *= 10 }
        return Int64(value)
    }

    /// Days since 1970 of a date, if there is such a day.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        guard year >= 1, (1...12).contains(month), day >= 1, day <= CalendarDay.daysInMonth(year: year, month: month)
        else {
            return nil
        }
        return CalendarDay.days(year: year, month: month, day: day)
    }
}
