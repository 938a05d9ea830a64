import Foundation
import OrchTesting
import Testing

@testable import Orch

struct TimeSensorTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    @Test func momentsAreWaitedForExactly() async throws {
        let bench = try SensorBench()
        let found = try await bench.context.wait(for: .instant(SensorBench.start + .seconds(90)))
        #expect(found == SensorBench.start + .seconds(90))
        #expect(bench.clock.waits == [.seconds(90)])
        try await bench.context.wait(for: .instant(SensorBench.start))
        #expect(bench.clock.waits.count == 1)
        // 2020-09-13T12:28:10Z now.
        #expect(try await bench.context.wait(for: .timeOfDay(12, 30)) == time("2020-09-13T12:30:00Z"))
        #expect(bench.now == (try time("2020-09-13T12:30:00Z")))
    }

    @Test func theEndOfTheDataInterval() async throws {
        let end = SensorBench.start + .seconds(50)
        let bench = try SensorBench(dataInterval: DataInterval(start: SensorBench.start, end: end))
        #expect(try await bench.context.wait(for: .afterInterval(.seconds(10))) == end + .seconds(10))
        #expect(bench.clock.waits == [.seconds(60)])
        let without = try SensorBench()
        await #expect(throws: SensorFailed.self) { try await without.context.wait(for: .afterInterval()) }
    }

    @Test(arguments: [
        (25, 0, "UTC", "25:0 is no time of day"), (1, 60, "UTC", "1:60 is no time of day"),
        (-1, 0, "UTC", "-1:0 is no time of day"), (1, 0, "Nowhere/City", "there is no time zone \"Nowhere/City\""),
        (1, 0, "../../etc/passwd", "there is no time zone"), (1, 0, "", "there is no time zone \"\""),
        (1, 0, "/etc/localtime", "there is no time zone"),
    ])
    func whatIsNoTimeEndsTheWait(hour: Int, minute: Int, zone: String, reason: String) async throws {
        let bench = try SensorBench()
        let error = await #expect(throws: SensorFailed.self) {
            try await bench.context.wait(for: .timeOfDay(hour, minute, in: zone))
        }
        #expect(error?.description.contains(reason) == true)
    }

    private static let hasZones = FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/London")

    /// Wall times, and the instants that Python's `zoneinfo` has for them (`fold=0`).
    @Test(
        .enabled("needs tzdata") { hasZones },
        arguments: [
            ("UTC", 2026, 7, 1, 8, 30, "2026-07-01T08:30:00Z"),
            ("Europe/London", 2026, 1, 15, 8, 30, "2026-01-15T08:30:00Z"),
            ("Europe/London", 2026, 7, 1, 8, 30, "2026-07-01T07:30:00Z"),
            // Left out: 01:00 becomes 02:00 on 29 March 2026.
            ("Europe/London", 2026, 3, 29, 1, 30, "2026-03-29T01:30:00Z"),
            // Twice: 02:00 becomes 01:00 on 25 October 2026.
            ("Europe/London", 2026, 10, 25, 1, 30, "2026-10-25T00:30:00Z"),
            ("America/New_York", 2026, 3, 8, 2, 30, "2026-03-08T07:30:00Z"),
            ("America/New_York", 2026, 11, 1, 1, 30, "2026-11-01T05:30:00Z"),
            ("America/New_York", 2060, 7, 1, 12, 0, "2060-07-01T16:00:00Z"),
            ("Australia/Lord_Howe", 2026, 4, 5, 1, 45, "2026-04-04T14:45:00Z"),
            ("Australia/Lord_Howe", 2026, 10, 4, 2, 15, "2026-10-03T15:45:00Z"),
            ("Australia/Lord_Howe", 2050, 1, 1, 0, 0, "2049-12-31T13:00:00Z"),
            ("Asia/Kolkata", 2026, 7, 1, 0, 0, "2026-06-30T18:30:00Z"),
            ("Pacific/Apia", 2026, 1, 1, 0, 0, "2025-12-31T11:00:00Z"),
        ])
    func wallTimes(
        zone: String, year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, expected: String
    ) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        let wall = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60
        let instant = try ZoneFile(zone).instant(ofWallTime: wall)
        #expect(Timestamp(microseconds: instant * 1_000_000) == (try time(expected)))
    }

    @Test(arguments: [
        ("GMT0BST,M3.5.0/1,M10.5.0", 1_782_900_000, 3600), ("GMT0BST,M3.5.0/1,M10.5.0", 1_768_000_000, 0),
        ("<+0530>-5:30", 1_782_900_000, 19_800), ("EST5EDT,M3.2.0,M11.1.0", 1_782_900_000, -14_400),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_768_000_000, 39_600), ("EST5EDT,J60,J300", 1_782_900_000, -14_400),
        ("EST5EDT,59,300/-2", 1_782_900_000, -14_400),
    ])
    func rules(text: String, time: Int64, offset: Int) throws {
        #expect(try #require(ZoneRule(text)).offset(at: time) == offset)
    }

    @Test(arguments: ["", "X", "EST", "EST5EDT,M13.1.0,M1.1.0", "EST5EDT,M3.2.0", "EST999", "EST5EDT,M3.2.0,M11.1.0x"])
    func whatIsNoRuleIsNone(text: String) { #expect(ZoneRule(text) == nil) }

    @Test func brokenFilesAreNoZones() throws {
        #expect(ZoneFile([]) == nil)
        #expect(ZoneFile(Array("TZif2".utf8)) == nil)
        guard Self.hasZones else { return }
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/London")))
        for length in stride(from: 0, to: bytes.count, by: 7) { _ = ZoneFile(Array(bytes.prefix(length))) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var broken = bytes
            for _ in 0..<3 {
                broken[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = ZoneFile(broken)?.instant(ofWallTime: 1_782_900_000)
        }
    }
}
