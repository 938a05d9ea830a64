import Glibc
import OrchModel
import Testing

@testable import OrchCLI

struct StartTimeTests {
    @Test(
        "A length of time is read in words, too",
        arguments: [
            ("10 minutes", 600), ("1 hour and 30 minutes", 5400), ("2 days", 172_800), ("90", 90), ("1h30m", 5400),
            ("1 hour, 5 seconds", 3605), ("in 10 min", 600),
        ])
    func spans(text: String, seconds: Int) throws {
        #expect(try StartTime.span(text) == .seconds(seconds))
    }

    @Test(
        "What is no length of time is refused",
        arguments: ["ten minutes", "10 fortnights", "minutes 10", "", "5 m 1 h"])
    func refusedSpans(text: String) {
        #expect(throws: (any Error).self) { try StartTime.span(text) }
    }

    @Test(
        "A time without a zone is one that the clocks here show, a day its midnight",
        arguments: [
            ("2026-07-01", "2026-07-01T00:00"), ("2026-07-01T07:00", "2026-07-01T07:00"),
            ("2026-12-31 23:59:58", "2026-12-31T23:59:58"),
        ])
    func localTimes(text: String, shown: String) throws {
        var seconds = time_t(try StartTime.instant(text).microseconds / 1_000_000)
        var parts = tm()
        _ = localtime_r(&seconds, &parts)
        let local = LocalTime(seconds: Int64(seconds) + Int64(parts.tm_gmtoff))
        #expect(local.description == shown)
    }

    @Test func anInstantIsWhatItSays() throws {
        #expect(try StartTime.instant("2026-07-01T07:00:00Z") == Timestamp("2026-07-01T07:00:00Z"))
        #expect(throws: (any Error).self) { try StartTime.instant("tomorrow") }
    }
}
