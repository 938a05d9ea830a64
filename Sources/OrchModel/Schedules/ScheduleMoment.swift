/// A moment that people write in a schedule: an instant, or a time in the schedule's zone.
public enum ScheduleMoment: Hashable, Sendable {
    /// `2026-01-01T00:00:00Z`, `2026-01-01T00:00:00+01:00`.
    case instant(Timestamp)
    /// `2026-01-01T07:00`, or `2026-01-01` for its midnight.
    case local(LocalTime)
}

extension ScheduleMoment: LosslessStringConvertible {
    /// Reads RFC 3339 with a `Z` or an offset, or a local time.
    public init?(_ text: String) {
        if let instant = Timestamp(text) {
            self = .instant(instant)
        } else if let local = LocalTime(text) {
            self = .local(local)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .instant(let instant): "\(instant)"
        case .local(let local): "\(local)"
        }
    }
}

extension ScheduleMoment: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = ScheduleMoment(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected a time such as 2026-01-01T07:00 (in the schedule's time zone) or "
                    + "2026-01-01T07:00:00Z, got \"\(text)\"")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
