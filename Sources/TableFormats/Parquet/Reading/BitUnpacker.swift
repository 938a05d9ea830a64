/// Takes whole numbers of a fixed number of bits apart, the lowest bit first.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
enum BitUnpacker {
    /// Unpacks `count` numbers of `width` (0 to 32) bits that begin at bit `first` of the bytes. The caller has checked
    /// that they lie within.
    static func unpack(
        _ bytes: UnsafeRawBufferPointer, first: Int, width: Int, count: Int, into out: UnsafeMutablePointer<UInt32>
    ) {
        guard width > 0 else {
            out.update(repeating: 0, count: count)
            return
        }
        var done = 0
        // Up to a whole byte, one by one.
        while done < count, (first + done * width) & 7 != 0 {
            out[done] = UInt32(truncatingIfNeeded: number(bytes, at: first + done * width, width: width))
            done += 1
        }
        // Groups of eight take `width` bytes; the last load of a group reaches eight bytes beyond its start.
        let start = (first + done * width) >> 3
        let safe = bytes.count - start - (7 * width) / 8 - 8
        let groups = min((count - done) / 8, safe < 0 ? 0 : safe / width + 1)
        if groups > 0 { unpackGroups(UnsafeRawBufferPointer(rebasing: bytes[start...]), width, groups, out + done) }
        done += groups * 8
        while done < count {
            out[done] = UInt32(truncatingIfNeeded: number(bytes, at: first + done * width, width: width))
            done += 1
        }
    }

    /// The greatest of some numbers; 0 of none.
    static func greatest(_ numbers: UnsafePointer<UInt32>, _ count: Int) -> UInt32 {
        var greatest: UInt32 = 0
        for index in 0..<count { greatest = max(greatest, numbers[index]) }
        return greatest
    }

    /// One number of up to 64 bits. The caller has checked that it lies within the bytes.
    static func number(_ bytes: UnsafeRawBufferPointer, at bit: Int, width: Int) -> UInt64 {
        let (byte, shift) = (bit >> 3, UInt64(bit & 7))
        let mask: UInt64 = width == 64 ? .max : (1 << UInt64(width)) - 1
        if byte + 8 <= bytes.count {
            var value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: byte, as: UInt64.self)) >> shift
            if width + Int(shift) > 64 { value |= UInt64(bytes[byte + 8]) << (64 - shift) }
            return value & mask
        }
        var value: UInt64 = 0
        var taken = 0
        for index in byte..<min(bytes.count, byte + 8) {
            value |= UInt64(bytes[index]) << UInt64(taken)
            taken += 8
        }
        return (value >> shift) & mask
    }

    /// One loop for each width, so that shifts and masks are constants in it.
    private static func unpackGroups(
        _ source: UnsafeRawBufferPointer, _ width: Int, _ groups: Int, _ out: UnsafeMutablePointer<UInt32>
    ) {
        switch width {
        case 1: narrow(source, 1, groups, out)
        case 2: narrow(source, 2, groups, out)
        case 3: narrow(source, 3, groups, out)
        case 4: narrow(source, 4, groups, out)
        case 5: narrow(source, 5, groups, out)
        case 6: narrow(source, 6, groups, out)
        case 7: narrow(source, 7, groups, out)
        case 8: narrow(source, 8, groups, out)
        case 9: wide(source, 9, groups, out)
        case 10: wide(source, 10, groups, out)
        case 11: wide(source, 11, groups, out)
        case 12: wide(source, 12, groups, out)
        case 13: wide(source, 13, groups, out)
        case 14: wide(source, 14, groups, out)
        case 15: wide(source, 15, groups, out)
        case 16: wide(source, 16, groups, out)
        case 17: wide(source, 17, groups, out)
        case 18: wide(source, 18, groups, out)
        case 19: wide(source, 19, groups, out)
        case 20: wide(source, 20, groups, out)
        default: wide(source, width, groups, out)
        }
    }

    /// Up to eight bits: a group is one load.
    @inline(__always)
    private static func narrow(
        _ source: UnsafeRawBufferPointer, _ width: Int, _ groups: Int, _ out: UnsafeMutablePointer<UInt32>
    ) {
        let mask = UInt64(1) << UInt64(width) - 1
        for group in 0..<groups {
            let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: group &* width, as: UInt64.self))
            let target = out + group &* 8
            target[0] = UInt32(truncatingIfNeeded: word & mask)
            target[1] = UInt32(truncatingIfNeeded: word &>> UInt64(width) & mask)
            target[2] = UInt32(truncatingIfNeeded: word &>> UInt64(2 &* width) & mask)
            target[3] = UInt32(truncatingIfNeeded: word &>> UInt64(3 &* width) & mask)
            target[4] = UInt32(truncatingIfNeeded: word &>> UInt64(4 &* width) & mask)
            target[5] = UInt32(truncatingIfNeeded: word &>> UInt64(5 &* width) & mask)
            target[6] = UInt32(truncatingIfNeeded: word &>> UInt64(6 &* width) & mask)
            target[7] = UInt32(truncatingIfNeeded: word &>> UInt64(7 &* width) & mask)
        }
    }

    /// Up to 32 bits: a number is one load.
    @inline(__always)
    private static func wide(
        _ source: UnsafeRawBufferPointer, _ width: Int, _ groups: Int, _ out: UnsafeMutablePointer<UInt32>
    ) {
        let mask = UInt64(1) << UInt64(width) - 1
        for group in 0..<groups {
            let start = group &* width
            let target = out + group &* 8
            for index in 0..<8 {
                let bit = index &* width
                let byte = start &+ (bit &>> 3)
                let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: byte, as: UInt64.self))
                target[index] = UInt32(truncatingIfNeeded: word &>> UInt64(bit & 7) & mask)
            }
        }
    }
}
