/// One time at which a schedule fires, by the clocks of its zone: what tells its runs apart.
///
/// It stays what it is where the zone's rules change, or clocks are put back: the instant does not tell.
public struct ScheduleSlot: Hashable, Sendable {
    /// What the clocks show; where they leave it out, what they would have shown.
    public var local: LocalTime
    /// 1 for the second of two times that clocks show the same, else 0.
    public var fold: Int

    /// A slot.
    public init(local: LocalTime, fold: Int = 0) {
        self.local = local
        self.fold = fold
    }
}

extension ScheduleSlot: LosslessStringConvertible {
    /// Reads `2026-10-25T02:30/1`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let local = LocalTime(String(parts[0])), let fold = Int(parts[1]),
            (0...1).contains(fold)
        else { return nil }
        self.init(local: local, fold: fold)
    }

    /// `2026-10-25T02:30/1`.
    public var description: String { "\(local)/\(fold)" }
}

extension ScheduleSlot: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = ScheduleSlot(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a slot such as 2026-03-29T02:30/0, got \"\(text)\"")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
