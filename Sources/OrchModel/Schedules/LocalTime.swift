/// A day and a time as clocks of a place show them, to the second, without saying which place: `2026-03-29T02:30`.
public struct LocalTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00 as that place's clocks count, each day having 86,400; negative before it.
    public var seconds: Int64

    /// A time by its seconds since 1970-01-01T00:00.
    public init(seconds: Int64) {
        self.seconds = seconds
    }

    /// A time of a day; `second` counts from its midnight.
    public init(_ day: CivilDate, second: Int64 = 0) {
        let (start, overflow) = day.daysSinceEpoch.multipliedReportingOverflow(by: 86_400)
        let (sum, overflow2) = start.addingReportingOverflow(second)
        seconds = overflow || overflow2 ? (day.daysSinceEpoch < 0 ? .min : .max) : sum
    }

    /// The day.
    public var day: CivilDate {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        return CivilDate(daysSinceEpoch: rest < 0 ? days - 1 : days)
    }

    /// Seconds since the day's midnight: 0…86,399.
    public var secondOfDay: Int64 {
        let rest = seconds % 86_400
        return rest < 0 ? rest + 86_400 : rest
    }

    public static func < (left: LocalTime, right: LocalTime) -> Bool { left.seconds < right.seconds }

    /// The time so many seconds later on the clock; it saturates at the ends of the range.
    public func adding(seconds other: Int64) -> LocalTime {
        let (sum, overflow) = seconds.addingReportingOverflow(other)
        return LocalTime(seconds: overflow ? (other < 0 ? .min : .max) : sum)
    }
}

extension LocalTime: LosslessStringConvertible {
    /// Reads `2026-03-29T02:30`, with `:SS` where there are seconds; a space may stand for the `T`, and a day alone is its midnight.
    public init?(_ text: String) {
        guard let day = CivilDate(String(text.prefix(10))) else { return nil }
        let time = text.dropFirst(10)
        if time.isEmpty {
            self.init(day)
            return
        }
        guard time.first == "T" || time.first == "t" || time.first == " " else { return nil }
        let parts = time.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.utf8.count == 2 && part.utf8.allSatisfy { (48...57).contains($0) } ? Int64(part) : nil
        }
        guard numbers.count == parts.count, (2...3).contains(numbers.count), numbers[0] < 24,
            numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        self.init(day, second: numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0))
    }

    /// `2026-03-29T02:30`, with the seconds where they are not 0.
    public var description: String {
        let second = secondOfDay
        let minutes = Timestamp.padded(second / 3600, 2) + ":" + Timestamp.padded(second / 60 % 60, 2)
        return "\(day)T\(minutes)" + (second % 60 == 0 ? "" : ":" + Timestamp.padded(second % 60, 2))
    }
}

extension LocalTime: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = LocalTime(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a local time such as 2026-03-29T02:30, got \"\(text)\"")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
