import TestSupport
import Testing

@testable import TableFormats

struct FieldParserTests {
    private func parse<Value>(_ text: String, _ parser: (UnsafeBufferPointer<UInt8>) -> Value?) -> Value? {
        Array(text.utf8).withUnsafeBufferPointer(parser)
    }

    @Test(
        arguments: [
            ("0", 0), ("-3", -3), ("+7", 7), ("265", 265), ("1.0", 1), ("1.", 1), ("-0.0", 0), (" 5 ", 5),
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("", nil), ("-", nil), (".", nil), (".0", nil), ("1.5", nil), ("1e3", nil), ("1 2", nil), ("0x1", nil),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("N", nil),
        ] as [(String, Int64?)])
    func readsWholeNumbers(text: String, expected: Int64?) {
        #expect(parse(text, FieldParser.int64) == expected)
    }

    @Test(arguments: [
        ".20", ".00", "8", "-3.5", "0", "141563.12", "2.6299999999999999", "-73.922592163085938", "1e-5", "1E22",
        "123456789012345678901234567890", "0.1", "9007199254740993", "4.9e-324", "1.7976931348623157e308", "+1.25",
        "0.3", "22.06", "1.", "-0",
    ])
    func readsDecimalsAsTheStandardLibraryDoes(text: String) {
        let expected = Double(text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text)
        #expect(parse(text, FieldParser.double)?.bitPattern == expected?.bitPattern)
    }

    @Test func readsEveryCentExactly() {
        let wrong = stride(from: 0, to: 2_000_000, by: 37).filter { cents in
            let text = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
            return parse(text, FieldParser.double) != Double(text)
        }
        #expect(wrong.isEmpty)
    }

    @Test func readsLongDecimalsAsTheStandardLibraryDoes() {
        var random = SeededGenerator(seed: 3)
        var wrong: [String] = []
        for _ in 0..<30_000 {
            let mantissa = UInt64.random(in: (1 << 52)...9_999_999_999_999_999_999, using: &random)
            let digits = String(mantissa >> UInt64.random(in: 0...11, using: &random))
            let point = Int.random(in: 1...digits.count, using: &random)
            let text = digits.prefix(point) + "." + digits.dropFirst(point) + (point == digits.count ? "0" : "")
            let value = parse(String(text), FieldParser.double)
            if value?.bitPattern != Double(text)?.bitPattern { wrong.append(String(text)) }
        }
        #expect(wrong.isEmpty)
    }

    @Test(arguments: [
        "9007199254740993", "9007199254740992.5", "9007199254740993.5", "4503599627370496.5", "4503599627370497.5",
        "0.1000000000000000055", "9999999999999999999", "1844674407370955161.5", ".9999999999999999999",
        "0.0000000000000000001", "9223372036854775807.0",
    ])
    func roundsHalfToEven(text: String) {
        let expected = Double(text.hasPrefix(".") ? "0" + text : text)
        #expect(parse(text, FieldParser.double)?.bitPattern == expected?.bitPattern)
    }

    @Test(arguments: ["\u{A0}5", " \t5\u{A0}\u{A0} ", "5\r"])
    func passesOverBlanks(text: String) {
        #expect(parse(text, FieldParser.int64) == 5)
        #expect(parse(text, FieldParser.double) == 5)
        #expect([0xA0, 0x35, 0xA0].withUnsafeBufferPointer(FieldParser.int64) == 5)
    }

    @Test(arguments: [
        "", "-", ".", "nan", "inf", "-inf", "0x10", "1e", "1,5", "1..2", "$5", "1e400", "1 2", "\u{0}1",
        "1\u{0}",
    ])
    func refusesWhatIsNoDecimal(text: String) {
        #expect(parse(text, FieldParser.double) == nil)
    }

    @Test(
        arguments: [
            ("1970-01-01 00:00:00", 0), ("2020-07-01 00:05:18", 1_593_561_918_000_000),
            ("2008-12-31 23:05:14", 1_230_764_714_000_000), ("2041-08-17 00:00:01", 2_260_310_401_000_000),
            ("1969-12-31 23:59:59", -1_000_000), ("2020-02-29T12:00:00.5", 1_582_977_600_500_000),
            ("1/1/2021 0:30", 1_609_461_000_000_000), ("12/31/2020 23:59:07", 1_609_459_147_000_000),
            ("2020-07-01 00:05", 1_593_561_900_000_000),
            ("2021-02-29 00:00:00", nil), ("2020-13-01 00:00:00", nil), ("2020-07-01 24:00:00", nil),
            ("2020-07-01 00:60:00", nil), ("2020-07-01 00:00:60", nil), ("2020-07-01", nil), ("2020-07-01 ", nil),
            ("2020-07-01 00:05:18Z", nil), ("2020-07-01 00:05:18+01", nil), ("20-07-01 00:00:00", nil), ("", nil),
            ("13/1/2021 0:30", nil), ("2020-07-01 00:05:18.", nil), ("2020-07-01 00:05:18.1234567", nil),
        ] as [(String, Int64?)])
    func readsTimes(text: String, expected: Int64?) {
        #expect(parse(text, FieldParser.timestamp) == expected)
    }

    @Test(
        arguments: [("2020-07-01", 18_444), ("1970-01-01", 0), ("7/1/2020", 18_444), ("2020-07-32", nil), ("x", nil)]
            as [(String, Int32?)])
    func readsDates(text: String, expected: Int32?) {
        #expect(parse(text, FieldParser.date) == expected)
    }

    @Test(
        arguments: [("true", true), ("F", false), ("1", true), ("False", false), ("yes", nil), ("", nil)]
            as [(String, Bool?)])
    func readsTruth(text: String, expected: Bool?) {
        #expect(parse(text, FieldParser.bool) == expected)
    }
}

struct DigitWordTests {
    private static let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]

    /// Hands `body` the text with what may follow it in a file.
    private static func with<Result>(
        _ text: String, _ body: (UnsafePointer<UInt8>, Int, UnsafeBufferPointer<UInt8>) -> Result
    ) throws -> Result {
        let bytes = Array(text.utf8) + Array(",9.9\n-1:00 2020-01-01 00:00:00".utf8)
        return try bytes.withUnsafeBufferPointer { buffer in
            let base = try #require(buffer.baseAddress)
            return body(base, text.utf8.count, UnsafeBufferPointer(start: base, count: text.utf8.count))
        }
    }

    private static func random(_ alphabet: String, _ length: Int, _ generator: inout SeededGenerator) -> String {
        String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "0" })
    }

    @Test(arguments: ["0123456789", "0123456789.-", "019 .+-e/:x"])
    func readsNumbersAsTheGeneralParserDoes(alphabet: String) throws {
        var generator = SeededGenerator(seed: 1)
        var read = 0
        var wrong: [String] = []
        for round in 0..<6000 {
            let text = Self.random(alphabet, round % 11, &generator)
            try Self.with(text) { base, length, whole in
                if let value = DigitWord.number(base, length) {
                    if value != FieldParser.int64(whole) { wrong.append(text) }
                    read += 1
                }
                let decimal = Self.powers.withUnsafeBufferPointer { powers in
                    powers.baseAddress.flatMap { DigitWord.decimal(base, length, $0) }
                }
                if let decimal {
                    if decimal.bitPattern != FieldParser.double(whole)?.bitPattern { wrong.append(text) }
                    read += 1
                }
            }
        }
        #expect(read > 300)
        #expect(wrong.isEmpty)
    }

    @Test(arguments: ["0", "7", "265", "99999999", "00000001"])
    func knowsPlainNumbers(text: String) throws {
        #expect(try Self.with(text) { base, length, _ in DigitWord.number(base, length) } == Int64(text))
    }

    @Test(arguments: ["8", "0.5", "11.8", "-3.5", ".20", ".00", "263163.2", "-0.3", "1234567.", "-.5"])
    func knowsPlainDecimals(text: String) throws {
        let value = try Self.with(text) { base, length, whole in
            let value = Self.powers.withUnsafeBufferPointer { powers in
                powers.baseAddress.flatMap { DigitWord.decimal(base, length, $0) }
            }
            return value == FieldParser.double(whole) ? value : nil
        }
        #expect(value != nil)
    }

    @Test func readsTheSecondsOfADay() throws {
        for second in stride(from: 0, to: 86_400, by: 7) {
            let parts = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            let value = try Self.with(parts.joined(separator: ":")) { base, _, _ in DigitWord.time(base) }
            guard value == Int64(second) * 1_000_000 else {
                Issue.record("second \(second) was read as \(String(describing: value))")
                return
            }
        }
    }

    @Test func readsTimesAsTheGeneralParserDoes() throws {
        var generator = SeededGenerator(seed: 2)
        let plain = Array("2020-02-29 23:59:59")
        var format = CSVTimestampFormat()
        var read = 0
        var wrong: [String] = []
        for _ in 0..<10_000 {
            var characters = plain
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let at = Int.random(in: 0..<19, using: &generator)
                characters[at] = "0123456789-: /.T".randomElement(using: &generator) ?? "0"
            }
            let text = String(characters)
            try Self.with(text) { base, length, whole in
                guard let value = format.short(base, length) else { return }
                if value != FieldParser.timestamp(whole) { wrong.append(text) }
                read += 1
            }
        }
        #expect(read > 1000)
        #expect(wrong.isEmpty)
        let other = try Self.with("2019-12-31 00:00:01") { base, length, _ in format.short(base, length) }
        #expect(other == 1_577_750_401_000_000)
    }
}

struct CalendarDayTests {
    @Test func countsEveryDayOfFourCenturies() {
        var days = CalendarDay.days(year: 1800, month: 1, day: 1)
        var wrong: [Int] = []
        for year in 1800..<2200 {
            for month in 1...12 {
                for day in 1...CalendarDay.daysInMonth(year: year, month: month) {
                    let isRight =
                        CalendarDay.days(year: year, month: month, day: day) == days
                        && CalendarDay.date(days: days) == (year, month, day)
                    if !isRight { wrong.append(days) }
                    days += 1
                }
            }
        }
        #expect(wrong.isEmpty)
        #expect(CalendarDay.days(year: 1970, month: 1, day: 1) == 0)
    }
}
