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

    @Test(arguments: ["", "-", ".", "nan", "inf", "-inf", "0x10", "1e", "1,5", "1..2", "$5", "1e400", "1 2"])
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
