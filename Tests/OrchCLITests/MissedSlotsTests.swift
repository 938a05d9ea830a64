import OrchModel
import Testing

@testable import OrchCLI

struct MissedSlotsTests {
    private static func schedule(
        _ missed: MissedPolicy, last: String = "2020-09-14T07:00/0", isActive: Bool = true
    ) throws -> Schedule {
        let at = try #require(Timestamp("2020-09-01T00:00:00Z"))
        var spec = ScheduleSpec(slug: "daily", rule: .cron("0 7 * * *"))
        spec.missed = missed
        return Schedule(
            id: .new(), deploymentID: .new(), deploymentName: "x", flowName: "f", spec: spec, isActive: isActive,
            isDeploymentPaused: true, lastSlot: ScheduleSlot(last), createdAt: at, updatedAt: at)
    }

    private static func text(_ schedule: Schedule, isSkipping: Bool = false) throws -> String? {
        let now = try #require(Timestamp("2020-09-17T12:00:00Z"))
        return MissedSlots(schedule, isSkipping: isSkipping, at: now)?.text
    }

    @Test("Whoever resumes a deployment is told which runs start")
    func tells() throws {
        let latest = try #require(try Self.text(Self.schedule(.latest)))
        #expect(latest.contains("daily: a run starts for its slot 2020-09-17T07:00 (missed: latest)"))
        let all = try #require(try Self.text(Self.schedule(.all)))
        #expect(all.contains("runs start for its slots from 2020-09-15T07:00 to 2020-09-17T07:00 (missed: all)"))
        let none = try #require(try Self.text(Self.schedule(.none, last: "2020-09-16T07:00/0")))
        #expect(none.contains("its slot 2020-09-17T07:00 makes no run (missed: none)"))
        let skipped = try #require(try Self.text(Self.schedule(.all), isSkipping: true))
        #expect(skipped.contains("its slots from 2020-09-15T07:00 to 2020-09-17T07:00 are skipped"))
    }

    @Test("Nothing is said where nothing was missed, or the schedule is paused itself")
    func silent() throws {
        #expect(try Self.text(Self.schedule(.latest, last: "2020-09-17T07:00/0")) == nil)
        #expect(try Self.text(Self.schedule(.latest, isActive: false)) == nil)
    }
}
