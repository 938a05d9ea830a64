/// What a run of bytes holds in all.
struct CSVCensus: Equatable {
    var newlines = 0
    var hasQuotes = false

    /// Counts what is in the bytes.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var position = 0
        if let base = UnsafeRawPointer(bytes.baseAddress) {
            while position &+ 16 <= bytes.count {
                // Each lane counts down from 0 once a newline, and must not come round to 0 again.
                let end = min(position &+ 255 &* 16, bytes.count &- 15)
                var counts = SIMD16<UInt8>(repeating: 0)
                var quotes = SIMD16<UInt8>(repeating: 0)
                while position < end {
                    let part = (base + position).loadUnaligned(as: SIMD16<UInt8>.self)
                    counts &+= Self.bytes(part .== SIMD16(repeating: CSVByteMasks.newline))
                    quotes |= Self.bytes(part .== SIMD16(repeating: CSVByteMasks.quote))
                    position &+= 16
                }
                for lane in 0..<16 { newlines += Int(0 &- counts[lane]) }
                if unsafeBitCast(quotes, to: SIMD2<UInt64>.self) != SIMD2(0, 0) { hasQuotes = true }
            }
        }
        for byte in bytes[position...] {
            if byte == CSVByteMasks.newline { newlines += 1 }
            if byte == CSVByteMasks.quote { hasQuotes = true }
        }
    }

    /// 255 for each lane that is set, 0 for the others.
    @inline(__always)
    private static func bytes(_ mask: SIMDMask<SIMD16<Int8>>) -> SIMD16<UInt8> {
        unsafeBitCast(mask, to: SIMD16<UInt8>.self)
    }
}
