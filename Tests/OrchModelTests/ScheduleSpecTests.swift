import Foundation
import Testing

@testable import OrchModel

@Suite("What people write of a schedule") struct ScheduleSpecTests {
    private func read(_ json: String) throws -> ScheduleSpec {
        try JSONDecoder().decode(ScheduleSpec.self, from: Data(json.utf8))
    }

    @Test("all of it is read, and what is written is read as the same") func roundTrip() throws {
        let spec = try read(
            """
            {"slug":"monthly","cron":"0 7 2 * *","dayOr":false,"timezone":"Europe/Berlin","active":false,"parameters":{"month":1},
            "starts":"2026-01-01","ends":"2027-01-01T00:00:00Z","jitter":"PT5M","catchup":true,"missed":"all","catchupWindow":"7d",
            "overlap":"buffer-all","maxQueued":3,"pauseAfterFailures":5}
            """)
        #expect(spec.rule == .cron("0 7 2 * *", dayOr: false) && spec.jitterSeconds == 300)
        #expect(spec.catchupWindowSeconds == 604_800 && spec.overlap == .bufferAll && spec.missed == .all)
        let again = try JSONDecoder().decode(ScheduleSpec.self, from: try JSONEncoder().encode(spec))
        #expect(again == spec)
        for text in [
            #"{"interval":3600,"anchor":"2026-01-01T00:00"}"#, #"{"rrule":"FREQ=DAILY"}"#, #"{"cron":"@daily"}"#,
        ] {
            let spec = try read(text)
            #expect(try JSONDecoder().decode(ScheduleSpec.self, from: try JSONEncoder().encode(spec)) == spec)
        }
        #expect(try read(#"{"interval":"1h30m"}"#).rule == .interval(seconds: 5400))
    }

    @Test(
        "what contradicts itself is refused",
        arguments: [
            (#"{}"#, "one of \"cron\", \"interval\" and \"rrule\", got none"),
            (#"{"cron":"@daily","interval":5}"#, "got \"cron\" and \"interval\""),
            (#"{"interval":5,"dayOr":true}"#, "\"dayOr\" belongs to \"cron\""),
            (#"{"cron":"@daily","anchor":"2026-01-01"}"#, "\"anchor\" belongs to \"interval\""),
            (#"{"interval":1.5}"#, "expected whole seconds"),
            (#"{"cron":"@daily","missed":"latst"}"#, "did you mean latest?"),
            (#"{"cron":"@daily","overlap":"buffer"}"#, "expected one of skip"),
            (#"{"cron":"@daily","starts":"tomorrow"}"#, "expected a time such as"),
        ])
    func contradictions(text: String, hint: String) {
        let error = #expect(throws: DecodingError.self) { try read(text) }
        #expect(
            "\(String(describing: error))".contains(hint.replacingOccurrences(of: "\"", with: "\\\""))
                || "\(String(describing: error))".contains(hint))
    }

    @Test(
        "problems are told in sentences",
        arguments: [
            (ScheduleSpec(slug: "Monthly!", rule: .cron("@daily")), "slug: expected lower-case letters"),
            (ScheduleSpec(rule: .cron("0 25 * * *")), "the hour (field 2"),
            (ScheduleSpec(rule: .interval(seconds: 0)), "interval: expected 1 to"),
            (ScheduleSpec(rule: .cron("@daily"), timezone: "Europe/Berln"), "there is no time zone \"Europe/Berln\""),
            (
                ScheduleSpec(
                    rule: .cron("@daily"), starts: ScheduleMoment("2026-02-01"), ends: ScheduleMoment("2026-01-01")),
                "ends: expected"
            ),
            (
                ScheduleSpec(
                    rule: .cron("@yearly"), starts: ScheduleMoment("2026-02-01"), ends: ScheduleMoment("2026-03-01")),
                "it never fires"
            ),
            (ScheduleSpec(rule: .cron("@daily"), catchup: true), "catchup: expected \"starts\""),
            (ScheduleSpec(rule: .cron("@daily"), maxQueued: 2), "maxQueued: expected overlap"),
            (ScheduleSpec(rule: .cron("@daily"), jitterSeconds: -1), "jitter: expected 0 to 86400"),
            (ScheduleSpec(rule: .rrule("FREQ=SECONDLY")), "too often"),
            (ScheduleSpec(rule: .rrule("FREQ=DAILY;BYDAI=MO")), "did you mean BYDAY?"),
            (ScheduleSpec(rule: .rrule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")), "never fires"),
            (ScheduleSpec(rule: .rrule("FREQ=MINUTELY;INTERVAL=60;BYMINUTE=7")), "never fires"),
            (ScheduleSpec(rule: .rrule("FREQ=WEEKLY;BYDAY=2MO")), "an ordinal"),
            (ScheduleSpec(rule: .rrule("DTSTART;TZID=Asia/Tokyo:20260101T000000\nRRULE:FREQ=DAILY")), "another zone"),
            (ScheduleSpec(rule: .rrule("FREQ=DAILY;COUNT=3;UNTIL=20300101")), "leave one out"),
        ])
    func problems(spec: ScheduleSpec, hint: String) {
        let problems = spec.problems()
        #expect(problems.count == 1 && problems[0].contains(hint), "\(problems)")
    }

    @Test("two of one name are refused") func twice() {
        let spec = ScheduleSpec(rule: .cron("@daily"))
        #expect(spec.problems().isEmpty)
        #expect(
            ScheduleSpec.problems(of: [spec, spec]) == [
                "schedule \"default\" is there twice; give each a \"slug\" of its own"
            ])
    }

    @Test("what fires often is worth a word") func warnings() throws {
        let now = try #require(Timestamp("2026-01-01T00:00:00Z"))
        #expect(ScheduleSpec(rule: .cron("@hourly")).warnings(at: now).isEmpty)
        #expect(
            ScheduleSpec(rule: .cron("* * * * *")).warnings(at: now).first?.contains("fires 1,440 times a day") == true)
        #expect(
            ScheduleSpec(rule: .interval(seconds: 10)).warnings(at: now).first?.contains("more than once a minute")
                == true)
    }

    @Test(
        "what fires no more is worth a word",
        arguments: [
            (ScheduleSpec(rule: .rrule("FREQ=DAILY;UNTIL=20210101")), "its last slot was 2021-01-01T00:00Z"),
            (ScheduleSpec(rule: .rrule("FREQ=DAILY;COUNT=3")), "its last slot was 2020-01-03T00:00Z"),
            (
                ScheduleSpec(rule: .cron("@daily"), ends: ScheduleMoment("2026-01-02T00:00")),
                "its last slot was 2026-01-01"
            ),
            (ScheduleSpec(rule: .cron("@yearly"), ends: ScheduleMoment("2026-06-01")), "its last slot was 2026-01-01"),
        ])
    func firesNoMore(spec: ScheduleSpec, hint: String) throws {
        let now = try #require(Timestamp("2026-01-01T12:00:00Z"))
        #expect(spec.problems().isEmpty)
        let warnings = spec.warnings(at: now)
        #expect(
            warnings.count == 1 && warnings[0].contains("fires no more") && warnings[0].contains(hint), "\(warnings)")
    }

    @Test("an offset that no clock ever had is no time") func offset() {
        #expect(ScheduleMoment("2026-01-01T00:00:00+99:00") == nil)
        #expect(throws: DecodingError.self) {
            try read(#"{"interval":3600,"anchor":"2026-01-01T00:00:00-19:00"}"#)
        }
    }

    @Test(
        "a jitter longer than from a slot to the next is worth a word",
        arguments: [
            ("0,1 * * * *", 61, true), ("0,1 * * * *", 60, false), ("0 7,8 1 * *", 3601, true),
            ("*/10 * * * *", 1800, true), ("0 7 * * *", 86_400, false), ("0 7 * * *", 3600, false),
        ])
    func jitter(cron: String, jitter: Int, warns: Bool) throws {
        let now = try #require(Timestamp("2026-01-01T12:00:00Z"))
        let warnings = ScheduleSpec(rule: .cron(cron), jitterSeconds: jitter).warnings(at: now)
        #expect(warnings.contains { $0.contains("jitter of \(jitter) s") } == warns, "\(warnings)")
    }

    @Test("rules that fire hardly ever end in time") func rare() throws {
        for text in [
            "FREQ=DAILY;INTERVAL=1000;BYMONTHDAY=29;BYMONTH=2", "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO",
            "FREQ=MINUTELY;INTERVAL=999983;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=1",
            "FREQ=HOURLY;INTERVAL=25;COUNT=10000",
        ] { _ = ScheduleSpec(rule: .rrule(text)).problems() }
    }
}
