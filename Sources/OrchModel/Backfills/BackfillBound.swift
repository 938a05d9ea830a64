/// Where a backfill begins or ends: `2019`, `2019-01`, `2019-01-15`, `2019-01-15T07:00` in the zone of its intervals, or an
/// instant.
public struct BackfillBound: Hashable, Sendable {
    /// The moment that is meant: the first of a year, a month or a day.
    public var moment: ScheduleMoment
    /// As it was written.
    public var text: String
}

extension BackfillBound: LosslessStringConvertible {
    public init?(_ text: String) {
        let isDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D }
        var whole = text
        if isDigits, text.utf8.count == 4 { whole += "-01-01" }
        if isDigits, text.utf8.count == 7 { whole += "-01" }
        guard let moment = ScheduleMoment(whole) else { return nil }
        self.init(moment: moment, text: text)
    }

    public var description: String { text }
}

extension BackfillBound: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let bound = BackfillBound(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected \(Self.expected), got \"\(text.prefix(100))\"")
        }
        self = bound
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// What can be written.
    public static let expected = "a year, month, day or time such as 2019-01, 2019-01-15 or 2019-01-15T07:00:00Z"
}
