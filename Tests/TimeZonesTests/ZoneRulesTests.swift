import Foundation
import TestSupport
import Testing

@testable import TimeZones

@Suite("Rules of time zones") struct ZoneRulesTests {
    /// Seconds since 1970 of a text such as `2026-03-29T02:30`, taken as UTC.
    static func seconds(_ text: String) throws -> Int64 {
        let date = try #require(ISO8601DateFormatter().date(from: text + ":00Z"), "\(text)")
        return Int64(date.timeIntervalSince1970)
    }

    /// Wall times, and the instants that Python's `zoneinfo` has for them (`fold=0`).
    @Test(
        "the first of a repeated time, and a missing one shifted by the gap",
        .enabled("needs tzdata") { Zones.areThere },
        arguments: [
            ("UTC", "2026-07-01T08:30", "2026-07-01T08:30"),
            ("Europe/London", "2026-01-15T08:30", "2026-01-15T08:30"),
            ("Europe/London", "2026-07-01T08:30", "2026-07-01T07:30"),
            // Left out: 01:00 becomes 02:00 on 29 March 2026.
            ("Europe/London", "2026-03-29T01:30", "2026-03-29T01:30"),
            // Twice: 02:00 becomes 01:00 on 25 October 2026.
            ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30"),
            ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30"),
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
            ("America/New_York", "2060-07-01T12:00", "2060-07-01T16:00"),
            ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),
            ("Australia/Lord_Howe", "2050-01-01T00:00", "2049-12-31T13:00"),
            ("Asia/Kolkata", "2026-07-01T00:00", "2026-06-30T18:30"),
            ("Pacific/Apia", "2026-01-01T00:00", "2025-12-31T11:00"),
            // A whole day that Apia left out.
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00"),
        ])
    func wallTimes(zone: String, wall: String, instant: String) throws {
        let rules = try ZoneDatabase.system.rules(zone)
        let (shown, expected) = (try Self.seconds(wall), try Self.seconds(instant))
        #expect(rules.instant(ofWall: shown) == expected)
    }

    @Test("the calendar's cycle of 400 years continues a rule for ever", .enabled("needs tzdata") { Zones.areThere })
    func farAway() throws {
        let london = try ZoneDatabase.system.rules("Europe/London")
        let summer = try Self.seconds("2026-07-01T00:00")
        let (start, end) = (try Self.seconds("2026-03-29T01:00"), try Self.seconds("2026-10-25T01:00"))
        for cycles: Int64 in [0, 1, 2, 19, 1000] {
            let instant = summer + cycles * Gregorian.secondsInCycle
            let period = london.period(at: instant)
            #expect(period.offset == 3600 && period.offsetBefore == 0)
            #expect(period.start == start + cycles * Gregorian.secondsInCycle)
            #expect(period.end == end + cycles * Gregorian.secondsInCycle)
        }
        for extreme in [Int64.min, Int64.max] { _ = london.instants(ofWall: extreme) }
    }

    @Test(
        "Python's zoneinfo sees all zones of the system the same",
        .enabled("needs tzdata and python") { Zones.areJudged },
        arguments: [7, SeededGenerator.seed(8)])
    func judged(seed: UInt64) throws {
        let lines = try Zones.judgement(seed: seed)
        try #require(lines.count > 10_000)
        var wrong: [String] = []
        for line in lines {
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().compactMap { Int64($0) }
            try #require(numbers.count == 5)
            let rules = try ZoneDatabase.system.rules(String(words[0]))
            var got = [rules.offset(at: numbers[0])]
            switch rules.instants(ofWall: numbers[2]) {
            case .once(let instant): got += [instant, instant]
            case .twice(let first, let second): got += [first, second]
            case .skipped(_, let before, let after): got += [numbers[2] - before, numbers[2] - after]
            }
            if got != [numbers[1], numbers[3], numbers[4]] { wrong.append("\(line): \(got)") }
        }
        #expect(wrong.isEmpty, "seed \(seed)")
    }
}

/// The zones of the machine that the tests run on.
enum Zones {
    static let folder = "/usr/share/zoneinfo"
    static let areThere = FileManager.default.fileExists(atPath: "\(folder)/Europe/London")
    static let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"] ?? "python3"

    static let areJudged =
        areThere
        && (ProcessInfo.processInfo.environment["CI"] != nil
            || (try? ChildProgram.run([python, "-c", "import zoneinfo"]))?.code == 0)

    static func judgement(seed: UInt64) throws -> [String] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../TestSupport/Judges/time_zones.py").standardized.path
        let ending = try ChildProgram.run([python, script, folder, String(seed)])
        try #require(ending.code == 0, "the judge failed: \(ending.errors)")
        return String(decoding: ending.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
