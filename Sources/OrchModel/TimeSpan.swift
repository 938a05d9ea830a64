/// A length of time, to the microsecond and never negative; its text form is ISO 8601: `PT1H30M`.
///
/// Days have 24 hours. Years and months have no one length, and are not read.
/// Source of the text form: <https://www.rfc-editor.org/rfc/rfc3339#appendix-A>
public struct TimeSpan: Hashable, Comparable, Sendable {
    /// The length in microseconds.
    public let microseconds: Int64

    /// A length in microseconds; a negative one is 0.
    public init(microseconds: Int64) {
        self.microseconds = max(0, microseconds)
    }

    /// A length; a negative one is 0, and one of more than 292,000 years is that.
    public init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflow2) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        self.init(microseconds: overflow || overflow2 ? (seconds < 0 ? 0 : .max) : sum)
    }

    /// The same as the standard library's duration.
    public var duration: Duration { .microseconds(microseconds) }

    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.microseconds < right.microseconds }

    /// `PT1H30M`, `PT0.5S`: hours, minutes and seconds.
    public var iso: String {
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        var text = "PT"
        if hours > 0 { text += "\(hours)H" }
        if minutes > 0 { text += "\(minutes)M" }
        if fraction > 0 {
            var digits = Timestamp.padded(fraction, 6)
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "\(rest).\(digits)S"
        } else if rest > 0 || seconds == 0 {
            text += "\(rest)S"
        }
        return text
    }
}

extension TimeSpan: LosslessStringConvertible {
    /// Reads ISO 8601, or what people type: `90s`, `15m`, `1h30m`, `2d`, `0.5s`.
    public init?(_ text: String) {
        if text.hasPrefix("P") {
            self.init(iso: text)
        } else {
            guard let value = Self.sum(of: text, units: Self.typedUnits) else { return nil }
            self.init(microseconds: value)
        }
    }

    /// Reads ISO 8601: `PT1H30M`, `P1DT12H`, `P2W`; weeks stand alone.
    public init?(iso text: String) {
        guard text.hasPrefix("P") else { return nil }
        let halves = text.dropFirst().split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        let day = String(halves[0])
        var total: Int64 = 0
        if !day.isEmpty {
            guard halves.count == 1 || !day.hasSuffix("W"),
                let value = Self.sum(of: day, units: day.hasSuffix("W") ? Self.weekUnits : Self.dayUnits)
            else { return nil }
            total = value
        }
        if halves.count == 2 {
            guard let value = Self.sum(of: String(halves[1]), units: Self.clockUnits) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(value)
            guard !overflow else { return nil }
            total = sum
        } else if day.isEmpty {
            return nil
        }
        self.init(microseconds: total)
    }

    /// The text in ISO 8601.
    public var description: String { iso }

    private typealias Unit = (letter: Character, microseconds: Int64)
    private static let weekUnits: [Unit] = [("W", 604_800_000_000)]
    private static let dayUnits: [Unit] = [("D", 86_400_000_000)]
    private static let clockUnits: [Unit] = [("H", 3_600_000_000), ("M", 60_000_000), ("S", 1_000_000)]
    private static let typedUnits: [Unit] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
    ]

    /// Numbers with their units, the largest first, each once; only seconds may have decimals.
    private static func sum(of text: String, units: [Unit]) -> Int64? {
        var units = units[...]
        var total: Int64 = 0
        var rest = text[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            var decimals = ""[...]
            if rest.first == "." {
                decimals = rest.dropFirst().prefix { ("0"..."9").contains($0) }
                guard !decimals.isEmpty else { return nil }
                rest = rest.dropFirst(decimals.count + 1)
            }
            guard let letter = rest.first, let place = units.firstIndex(where: { $0.letter == letter }),
                let number = Int64(digits), decimals.isEmpty || letter == "S" || letter == "s"
            else { return nil }
            let (whole, overflow) = number.multipliedReportingOverflow(by: units[place].microseconds)
            let fraction = Int64((decimals + "000000").prefix(6)) ?? 0
            let (part, overflow2) = whole.addingReportingOverflow(fraction)
            let (sum, overflow3) = total.addingReportingOverflow(part)
            guard !overflow, !overflow2, !overflow3 else { return nil }
            total = sum
            units = units[(place + 1)...]
            rest = rest.dropFirst()
        }
        return total
    }
}

extension TimeSpan: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = TimeSpan(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a length of time such as PT1H30M, got \"\(text)\"")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso)
    }
}
