/// Reads short texts eight bytes at a time, in a machine word. Each function answers nil for any text that is not of
/// the plain form it knows; `FieldParser` reads the others, and the same value for these.
///
/// The bytes behind the text are read too, and must be there.
enum DigitWord {
    typealias Bytes = UnsafePointer<UInt8>

    /// The next eight bytes, the first in the lowest.
    @inline(__always)
    static func load(_ bytes: Bytes) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }

    /// One to eight digits.
    @inline(__always)
    static func number(_ bytes: Bytes, _ length: Int) -> Int64? {
        guard UInt(bitPattern: length &- 1) < 8 else { return nil }
        let digits = aligned(bytes, length)
        return areDigits(digits) ? value(digits) : nil
    }

    /// A minus or none, and one to eight bytes of digits and at most one point, at least one of them a digit.
    @inline(__always)
    static func decimal(_ bytes: Bytes, _ length: Int, _ powersOfTen: UnsafePointer<Double>) -> Double? {
        let isNegative = bytes[0] == UInt8(ascii: "-")
        let bytes = bytes + (isNegative ? 1 : 0)
        let length = length &- (isNegative ? 1 : 0)
        guard UInt(bitPattern: length &- 1) < 8 else { return nil }
        var digits = aligned(bytes, length)
        var scale = 0
        let point = firstZero(digits ^ 0x1E1E_1E1E_1E1E_1E1E)
        if point != 0 {
            guard length > 1 else { return nil }
            // The digits before the point move over it.
            let at = UInt64(truncatingIfNeeded: point.trailingZeroBitCount) & 0x38
            let below = (1 &<< at) &- 1 as UInt64
            scale = 7 &- Int(truncatingIfNeeded: at &>> 3)
            digits = (digits & ~(below &<< 8 | 0xFF)) | (digits & below) &<< 8
        }
        guard areDigits(digits) else { return nil }
        let magnitude = Double(value(digits)) / powersOfTen[scale]
        return isNegative ? -magnitude : magnitude
    }

    /// `HH:MM:SS`, as microseconds since midnight.
    @inline(__always)
    static func time(_ bytes: Bytes) -> Int64? {
        let digits = load(bytes) ^ 0x3030_3A30_303A_3030
        // For each byte what lacks to 0x80 from one more than it may be: 2, 9, nothing, 5, 9, nothing, 5, 9.
        let isOver = (digits &+ 0x767A_7F76_7A7F_767D) | digits
        guard isOver & 0x8080_8080_8080_8080 == 0 else { return nil }
        let pairs = digits &* 10 &+ digits &>> 8
        let hour = pairs & 0xFF
        guard hour < 24 else { return nil }
        let seconds = hour &* 3600 &+ (pairs &>> 24 & 0xFF) &* 60 &+ (pairs &>> 48 & 0xFF)
        return Int64(bitPattern: seconds &* 1_000_000)
    }

    /// `YYYY-MM-DD`, as days since 1970.
    @inline(__always)
    static func isoDays(_ bytes: Bytes) -> Int? {
        let first = load(bytes) ^ 0x2D30_302D_3030_3030
        let dayTens = UInt64(bytes[8] ^ 0x30)
        let dayOnes = UInt64(bytes[9] ^ 0x30)
        let isOver = (first &+ 0x7F76_767F_7676_7676) | first
        guard isOver & 0x8080_8080_8080_8080 == 0, dayTens < 10, dayOnes < 10 else { return nil }
        let pairs = first &* 10 &+ first &>> 8
        let year = Int((pairs & 0xFF) &* 100 &+ (pairs &>> 16 & 0xFF))
        return DigitCursor.days(year, Int(pairs &>> 40 & 0xFF), Int(dayTens &* 10 &+ dayOnes))
    }

    /// The text at the upper end of a word, the digits as 0 to 9, with zeros before it.
    @inline(__always)
    private static func aligned(_ bytes: Bytes, _ length: Int) -> UInt64 {
        (load(bytes) ^ 0x3030_3030_3030_3030) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* length)
    }

    /// Whether each byte is 0 to 9.
    @inline(__always)
    private static func areDigits(_ word: UInt64) -> Bool {
        ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080 == 0
    }

    /// The number that eight digits write: pairs, then fours, then all.
    @inline(__always)
    private static func value(_ digits: UInt64) -> Int64 {
        let pairs = (digits &* 2561) &>> 8 & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 6_553_601) &>> 16 & 0x0000_FFFF_0000_FFFF
        return Int64(bitPattern: (fours &* 42_949_672_960_001) &>> 32)
    }

    /// A word whose lowest bit that is set is the highest of the lowest byte that is zero; zero where none is.
    @inline(__always)
    private static func firstZero(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}
