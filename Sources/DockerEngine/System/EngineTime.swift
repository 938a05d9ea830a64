/// A point in time to the nanosecond, as the daemon writes and reads it.
///
/// Compare these, never the texts: the daemon trims trailing zeros of the fraction.
package struct EngineTime: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// Nanoseconds on top, 0 to 999,999,999.
    package let nanoseconds: Int32

    /// A point in time.
    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Parses RFC 3339 with up to nine digits of fraction, in UTC or with an offset; nil for anything else.
    package init?(rfc3339 text: String) {
        self.init(ascii: Array(text.utf8)[...])
    }

    /// Parses the same from bytes.
    init?(ascii text: ArraySlice<UInt8>) {
        guard let (seconds, nanoseconds) = text.withUnsafeBufferPointer(Self.read) else { return nil }
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// Reads `2026-11-21T08:30:52.970134165Z`, where the fraction may be shorter or missing and an offset take the place of
    /// the `Z`.
    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> (Int64, Int32)? {
        let reader = DigitReader(text: text)
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = reader.number(at: 0, 4), let month = reader.number(at: 5, 2),
            let day = reader.number(at: 8, 2), let hour = reader.number(at: 11, 2),
            let minute = reader.number(at: 14, 2), let second = reader.number(at: 17, 2),
            month >= 1, month <= 12, day >= 1, day <= 31, hour < 24, minute < 60, second <= 60,
            let (nanoseconds, end) = reader.fraction(at: 19), let offset = reader.offset(at: end)
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        return (Int64(days * 86_400 + hour * 3_600 + minute * 60 + second - offset), Int32(nanoseconds))
    }

    /// Orders by time.
    package static func < (left: EngineTime, right: EngineTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The value of a query item, `seconds.nanoseconds`.
    var query: String {
        let digits = "\(nanoseconds)"
        return "\(seconds)." + String(repeating: "0", count: 9 - digits.count) + digits
    }

    /// Days of the proleptic Gregorian calendar; years are counted from March, so that leap days come last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leapDays + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }
}

/// Reads numbers of digits at known places; a log has one time for each line, so nothing is allocated.
private struct DigitReader {
    let text: UnsafeBufferPointer<UInt8>

    /// The number of so many digits; nil where there are others.
    @inline(__always)
    func number(at start: Int, _ width: Int) -> Int? {
        guard start + width <= text.count else { return nil }
        var value = 0
        for index in start..<start + width {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// Nanoseconds of `.123`, 0 where there is no point, and where they end; nil for a malformed fraction.
    func fraction(at start: Int) -> (Int, end: Int)? {
        guard start < text.count, text[start] == UInt8(ascii: ".") else { return (0, start) }
        var value = 0
        var end = start + 1
        while end < text.count, end <= start + 9, let digit = number(at: end, 1) {
            value = value * 10 + digit
            end += 1
        }
        guard end > start + 1 else { return nil }
        for _ in end..<start + 10 { value *= 10 }
        return (value, end)
    }

    /// Seconds of `Z` or `+02:00`, which end the text; nil for anything else.
    func offset(at start: Int) -> Int? {
        guard start < text.count else { return nil }
        if text[start] == UInt8(ascii: "Z") { return start + 1 == text.count ? 0 : nil }
        let sign = text[start] == UInt8(ascii: "+") ? 1 : text[start] == UInt8(ascii: "-") ? -1 : 0
        guard sign != 0, start + 6 == text.count, text[start + 3] == UInt8(ascii: ":"),
            let hours = number(at: start + 1, 2), let minutes = number(at: start + 4, 2), hours <= 18, minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }
}
