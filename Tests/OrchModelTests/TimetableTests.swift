import TimeZones
import Testing

@testable import OrchModel

/// Whether the machine that the tests run on has time zones.
private let systemHasZones = (try? ZoneDatabase.system.rules("Europe/Berlin")) != nil

@Suite("Slots on the clocks of a zone", .enabled("needs tzdata") { systemHasZones }) struct TimetableTests {
    private func fires(_ spec: ScheduleSpec, after: String, _ count: Int) throws -> [String] {
        let begin = try #require(Timestamp(after))
        return try spec.preview(count: count, after: begin).map { "\($0.slot) \($0.local)" }
    }

    @Test("a time that clocks leave out comes as much later, one that they show twice comes once") func fixedTimes()
        throws
    {
        let spec = ScheduleSpec(rule: .cron("30 2 * * *"), timezone: "Europe/Berlin")
        #expect(
            try fires(spec, after: "2026-03-28T00:00:00Z", 3) == [
                "2026-03-28T02:30/0 2026-03-28T02:30+01:00", "2026-03-29T02:30/0 2026-03-29T03:30+02:00",
                "2026-03-30T02:30/0 2026-03-30T02:30+02:00",
            ])
        #expect(
            try fires(spec, after: "2026-10-24T12:00:00Z", 2) == [
                "2026-10-25T02:30/0 2026-10-25T02:30+02:00", "2026-10-26T02:30/0 2026-10-26T02:30+01:00",
            ])
    }

    @Test("a rule of every hour comes in each hour that passes") func everyHour() throws {
        let spec = ScheduleSpec(rule: .cron("30 * * * *"), timezone: "Europe/Berlin")
        #expect(
            try fires(spec, after: "2026-10-25T00:00:00Z", 3) == [
                "2026-10-25T02:30/0 2026-10-25T02:30+02:00", "2026-10-25T02:30/1 2026-10-25T02:30+01:00",
                "2026-10-25T03:30/0 2026-10-25T03:30+01:00",
            ])
        #expect(
            try fires(spec, after: "2026-03-29T00:00:00Z", 2) == [
                "2026-03-29T01:30/0 2026-03-29T01:30+01:00", "2026-03-29T03:30/0 2026-03-29T03:30+02:00",
            ])
    }

    @Test("whole days keep the wall clock, other intervals are elapsed time") func intervals() throws {
        let day = ScheduleSpec(
            rule: .interval(seconds: 86_400, anchor: ScheduleMoment("2026-01-01T07:00")), timezone: "Europe/Berlin")
        #expect(
            try fires(day, after: "2026-03-28T12:00:00Z", 2) == [
                "2026-03-29T07:00/0 2026-03-29T07:00+02:00", "2026-03-30T07:00/0 2026-03-30T07:00+02:00",
            ])
        let hours = ScheduleSpec(rule: .interval(seconds: 3600), timezone: "Europe/Berlin")
        #expect(
            try fires(hours, after: "2026-10-25T00:00:00Z", 3).map { $0.prefix(18) } == [
                "2026-10-25T02:00/1", "2026-10-25T03:00/0", "2026-10-25T04:00/0",
            ])
    }

    @Test("the data interval reaches from the slot before to the slot, over a change of clocks too")
    func dataIntervals() throws {
        let spec = ScheduleSpec(rule: .cron("0 0 * * *"), timezone: "Europe/Berlin")
        let previewTime = try #require(Timestamp("2026-03-29T12:00:00Z"))
        let preview = try #require(try spec.preview(count: 1, after: previewTime).first)
        #expect(preview.dataInterval == DataInterval("2026-03-28T23:00:00Z/2026-03-29T22:00:00Z"))
        #expect(preview.note == nil)
        let beforeTime = try #require(Timestamp("2026-03-28T12:00:00Z"))
        let before = try #require(try spec.preview(count: 1, after: beforeTime).first)
        #expect(before.note == "clocks go forward by PT1H")
    }

    @Test("a slot gives back its instant, and its text itself") func slots() throws {
        let timetable = try ScheduleSpec(rule: .cron("*/15 * * * *"), timezone: "Australia/Lord_Howe").timetable()
        var last = try #require(Timestamp("2026-04-04T10:00:00Z"))
        var seen: Set<ScheduleSlot> = []
        for _ in 0..<60 {
            let fire = try #require(timetable.next(after: last))
            #expect(fire.instant == last + .seconds(900))
            #expect(timetable.instant(of: fire.slot) == fire.instant)
            #expect(ScheduleSlot("\(fire.slot)") == fire.slot)
            #expect(seen.insert(fire.slot).inserted)
            last = fire.instant
        }
    }

    @Test("starts and ends bound the slots") func bounds() throws {
        let spec = ScheduleSpec(
            rule: .cron("0 7 2 * *"), starts: ScheduleMoment("2026-02-02T07:00"),
            ends: ScheduleMoment("2026-04-02T07:00:00Z"))
        #expect(
            try spec.preview(count: 9, after: Timestamp(microseconds: 0)).map { "\($0.slot.local)" } == [
                "2026-02-02T07:00", "2026-03-02T07:00",
            ])
        let first = try #require(Timestamp("2026-02-02T07:00:00Z"))
        #expect(try spec.timetable().previous(before: first) == nil)
    }

    @Test("jitter is always the same for a slot, and within its bound") func jitter() throws {
        let schedule = try #require(Identifier("01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11"))
        let slots = (0..<1000).map { ScheduleSlot(local: LocalTime(seconds: $0 * 60)) }
        let delays = slots.map { $0.delay(of: schedule, jitter: 600) }
        #expect(delays == slots.map { $0.delay(of: schedule, jitter: 600) })
        #expect(delays.allSatisfy { $0 >= .zero && $0 < .seconds(600) })
        #expect(Set(delays).count > 990)
        let mean = delays.reduce(.zero, +) / 1000
        #expect(mean > .seconds(250) && mean < .seconds(350))
        #expect(slots[0].delay(of: schedule, jitter: nil) == .zero)
    }
}
