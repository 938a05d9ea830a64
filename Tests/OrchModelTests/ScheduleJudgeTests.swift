import Foundation
import OrchModel
import TestSupport
import Testing

@Suite("Schedules, judged by croniter, dateutil and zoneinfo") struct ScheduleJudgeTests {
    private struct Case: Decodable {
        var schedule: ScheduleSpec
        var after: Int64
        var next: [JSONValue]
        var before: Int64?
        var previous: Int64?
    }

    @Test(
        "random schedules fire when the judges say, over fifty years and in odd zones",
        .enabled("needs croniter") { ScheduleJudge.isAvailable },
        arguments: [
            (3, 200, 0, 0), (4, 0, 150, 0), (5, 0, 0, 3),
            (UInt32(truncatingIfNeeded: SeededGenerator.seed(6)), 60, 30, 1),
        ] as [(UInt32, Int, Int, Int)])
    func judged(seed: UInt32, crons: Int, rules: Int, changes: Int) throws {
        let lines = try ScheduleJudge.cases(seed: seed, crons: crons, rules: rules, changes: changes)
        try #require(lines.count > 100)
        var wrong: [String] = []
        for line in lines {
            let judged = try JSONDecoder().decode(Case.self, from: Data(line.utf8))
            let timetable = try judged.schedule.timetable()
            var last = Self.instant(judged.after)
            for expected in judged.next {
                let fire = timetable.next(after: last)
                let isRight =
                    if let slot = expected.arrayValue {
                        fire.map {
                            [.int(Self.second($0)), .string("\($0.slot.local)"), .int(Int64($0.slot.fold))]
                        }
                            == slot
                    } else {
                        fire.map { .int(Self.second($0)) } == expected
                    }
                guard isRight, let fire else {
                    wrong.append("\(line): after \(last) got \(fire.map { "\($0.instant) \($0.slot)" } ?? "none")")
                    break
                }
                last = fire.instant
            }
            if let before = judged.before,
                timetable.previous(before: Self.instant(before)).map(Self.second) != judged.previous
            {
                wrong.append("\(line): before \(before)")
            }
        }
        #expect(wrong.isEmpty, "seed \(seed)")
    }

    private static func instant(_ second: Int64) -> Timestamp { Timestamp(microseconds: second * 1_000_000) }
    private static func second(_ fire: ScheduleFire) -> Int64 { fire.instant.microseconds / 1_000_000 }
}
