import TestSupport
import Testing

@testable import TableFormats

struct DeltaBinaryPackedEncoderTests {
    private func encode<Value: SignedInteger & FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
        var buffer = PageBuffer(capacity: 1)
        values.withUnsafeBufferPointer { DeltaBinaryPackedEncoder.encode($0, into: &buffer) }
        return Array(buffer.bytes)
    }

    /// Decodes as the format's description says, independently of the encoder.
    private func decode<Value: FixedWidthInteger>(_ bytes: [UInt8], as type: Value.Type) -> [Value] {
        var position = 0
        func varint() -> UInt64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while true {
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { return value }
            }
        }
        func zigzag() -> Value {
            let word = varint()
            return Value(truncatingIfNeeded: Int64(bitPattern: word >> 1) ^ -Int64(word & 1))
        }
        let blockSize = Int(varint())
        let miniblocks = Int(varint())
        let count = Int(varint())
        #expect(blockSize == 128 && miniblocks == 4)
        var values = [zigzag()]
        while values.count < count {
            let base = zigzag()
            let widths = bytes[position..<(position + miniblocks)].map(Int.init)
            position += miniblocks
            for width in widths where values.count < count {
                #expect(width % 8 == 0 && width <= Value.bitWidth)
                for index in 0..<32 {
                    let start = position + index * width / 8
                    let word = bytes[start..<(start + width / 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                    if values.count < count {
                        values.append(values[values.count - 1] &+ base &+ Value(truncatingIfNeeded: word))
                    } else {
                        #expect(word == 0, "padding")
                    }
                }
                position += 4 * width
            }
        }
        #expect(position == bytes.count)
        return Array(values.prefix(count))
    }

    @Test(arguments: [1, 2, 32, 33, 34, 128, 129, 130, 161, 257, 1000], [0, 1, 7, 8, 15, 31, 33, 40, 55, 56, 63, 64])
    func roundTrips64Bits(count: Int, bits: Int) {
        var random = SeededGenerator(seed: UInt64(count * 100 + bits))
        for base in [Int64(0), .min, -5, 1_600_000_000_000_000] {
            let values = (0..<count).map { _ -> Int64 in
                bits == 0 ? base : base &+ Int64(truncatingIfNeeded: random.next() >> UInt64(64 - bits))
            }
            #expect(decode(encode(values), as: Int64.self) == values)
        }
    }

    @Test(arguments: [1, 33, 129, 500], [0, 1, 8, 16, 17, 24, 31, 32])
    func roundTrips32Bits(count: Int, bits: Int) {
        var random = SeededGenerator(seed: UInt64(count * 100 + bits))
        for base in [Int32(0), .min, .max] {
            let values = (0..<count).map { _ -> Int32 in
                bits == 0 ? base : base &+ Int32(truncatingIfNeeded: random.next() >> UInt64(64 - bits))
            }
            #expect(decode(encode(values), as: Int32.self) == values)
        }
    }

    @Test func roundTripsTheGreatestLeaps() {
        let values: [Int64] = [.min, .max, .min, 0, .max, -1, .min, 1, .max, .max]
        #expect(decode(encode(values), as: Int64.self) == values)
    }

    @Test func aConstantStepTakesNoBitsPerValue() {
        let values = (0..<129).map { Int64($0) * 1_000_000 }
        #expect(encode(values).count == 4 + 2 + 3 + 4)
    }

    /// What the packer lives from that runs over the page afterwards: the same steps after different least ones.
    @Test func equalStepsLookEqualInEveryBlock() {
        let hour: Int64 = 3_600_000_000
        let blocks = [-hour, -hour + 64].map { least in (0..<128).map { $0 == 0 ? least : Int64($0) * 1_000_000 } }
        let bodies = blocks.map { steps in
            encode(steps.reduce(into: [Int64(0)]) { $0.append(($0.last ?? 0) + $1) }).suffix(127 * 5)
        }
        #expect(bodies[0] == bodies[1])
    }
}
