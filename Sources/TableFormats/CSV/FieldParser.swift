/// Turns the text of one field into a value. Each function answers nil where the text is none; none allocates on the
/// forms that files really hold. Blanks around the text do not matter; the caller has dealt with empty fields.
enum FieldParser {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// A whole number: `1`, `-3`, and `1.0` as spreadsheets and data frames write whole numbers after meeting a blank.
    static func int64(_ bytes: Bytes) -> Int64? {
        var (position, end) = trimmed(bytes)
        guard position < end else { return nil }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
        // A fraction of nothing but zeros is no fraction.
        if let point = (position..<end).first(where: { bytes[$0] == UInt8(ascii: ".") }) {
            guard point > position else { return nil }
            for index in (point + 1)..<end where bytes[index] != UInt8(ascii: "0") { return nil }
            end = point
        }
        guard position < end else { return nil }
        var value: Int64 = 0
        while position < end {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) =
                isNegative
                ? scaled.subtractingReportingOverflow(Int64(digit)) : scaled.addingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = next
            position += 1
        }
        return value
    }

    /// A decimal number, rounded to the nearest Double: `8`, `.20`, `-3.5`, `1e-5`. Not `nan`, not `inf`, not `0x1`.
    static func double(_ bytes: Bytes) -> Double? {
        let (start, end) = trimmed(bytes)
        var position = start
        guard position < end else { return nil }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var fraction = -1
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), fraction < 0 {
                fraction = 0
            } else {
                let digit = byte &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits += 1
                if fraction >= 0 { fraction += 1 }
            }
            position += 1
        }
        guard digits > 0 else { return nil }
        guard position == end, digits <= 19 else { return slowDouble(bytes, start, end) }
        let value = quotient(mantissa, powerOfTen: max(fraction, 0))
        return isNegative ? -value : value
    }

    /// `YYYY-MM-DD HH:MM:SS` (or with `T`, or a fraction of up to six digits), or the US form `M/D/YYYY H:MM[:SS]`
    /// that spreadsheets write, as microseconds since 1970 of a clock without a zone.
    static func timestamp(_ bytes: Bytes) -> Int64? {
        let (start, end) = trimmed(bytes)
        var cursor = DigitCursor(bytes: bytes, position: start, end: end)
        guard let days = cursor.isoDate() ?? cursor.usDate() else { return nil }
        guard cursor.skip(UInt8(ascii: " ")) || cursor.skip(UInt8(ascii: "T")) else { return nil }
        guard let hour = cursor.number(1...2), hour < 24, cursor.skip(UInt8(ascii: ":")),
            let minute = cursor.number(2...2), minute < 60
        else { return nil }
        var micros = Int64(hour * 3600 + minute * 60) * 1_000_000
        if cursor.skip(UInt8(ascii: ":")) {
            guard let second = cursor.number(2...2), second < 60 else { return nil }
            micros += Int64(second) * 1_000_000
            if cursor.skip(UInt8(ascii: ".")) {
                guard let fraction = cursor.fraction() else { return nil }
                micros += fraction
            }
        }
        return cursor.isAtEnd ? Int64(days) * CalendarDay.microsecondsPerDay + micros : nil
    }

    /// `YYYY-MM-DD` or `M/D/YYYY`, as days since 1970.
    static func date(_ bytes: Bytes) -> Int32? {
        let (start, end) = trimmed(bytes)
        var cursor = DigitCursor(bytes: bytes, position: start, end: end)
        guard let days = cursor.isoDate() ?? cursor.usDate(), cursor.isAtEnd else { return nil }
        return Int32(days)
    }

    /// `true`, `t`, `1`, `false`, `f` or `0`, in any case.
    static func bool(_ bytes: Bytes) -> Bool? {
        let (start, end) = trimmed(bytes)
        var word: UInt64 = 0
        guard end - start <= 5 else { return nil }
        for index in start..<end {
            let byte = bytes[index]
            word = word << 8 | UInt64(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
        }
        switch word {
        case 0x74_7275_65, 0x74, 0x31: return true  // true, t, 1
        case 0x66_616C_7365, 0x66, 0x30: return false  // false, f, 0
        default: return nil
        }
    }

    /// Whether the bytes are UTF-8. ASCII, which nearly all of them are, is seen without decoding.
    static func isUTF8(_ bytes: Bytes) -> Bool {
        for byte in bytes where byte >= 0x80 {
            return String(validating: bytes, as: UTF8.self) != nil
        }
        return true
    }

    /// `mantissa` (up to 19 digits) divided by 10 to the power of `scale` (0 to 19), rounded to the nearest Double.
    private static func quotient(_ mantissa: UInt64, powerOfTen scale: Int) -> Double {
        // Both operands are exact below 2^53 and 10^22, so one division rounds once and correctly.
        let divisor = powersOfTen[scale]
        if mantissa <= 1 << 53 { return Double(mantissa) / Double(divisor) }
        // Both at the upper end of a word, the dividend the smaller one: then the quotient fills a word, too, and with
        // a bit for what remains it rounds to 53 bits as the whole quotient would.
        let shift = mantissa.leadingZeroBitCount
        let divisorShift = divisor.leadingZeroBitCount
        let (dividend, scaled) = (mantissa << UInt64(shift), divisor << UInt64(divisorShift))
        let isHalved = dividend >= scaled
        let result = scaled.dividingFullWidth(isHalved ? (dividend >> 1, dividend << 63) : (dividend, 0))
        let sticky: UInt64 = result.remainder == 0 ? 0 : 1
        let exponent = divisorShift - shift - 64 + (isHalved ? 1 : 0)
        return Double(sign: .plus, exponent: exponent, significand: Double(result.quotient | sticky))
    }

    private static let powersOfTen: [UInt64] = (0..<19).reduce(into: [1]) { powers, _ in
        powers.append((powers.last ?? 1) * 10)
    }

    /// Long mantissas and exponents: the standard library's own correctly rounded parser.
    private static func slowDouble(_ bytes: Bytes, _ start: Int, _ end: Int) -> Double? {
        for index in start..<end {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            default: return nil
            }
        }
        let value = Double(String(decoding: bytes[start..<end], as: UTF8.self))
        return value?.isFinite == true ? value : nil
    }

    /// Latin-1 text as UTF-8.
    static func utf8(latin1 bytes: Bytes) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else {
                text.append(0xC0 | byte >> 6)
                text.append(0x80 | byte & 0x3F)
            }
        }
        return text
    }

    /// Whether there is nothing but blanks, or nothing.
    static func isBlank(_ bytes: Bytes) -> Bool {
        let (start, end) = trimmed(bytes)
        return start == end
    }

    /// The text without the blanks around it.
    static func withoutBlanks(_ bytes: Bytes) -> Slice<Bytes> {
        let (start, end) = trimmed(bytes)
        return bytes[start..<end]
    }

    /// Where the text begins and ends without the blanks around it: spaces, tabs, parts of line ends, and no-break
    /// spaces, in Latin-1 (A0) or UTF-8 (C2 A0), which spreadsheets and web pages leave around numbers.
    private static func trimmed(_ bytes: Bytes) -> (start: Int, end: Int) {
        var start = 0
        var end = bytes.count
        while start < end {
            if isBlank(bytes[start]) {
                start += 1
            } else if bytes[start] == 0xC2, start + 1 < end, bytes[start + 1] == 0xA0 {
                start += 2
            } else {
                break
            }
        }
        while end > start, isBlank(bytes[end - 1]) {
            end -= 1
            if bytes[end] == 0xA0, end > start, bytes[end - 1] == 0xC2 { end -= 1 }
        }
        return (start, end)
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (byte >= 0x09 && byte <= 0x0D) || byte == 0xA0
    }
}
