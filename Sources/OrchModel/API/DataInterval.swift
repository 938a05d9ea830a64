/// The span of data that a run is about.
public struct DataInterval: Sendable, Hashable {
    /// The first instant of the span.
    public var start: Timestamp
    /// The first instant after the span.
    public var end: Timestamp

    /// A span from `start` up to but not including `end`.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }
}

extension DataInterval: LosslessStringConvertible {
    /// Reads `START/END`, two days or instants: `2020-07-01/2020-08-01`. The end must not be before the start.
    ///
    /// Source: ISO 8601-1, time intervals. Days begin at midnight UTC.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let start = Self.instant(parts[0]), let end = Self.instant(parts[1]), start <= end
        else {
            return nil
        }
        self.init(start: start, end: end)
    }

    /// `START/END` in RFC 3339.
    public var description: String { "\(start)/\(end)" }

    private static func instant(_ text: String) -> Timestamp? {
        Timestamp(text) ?? CivilDate(text).flatMap { Timestamp("\($0)T00:00:00Z") }
    }
}

extension DataInterval: Codable {
    private enum CodingKeys: String, CodingKey {
        case start, end
    }

    /// Reads an object of `start` and `end`.
    ///
    /// - Throws: `DecodingError` where the end is before the start.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            start: try container.decode(Timestamp.self, forKey: .start),
            end: try container.decode(Timestamp.self, forKey: .end))
        guard start <= end else {
            throw DecodingError.dataCorruptedError(
                forKey: .end, in: container, debugDescription: "a data interval does not end before it starts")
        }
    }
}
