/// Which of 64 bytes are special in CSV: bit n stands for byte n.
struct CSVByteMasks {
    var commas: UInt64 = 0
    var newlines: UInt64 = 0
    var quotes: UInt64 = 0

    static let comma = UInt8(ascii: ",")
    static let newline = UInt8(ascii: "\n")
    static let quote = UInt8(ascii: "\"")

    /// Looks at the next 64 bytes, or at fewer where no more are left. `quotes` is filled on request.
    @inline(__always)
    init(_ bytes: UnsafePointer<UInt8>, count: Int, withQuotes: Bool) {
        guard count >= 64 else {
            addFewer(bytes, count: count)
            return
        }
        let raw = UnsafeRawPointer(bytes)
        for lane in 0..<4 {
            let part = (raw + 16 &* lane).loadUnaligned(as: SIMD16<UInt8>.self)
            let shift = UInt64(16 &* lane)
            commas |= Self.bits(part .== SIMD16(repeating: Self.comma)) &<< shift
            newlines |= Self.bits(part .== SIMD16(repeating: Self.newline)) &<< shift
            if withQuotes { quotes |= Self.bits(part .== SIMD16(repeating: Self.quote)) &<< shift }
        }
    }

    private mutating func addFewer(_ bytes: UnsafePointer<UInt8>, count: Int) {
        for index in 0..<count {
            let bit = 1 as UInt64 &<< UInt64(index)
            switch bytes[index] {
            case Self.comma: commas |= bit
            case Self.newline: newlines |= bit
            case Self.quote: quotes |= bit
            default: continue
            }
        }
    }

    /// One bit for each lane. Multiplying gathers the lowest bits of eight bytes in the highest byte.
    @inline(__always)
    private static func bits(_ mask: SIMDMask<SIMD16<Int8>>) -> UInt64 {
        let halves = unsafeBitCast(mask, to: SIMD2<UInt64>.self) & SIMD2(repeating: 0x0101_0101_0101_0101)
        let low = (halves[0] &* 0x0102_0408_1020_4080) &>> 56
        let high = (halves[1] &* 0x0102_0408_1020_4080) &>> 56
        return low | high &<< 8
    }
}
