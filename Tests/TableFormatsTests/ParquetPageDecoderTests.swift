import Testing

@testable import TableFormats

struct ParquetPageDecoderTests {
    /// A number whose bits look random.
    private func number(_ index: Int) -> UInt64 {
        UInt64(index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    }

    @Test(arguments: 0...32)
    func unpacksEveryWidthFromEveryBit(width: Int) {
        let count = 200
        let mask: UInt64 = width == 0 ? 0 : UInt64.max >> UInt64(64 - width)
        let numbers = (0..<count).map { UInt32(number($0) >> 20 & mask) }
        for start in 0..<9 {
            var bytes = [UInt8](repeating: 0, count: (start + count * width + 7) / 8)
            for (index, number) in numbers.enumerated() {
                for bit in 0..<width where number >> UInt32(bit) & 1 == 1 {
                    let place = start + index * width + bit
                    bytes[place / 8] |= 1 << UInt8(place % 8)
                }
            }
            for some in [0, 1, 7, 8, 9, 65, count] {
                var out = [UInt32](repeating: .max, count: count)
                bytes.withUnsafeBytes {
                    BitUnpacker.unpack($0, first: start, width: width, count: some, into: &out)
                }
                #expect(Array(out[..<some]) == Array(numbers[..<some]), "\(width) bits from bit \(start)")
            }
        }
    }

    private func runs(_ bytes: [UInt8], width: Int, count: Int) throws(PageDecodeError) -> [UInt32] {
        var decoder = try HybridRLEDecoder(width: width, in: 0..<bytes.count)
        var out = [UInt32](repeating: 0, count: count)
        try bytes.withUnsafeBufferPointer { bytes throws(PageDecodeError) in
            try decoder.read(UnsafeRawBufferPointer(bytes), count: count, into: &out)
        }
        return out
    }

    @Test func readsRunsOfBothKinds() throws {
        // Five times 3; eight numbers of three bits, the format's own example; an empty run; twice 7.
        let bytes: [UInt8] = [10, 3, 3, 0x88, 0xC6, 0xFA, 0, 5, 4, 7]
        #expect(try runs(bytes, width: 3, count: 15) == [3, 3, 3, 3, 3, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7])
        // A last group without its padding.
        #expect(try runs([3, 0x88], width: 3, count: 2) == [0, 1])
        #expect(try runs([200, 1], width: 0, count: 100) == [UInt32](repeating: 0, count: 100))
    }

    @Test func refusesRunsThatAreNone() {
        #expect(throws: PageDecodeError.tooShort) { try runs([10, 3], width: 3, count: 6) }
        #expect(throws: PageDecodeError.tooShort) { try runs([], width: 3, count: 1) }
        #expect(throws: PageDecodeError.tooShort) { try runs([3, 0x88], width: 3, count: 3) }
        #expect(throws: PageDecodeError.malformed(expected: "a number of 3 bits", got: "8")) {
            try runs([10, 8], width: 3, count: 1)
        }
        #expect(throws: PageDecodeError.self) { try runs([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0], width: 1, count: 1) }
        #expect(throws: PageDecodeError.self) { try runs([2, 1], width: 33, count: 1) }
    }

    private func differences(_ bytes: [UInt8], count: Int) throws(PageDecodeError) -> [Int64] {
        try bytes.withUnsafeBufferPointer { buffer throws(PageDecodeError) in
            let raw = UnsafeRawBufferPointer(buffer)
            var decoder = try DeltaBinaryPackedDecoder(raw, in: 0..<raw.count)
            var out = [Int64](repeating: 0, count: count)
            try decoder.read(raw, count: count, into: &out)
            return out
        }
    }

    @Test func readsTheFormatsOwnExamplesOfDifferences() throws {
        // 1, 2, 3, 4, 5: all differences are 1, so that none takes a bit. Blocks of 128 in four miniblocks.
        let even: [UInt8] = [0x80, 0x01, 4, 5, 2, 2, 0, 0, 0, 0]
        #expect(try differences(even, count: 5) == [1, 2, 3, 4, 5])
        // 7, 5, 3, 1, 2, 3, 4, 5: differences of -2 and 1, from -2 up in two bits.
        let falling: [UInt8] = [0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0]
        #expect(try differences(falling, count: 8) == [7, 5, 3, 1, 2, 3, 4, 5])
    }

    @Test(arguments: [
        [0x80, 0x01, 0, 5, 2] as [UInt8],  // no miniblocks
        [0x81, 0x01, 4, 5, 2],  // a block that they do not divide
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 5, 2],  // a block of 2^32 numbers
        [0x80, 0x01, 4, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 2],  // too many numbers
        [0x80, 0x01, 4, 5, 2, 2, 65, 0, 0, 0],  // 65 bits
        [0x80, 0x01, 4, 5, 2, 2, 32, 0, 0, 0, 1],  // bits that are not there
        [0x80, 0x01, 4, 4, 2, 2, 0, 0, 0, 0],  // fewer numbers than the page has values
    ])
    func refusesDifferencesThatAreNone(bytes: [UInt8]) {
        #expect(throws: PageDecodeError.self) { try differences(bytes, count: 5) }
    }
}
