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
        let scale = max(fraction, 0)
        // Both operands are exact below 2^53 and 10^22, so one division rounds once and correctly.
        if position == end, digits <= 18, mantissa < 1 << 53, scale <= 22 {
            let value = Double(mantissa) / powersOfTen[scale]
            return isNegative ? -value : value
        }
        return slowDouble(bytes, start, end)
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
        guard end - start <= 5 else { return nil }
        switch String(decoding: bytes[start..<end], as: UTF8.self).lowercased() {
        case "true", "t", "1": return true
        case "false", "f", "0": return false
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

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

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

    private static func trimmed(_ bytes: Bytes) -> (start: Int, end: Int) {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        return (start, end)
    }
}
