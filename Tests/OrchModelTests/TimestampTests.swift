import OrchModel
import Testing

struct TimestampTests {
    @Test(arguments: [
        (text: "1970-01-01T00:00:00.000000Z", micros: Int64(0)),
        (text: "2020-07-01T00:15:13.000000Z", micros: 1_593_562_513_000_000),
        (text: "2008-12-31T23:02:40.123456Z", micros: 1_230_764_560_123_456),
        (text: "1969-12-31T23:59:59.999999Z", micros: -1),
        (text: "2041-08-17T16:24:47.000000Z", micros: 2_260_369_487_000_000),
        (text: "2000-02-29T12:00:00.500000Z", micros: 951_825_600_500_000),
    ])
    func writesAndReads(text: String, micros: Int64) {
        #expect(Timestamp(microseconds: micros).description == text)
        #expect(Timestamp(text)?.microseconds == micros)
    }

    @Test(arguments: [
        (Int64(253_402_300_800_000_000), "10000-01-01T00:00:00.000000Z"),
        (253_426_060_799_999_999, "10000-10-01T23:59:59.999999Z"), (.max, "294247-01-10T04:00:54.775807Z"),
        (.min, "-290308-12-21T19:59:05.224192Z"),
    ])
    func writesYearsOfAnyLength(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test(arguments: [
        (text: "2020-07-01T02:15:13+02:00", micros: Int64(1_593_562_513_000_000)),
        (text: "2020-06-30T20:15:13.5-04:00", micros: 1_593_562_513_500_000),
        (text: "2020-07-01T00:15:13.123456789Z", micros: 1_593_562_513_123_456),
        (text: "2020-07-01 00:15:13Z", micros: 1_593_562_513_000_000),
        (text: "2020-07-01T18:15:13+18:00", micros: 1_593_562_513_000_000),
        (text: "2020-06-30T12:30:13-11:45", micros: 1_593_562_513_000_000),
    ])
    func readsOffsetsAndNanoseconds(text: String, micros: Int64) {
        #expect(Timestamp(text)?.microseconds == micros)
    }

    @Test(arguments: [
        "", "2020", "2020-13-01T00:00:00Z", "2020-02-30T00:00:00Z", "2020-07-01T24:00:00Z", "2020-07-01T00:00:00",
        "2020-07-01T00:00:00.Z", "2020-07-01T00:00:00+0200", "2020-07-01T00:00:00Zx", "é020-07-01T00:00:00Z",
        "2020-07-01T00:00:00+99:00", "2020-07-01T00:00:00-18:01", "2020-07-01T00:00:00+01:60",
    ])
    func refuses(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func countsDaysBothWays() {
        for day in stride(from: Int64(-719_162), through: 2_932_896, by: 97) {
            let date = CivilDate(daysSinceEpoch: day)
            let (year, month, dayOfMonth) = date.components
            #expect(CivilDate(year: year, month: month, day: dayOfMonth)?.daysSinceEpoch == day)
        }
    }

    @Test func addsAndSubtractsDurations() {
        let start = Timestamp(microseconds: 1_000_000)
        #expect((start + .milliseconds(1500)).microseconds == 2_500_000)
        #expect((start + .seconds(-2)).microseconds == -1_000_000)
        #expect(start + .seconds(Int64.max) == Timestamp(microseconds: .max))
        #expect(Timestamp(microseconds: 2_500_000) - start == .milliseconds(1500))
    }
}
