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
}
