import Testing

@testable import OrchModel

@Suite("Cron expressions") struct CronExpressionTests {
    @Test(
        "what is none is refused with the field, the column and what was expected",
        arguments: [
            ("0 25 * * *", "the hour (field 2, column 3): expected 0 to 23, got \"25\""),
            ("0 0 * * MOO", "day of the week (field 5, column 9)"), ("0 0 * * MOO", "did you mean MON?"),
            ("0 0 1 13 *", "the month (field 4, column 7): expected 1 to 12, or JAN to DEC, got \"13\""),
            ("* * * * * *", "got 6; there are no seconds"), ("", "expected 5 fields"), ("1 2 3", "got 3"),
            ("0 0 31 2 *", "never fires"), ("0 0 30 FEB *", "never fires"), ("0 0 10-5 * *", "runs backwards"),
            ("*/0 * * * *", "expected a step of 1 to 59"), ("*/61 * * * *", "expected a step"),
            ("0 0 15W * *", "nearest working day"), ("0 0 * * L", "such as 5L"), ("0 0 * * 5#6", "expected #1 to #5"),
            ("0 0 * * 5#+2", "expected #1"),
            ("@every 5m", "give an interval"), ("@reboot", "nothing here is booted"),
            ("@dayly", "did you mean @daily?"),
            ("? * * * *", "? stands alone"), ("1,,2 * * * *", "got nothing"), ("+1 * * * *", "got \"+1\""),
            ("-1 * * * *", "got nothing"), ("1-2-3 * * * *", "got \"2-3\""),
            ("99999999999999999999 * * * *", "expected"),
            ("0 0 * * 8", "0 to 7 (0 and 7 are Sunday)"), ("é * * * *", "column 1"),
        ])
    func refused(text: String, hint: String) {
        let problem = #expect(throws: ScheduleProblem.self) { try CronExpression(text) }
        #expect(problem?.description.contains(hint) == true, "\(problem?.description ?? "")")
    }

    @Test(
        "the next time",
        arguments: [
            ("@monthly", "2026-01-15T00:00", "2026-02-01T00:00"), ("0 7 2 * *", "2026-01-02T07:00", "2026-02-02T07:00"),
            ("0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00"),
            ("0 0 L * *", "2028-02-01T00:00", "2028-02-29T00:00"),
            ("0 0 * * FRIL", "2026-01-01T00:00", "2026-01-30T00:00"),
            ("0 0 * * L5", "2026-01-01T00:00", "2026-01-30T00:00"),
            ("0 0 * * FRI#2", "2026-01-01T00:00", "2026-01-09T00:00"),
            ("0 0 * * 7", "2026-01-01T00:00", "2026-01-04T00:00"),
            ("0 0 * * FRI-MON", "2026-01-06T00:00", "2026-01-09T00:00"),
            ("0 22-2 * * *", "2026-01-01T02:00", "2026-01-01T22:00"),
            ("59 23 31 12 *", "2026-12-31T23:59", "2027-12-31T23:59"),
            ("0 0 13 * FRI", "2026-01-01T00:00", "2026-01-02T00:00"),
            ("0 0 ? * MON", "2026-01-01T00:00", "2026-01-05T00:00"),
            ("\t0  0 1 1 *", "2026-01-01T00:00", "2027-01-01T00:00"),
        ])
    func next(text: String, after: String, expected: String) throws {
        let cron = try CronExpression(text)
        let (begin, end) = (try #require(LocalTime(after)), try #require(LocalTime(expected)))
        #expect(cron.next(after: begin) == end)
        #expect(cron.previous(before: end.adding(seconds: 1)) == end)
    }

    @Test("both days have to match where it is said so") func bothDays() throws {
        let cron = try CronExpression("0 0 13 * FRI", dayOr: false)
        let begin = try #require(LocalTime("2026-01-01"))
        #expect(cron.next(after: begin) == LocalTime("2026-02-13"))
    }

    @Test("the ends of time do not trap") func extremes() throws {
        let cron = try CronExpression("*/5 * * * *")
        for seconds in [Int64.min, .min + 1, .max - 1, .max] {
            _ = cron.next(after: LocalTime(seconds: seconds))
            _ = cron.previous(before: LocalTime(seconds: seconds))
        }
    }
}
