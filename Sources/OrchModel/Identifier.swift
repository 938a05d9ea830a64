/// A UUID of version 7: sorts by the time it was made.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9562#section-5.7>
public struct Identifier: Hashable, Comparable, Sendable {
    let high: UInt64
    let low: UInt64

    /// A new identifier made at `time` with randomness from `generator`.
    public init(time: Timestamp, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(clamping: time.microseconds / 1000) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | generator.next() & 0x0FFF
        low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// A new identifier made now with the system's randomness.
    public static func new() -> Identifier {
        var generator = SystemRandomNumberGenerator()
        return Identifier(time: .now(), using: &generator)
    }

    public static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The last eight hexadecimal digits, which differ between identifiers made in the same moment.
    public var short: String { String(description.suffix(8)) }
}

extension Identifier: LosslessStringConvertible {
    /// Reads 32 hexadecimal digits with or without dashes, of any UUID version.
    public init?(_ text: String) {
        var digits: [UInt64] = []
        for character in text.utf8 where character != UInt8(ascii: "-") {
            guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { return nil }
            digits.append(UInt64(digit))
        }
        guard digits.count == 32 else { return nil }
        high = digits[..<16].reduce(0) { $0 << 4 | $1 }
        low = digits[16...].reduce(0) { $0 << 4 | $1 }
    }

    /// Lower case with dashes: `01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11`.
    public var description: String {
        func hex(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        let (a, b) = (hex(high), hex(low))
        return "\(a.prefix(8))-\(a.dropFirst(8).prefix(4))-\(a.suffix(4))-\(b.prefix(4))-\(b.suffix(12))"
    }
}

extension Identifier: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Identifier(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected a UUID, got \"\(text)\""
            )
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Identifier {
    /// Its 16 bytes, the most significant first.
    public var bytes: [UInt8] {
        [high, low].flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: part >> (56 - 8 * UInt64($0))) } }
    }

    /// The identifier of 16 bytes; nil for any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
