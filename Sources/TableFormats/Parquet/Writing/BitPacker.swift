/// Packs numbers of a few bits each, the lowest bits first, in groups of eight: a group of `n`-bit numbers takes `n`
/// bytes.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
enum BitPacker {
    /// Packs whole groups.
    /// - Parameters:
    ///   - values: eight numbers a group, each below `1 << width`.
    ///   - width: 1 to 32 bits.
    ///   - target: `groups * width` bytes; up to 8 bytes beyond are written to as well.
    static func pack(
        _ values: UnsafePointer<UInt32>, groups: Int, width: Int, to target: UnsafeMutableRawPointer
    ) {
        switch width {
        case ...8: packNarrow(values, groups, UInt64(width), target)
        case ...16: packMiddle(values, groups, UInt64(width), target)
        default: packWide(values, groups, UInt64(width), target)
        }
    }

    /// Eight numbers are one word.
    private static func packNarrow(
        _ values: UnsafePointer<UInt32>, _ groups: Int, _ width: UInt64, _ target: UnsafeMutableRawPointer
    ) {
        for group in 0..<groups {
            let four = fourPacked(values + group * 8, width)
            let word = four | fourPacked(values + group * 8 + 4, width) &<< (4 &* width)
            (target + group * Int(width)).storeBytes(of: word.littleEndian, as: UInt64.self)
        }
    }

    /// Four numbers are one word at most, eight are two.
    private static func packMiddle(
        _ values: UnsafePointer<UInt32>, _ groups: Int, _ width: UInt64, _ target: UnsafeMutableRawPointer
    ) {
        for group in 0..<groups {
            let low = fourPacked(values + group * 8, width)
            let high = fourPacked(values + group * 8 + 4, width)
            let place = target + group * Int(width)
            place.storeBytes(of: (low | high << (4 &* width)).littleEndian, as: UInt64.self)
            (place + 8).storeBytes(of: (high >> (64 &- 4 &* width)).littleEndian, as: UInt64.self)
        }
    }

    private static func fourPacked(_ values: UnsafePointer<UInt32>, _ width: UInt64) -> UInt64 {
        let first = UInt64(values[0]) | UInt64(values[1]) &<< width
        let second = UInt64(values[2]) | UInt64(values[3]) &<< width
        return first | second &<< (2 &* width)
    }

    private static func packWide(
        _ values: UnsafePointer<UInt32>, _ groups: Int, _ width: UInt64, _ target: UnsafeMutableRawPointer
    ) {
        var place = target
        var bits: UInt64 = 0
        var filled: UInt64 = 0
        for index in 0..<(groups * 8) {
            let value = UInt64(values[index])
            bits |= value &<< filled
            filled &+= width
            if filled >= 32 {
                place.storeBytes(of: UInt32(truncatingIfNeeded: bits).littleEndian, as: UInt32.self)
                place += 4
                bits &>>= 32
                filled &-= 32
            }
        }
        // A group ends on a byte, so what is left are whole bytes.
        place.storeBytes(of: UInt32(truncatingIfNeeded: bits).littleEndian, as: UInt32.self)
    }
}
