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
        var reader = DigitReader(text)
        guard
            let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T"), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60,
            let nanoseconds = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        self.seconds = Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)
        self.nanoseconds = Int32(nanoseconds)
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

/// Reads fixed-width numbers.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) {
        rest = text
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Character) -> Bool {
        guard let byte = rest.first, byte == character.asciiValue else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        guard rest.count >= width else { return nil }
        var value = 0
        for byte in rest.prefix(width) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        rest.removeFirst(width)
        return value
    }

    /// Nanoseconds of `.123`, 0 where there is no point; nil for a malformed fraction.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        var value = 0
        var digits = 0
        while digits < 9, let digit = number(1) {
            value = value * 10 + digit
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in digits..<9 { value *= 10 }
        return value
    }

    /// Seconds of `Z` or `+02:00`; nil for anything else.
    mutating func offset() -> Int? {
        if skip("Z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2) else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }
}
