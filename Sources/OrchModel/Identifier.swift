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
        var text = text
        guard let identifier = text.withUTF8({ Identifier(utf8: $0) }) else { return nil }
        self = identifier
    }

    /// The same of a text's UTF-8.
    init?(utf8: UnsafeBufferPointer<UInt8>) {
        var (high, low, count): (UInt64, UInt64, Int) = (0, 0, 0)
        for byte in utf8 where byte != UInt8(ascii: "-") {
            guard let digit = JSONReader.hexDigit(byte), count < 32 else { return nil }
            if count < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            count += 1
        }
        guard count == 32 else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// Lower case with dashes: `01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11`.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var index = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    buffer[index] = UInt8(ascii: "-")
                    index += 1
                }
                let half = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - digit % 16 * 4)) & 0x0F
                buffer[index] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                index += 1
            }
            return index
        }
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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        write(to: &bytes)
        return bytes
    }

    /// Adds its 16 bytes, the most significant first.
    public func write(to bytes: inout [UInt8]) {
        for part in [high, low] {
            var shift: UInt64 = 64
            while shift > 0 {
                shift -= 8
                bytes.append(UInt8(truncatingIfNeeded: part >> shift))
            }
        }
    }

    /// The identifier of the 16 bytes from a place on; nil where there are not so many.
    public init?(_ bytes: [UInt8], at start: Int) {
        guard start >= 0, bytes.count - start >= 16 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for index in start..<start + 8 {
            high = high << 8 | UInt64(bytes[index])
            low = low << 8 | UInt64(bytes[index + 8])
        }
        (self.high, self.low) = (high, low)
    }

    /// The identifier of 16 bytes; nil for any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
