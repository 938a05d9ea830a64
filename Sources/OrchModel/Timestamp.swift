import FoundationEssentials

/// An instant in UTC with microsecond precision; its text form is RFC 3339 with six decimals.
///
/// Source of the text form: <https://www.rfc-editor.org/rfc/rfc3339#section-5.6>
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    public var microseconds: Int64

    /// An instant given in microseconds since 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The wall clock's instant. The one place where orch reads it.
    public static func now() -> Timestamp {
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The instant that lies `duration` after `instant`; saturates at the ends of the range.
    public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflow2) = instant.microseconds.addingReportingOverflow(scaled)
        guard !overflow, !overflow2 else {
            return Timestamp(microseconds: seconds < 0 ? .min : .max)
        }
        return Timestamp(microseconds: sum &+ attoseconds / 1_000_000_000_000)
    }

    /// The instant so long before this one.
    public static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }

    /// The time from `right` to `left`.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds.subtractingReportingOverflow(right.microseconds).partialValue)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, six decimals: `2020-07-01T00:15:13.000000Z`.
    public var description: String {
        let (day, rest) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
        let within = rest < 0 ? rest + 86_400_000_000 : rest
        let date = CivilDate(daysSinceEpoch: rest < 0 ? day - 1 : day)
        let (year, month, dayOfMonth) = date.components
        guard (0...9999).contains(year) else {
            // The calendar repeats itself every 400 years: only the year is another.
            let cycle = CivilDate.daysInCycle * 86_400_000_000
            let inCycle = microseconds % cycle
            let alike = Timestamp(microseconds: inCycle < 0 ? inCycle + cycle : inCycle)
            return Self.padded(year, 4) + alike.description.dropFirst(4)
        }
        return String(unsafeUninitializedCapacity: 27) { buffer in
            Self.write(year, 4, "-", to: buffer, at: 0)
            Self.write(month, 2, "-", to: buffer, at: 5)
            Self.write(dayOfMonth, 2, "T", to: buffer, at: 8)
            Self.write(within / 3_600_000_000, 2, ":", to: buffer, at: 11)
            Self.write(within / 60_000_000 % 60, 2, ":", to: buffer, at: 14)
            Self.write(within / 1_000_000 % 60, 2, ".", to: buffer, at: 17)
            Self.write(within % 1_000_000, 6, "Z", to: buffer, at: 20)
            return 27
        }
    }

    /// Writes a number with so many digits, and what follows it.
    private static func write(
        _ value: Int64, _ width: Int, _ next: Unicode.Scalar, to buffer: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) {
        var rest = value
        for index in stride(from: start + width - 1, through: start, by: -1) {
            buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        buffer[start + width] = UInt8(ascii: next)
    }

    static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension Timestamp: LosslessStringConvertible {
    /// Reads RFC 3339 with `Z` or a numeric offset of at most 18 hours; digits beyond the microsecond are cut off.
    public init?(_ text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp(utf8: $0) }) else { return nil }
        self = time
    }

    /// Minutes that clocks of a place are apart from UTC at most; none ever were by more than 16 hours.
    private static let furthestOffset: Int64 = 18 * 60

    /// The same of a text's UTF-8.
    init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let date = CivilDate(year: year, month: month, day: day),
            hour < 24, minute < 60, second < 61
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            var digits = 0
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 {
                if digits < 6 { fraction = fraction * 10 + Int64(bytes[index] - 48) }
                digits += 1
                index += 1
            }
            guard digits > 0 else { return nil }
            for _ in min(digits, 6)..<6 { fraction *= 10 }
        }
        guard index < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[index] == UInt8(ascii: "Z") || bytes[index] == UInt8(ascii: "z") {
            guard index + 1 == bytes.count else { return nil }
        } else {
            guard index + 6 == bytes.count, bytes[index + 3] == UInt8(ascii: ":"),
                let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6),
                bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-"), minutes < 60,
                hours * 60 + minutes <= Self.furthestOffset
            else { return nil }
            offset = (hours * 60 + minutes) * 60 * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
        }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected an RFC 3339 time such as 2020-07-01T00:00:00Z, got \"\(text)\""
            )
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
