import OrchModel
import Testing

@testable import OrchCLI

struct BackfillSummaryTests {
    private func reply(_ zone: String?) throws -> BackfillReply {
        let interval = try #require(DataInterval("2019-12-31T23:00:00Z/2020-01-31T23:00:00Z"))
        return BackfillReply(
            backfill: nil, intervals: [BackfillInterval(interval, run: nil, zone: zone ?? "UTC")], timezone: zone)
    }

    @Test("a table of intervals names the zone of its times: UTC, and the schedule's beside it")
    func zones() throws {
        let berlin = BackfillSummary.plan(try reply("Europe/Berlin"), "docker-flow", isDry: true)
        #expect(berlin.hasPrefix("START (EUROPE/BERLIN)   START (UTC)          END (UTC)"), "\(berlin)")
        #expect(berlin.contains("\n2020-01-01T00:00+01:00  2019-12-31 23:00:00  2020-01-31 23:00:00"), "\(berlin)")
        for zone in ["UTC", nil] {
            let utc = BackfillSummary.plan(try reply(zone), "docker-flow", isDry: true)
            #expect(utc.hasPrefix("START (UTC)          END (UTC)"), "\(utc)")
        }
    }

    @Test("the grid is labelled by the clocks of the schedule's zone")
    func grid() throws {
        #expect(BackfillSummary.grid(try reply("Europe/Berlin").intervals) == "2020-01-01  .\n")
    }
}
