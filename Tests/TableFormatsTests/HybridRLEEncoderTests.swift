import TestSupport
import Testing

@testable import TableFormats

struct HybridRLEEncoderTests {
    /// Decodes as the format's description says, independently of the encoder.
    private func decode(_ bytes: [UInt8], bitWidth: Int, count: Int) -> [UInt32] {
        var values: [UInt32] = []
        var position = 0
        while position < bytes.count {
            var header = 0
            var shift = 0
            while true {
                let byte = bytes[position]
                position += 1
                header |= Int(byte & 0x7F) << shift
                shift += 7
                if byte & 0x80 == 0 { break }
            }
            if header & 1 == 0 {
                let width = (bitWidth + 7) / 8
                let value = (0..<width).reduce(UInt32(0)) { $0 | UInt32(bytes[position + $1]) << (8 * $1) }
                position += width
                values += [UInt32](repeating: value, count: header >> 1)
            } else {
                for index in 0..<((header >> 1) * 8) {
                    values.append(
                        (0..<bitWidth).reduce(UInt32(0)) { value, bit in
                            let at = index * bitWidth + bit
                            return value | UInt32(bytes[position + at / 8] >> (at % 8) & 1) << bit
                        })
                }
                position += (header >> 1) * bitWidth
            }
        }
        #expect(values.count - count < 8 && values.count >= count)
        return Array(values.prefix(count))
    }

    private func encode(_ values: [UInt32], bitWidth: Int) -> [UInt8] {
        var buffer = PageBuffer(capacity: 1)
        values.withUnsafeBufferPointer { HybridRLEEncoder.encode($0, bitWidth: bitWidth, into: &buffer) }
        return Array(buffer.bytes)
    }

    @Test(arguments: 1...32)
    func roundTripsRunsAndNoise(bitWidth: Int) {
        var generator = SeededGenerator(seed: UInt64(bitWidth))
        var state = UInt64(bitWidth)
        let lengths = [1, 9, 30, 300]
        for _ in 0..<200 {
            var values: [UInt32] = []
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                let value = UInt32(truncatingIfNeeded: state >> 33) & (UInt32.max >> UInt32(32 - bitWidth))
                values += [UInt32](
                    repeating: value,
                    count: Int.random(in: 1...lengths[Int.random(in: 0..<4, using: &generator)], using: &generator))
            }
            let decoded = decode(encode(values, bitWidth: bitWidth), bitWidth: bitWidth, count: values.count)
            #expect(decoded == values)
        }
    }

    @Test func encodesTheExampleOfTheFormat() {
        // https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE: 0 to 7 in three bits.
        #expect(encode(Array(0...7), bitWidth: 3) == [0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010])
    }

    @Test func packsALongRunIntoAFewBytes() {
        #expect(encode([UInt32](repeating: 1, count: 100_000), bitWidth: 1).count == 4)
    }

    @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (255, 8), (256, 9)])
    func countsBits(maximum: Int, bits: Int) {
        #expect(HybridRLEEncoder.bitWidth(maximum: maximum) == bits)
    }
}
