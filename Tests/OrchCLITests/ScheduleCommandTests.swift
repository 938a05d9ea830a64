import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

struct ScheduleCommandTests {
    private static func preview(_ arguments: [String]) throws -> SchedulePreviewCommand {
        try #require(try OrchCommand.parseAsRoot(["schedule", "preview"] + arguments) as? SchedulePreviewCommand)
    }

    @Test("Options say a whole schedule")
    func options() throws {
        let command = try ScheduleRuleOptions.parse([
            "--interval", "1h30m", "--anchor", "2026-01-01T07:00", "--tz", "Europe/Berlin", "--jitter", "90",
            "--ends", "2027-01-01",
        ])
        let spec = try command.spec()
        #expect(spec.rule == .interval(seconds: 5400, anchor: ScheduleMoment("2026-01-01T07:00")))
        #expect(
            spec.timezone == "Europe/Berlin" && spec.jitterSeconds == 90 && spec.ends == ScheduleMoment("2027-01-01"))
        var whole = spec
        try SchedulePolicyOptions.parse([
            "--missed", "all", "--overlap", "buffer-all", "--max-queued", "3", "--catchup-window", "2d",
        ]).apply(to: &whole)
        #expect(whole.missed == .all && whole.overlap == .bufferAll && whole.maxQueued == 3)
        #expect(whole.catchupWindowSeconds == 172_800)
    }

    @Test(
        "A rule is one of three, and a policy one of its words",
        arguments: [
            ["--timezone", "UTC"], ["--cron", "0 7 * * *", "--rrule", "FREQ=DAILY"], ["--interval", "soon"],
            ["--cron", "0 7 * * *", "--starts", "tomorrow"],
        ])
    func refuses(arguments: [String]) throws {
        #expect(throws: (any Error).self) { try ScheduleRuleOptions.parse(arguments).spec() }
        #expect(throws: (any Error).self) { try SchedulePolicyOptions.parse(["--overlap", "skipp"]) }
    }

    @Test("Slots to come are shown in both zones, with what clocks do that day")
    func previews() throws {
        let spec = ScheduleSpec(rule: .cron("30 2 * * *"), timezone: "Europe/Berlin")
        let after = try #require(Timestamp("2026-03-28T00:00:00Z"))
        let text = ScheduleText.previews(try spec.preview(count: 2, after: after), zone: spec.timezone)
        #expect(
            text == """
                EUROPE/BERLIN           UTC                  DATA FROM (UTC)      NOTE
                2026-03-28T02:30+01:00  2026-03-28 01:30:00  2026-03-27 01:30:00  \("")
                2026-03-29T03:30+02:00  2026-03-29 01:30:00  2026-03-28 01:30:00  clocks go forward by PT1H: 2026-03-29T02:30 does not exist, shifted

                """)
    }

    @Test("What became of slots is shown with runs and reasons")
    func slots() throws {
        let (first, last) = (
            try #require(ScheduleSlot("2026-03-01T07:00/0")), try #require(ScheduleSlot("2026-03-03T07:00/0"))
        )
        let at = try #require(Timestamp("2026-03-04T00:00:00Z"))
        let text = ScheduleText.slots([
            ScheduleSlotRecord(
                first: last, last: last, count: 1, outcome: .run, runID: .new(), runName: "etl-1",
                runState: "Completed", at: at),
            ScheduleSlotRecord(first: first, last: last, count: 3, outcome: .skipped, reason: "missed", at: at),
        ])
        #expect(
            text == """
                SLOT                                  SLOTS  OUTCOME  RUN    STATE      WHY
                2026-03-03T07:00                      1      run      etl-1  Completed  \("")
                2026-03-01T07:00 to 2026-03-03T07:00  3      skipped                    missed

                """)
    }

    @Test("A schedule says how it stands, and why")
    func summary() throws {
        let at = try #require(Timestamp("2026-03-04T00:00:00Z"))
        let spec = ScheduleSpec(slug: "daily", rule: .cron("0 7 * * *"), timezone: "UTC", pauseAfterFailures: 3)
        let schedule = Schedule(
            id: .new(), deploymentID: .new(), deploymentName: "docker-flow", flowName: "etl", spec: spec,
            isActive: false,
            isDeploymentPaused: false, pauseReason: "its last 3 runs failed", createdAt: at, updatedAt: at)
        let text = ScheduleText.summary(schedule)
        #expect(text.contains("etl/docker-flow/daily\n") && text.contains("paused (its last 3 runs failed)\n"))
        #expect(text.contains("latest, within 365 days\n") && text.contains("3 failures in a row\n"))
    }

    @Test("A list that is cut says so, and how to see more")
    func cuts() {
        #expect(ListCut(limit: 20).asked == 21 && ListCut(limit: 1000).asked == 1000)
        #expect(ListCut(limit: 20).remark(found: 20) == nil)
        #expect(ListCut(limit: 20).remark(found: 21) == "The first 20 are shown; --limit shows more.\n")
        #expect(
            ListCut(limit: 20, further: "--before X").remark(found: 21)
                == "The first 20 are shown; --limit shows more, --before X the next ones.\n")
        #expect(ListCut(limit: 1000).remark(found: 1000)?.contains("there may be more") == true)
        #expect(throws: (any Error).self) { try ListCut(limit: 0).check() }
    }

    @Test("A schedule that cannot be read is a line of the list, in JSON with its problem")
    func unreadable() throws {
        let listed = ListedSchedule.unreadable(
            UnreadableSchedule(
                id: "x", deploymentName: "docker-flow", flowName: "etl", slug: "daily", problem: "cannot be read"))
        #expect(ScheduleText.list([listed]).contains("etl/docker-flow/daily  -     -     cannot be read"))
        let json = try JSONValue(parsing: try Output.json([listed]))
        #expect(json.arrayValue?.first?["problem"] == "cannot be read")
    }

    @Test("Below the slots of what is paused stands what becomes of those to come")
    func pauseNote() throws {
        let at = try #require(Timestamp("2026-03-04T00:00:00Z"))
        var schedule = Schedule(
            id: .new(), deploymentID: .new(), deploymentName: "docker-flow", flowName: "etl",
            spec: ScheduleSpec(rule: .cron("@daily")), isActive: true, isDeploymentPaused: false, createdAt: at,
            updatedAt: at)
        #expect(ScheduleText.pauseNote(schedule) == nil)
        schedule.isDeploymentPaused = true
        #expect(ScheduleText.pauseNote(schedule)?.hasPrefix("Its deployment is paused: ") == true)
        (schedule.isActive, schedule.pauseReason) = (false, "by user admin")
        #expect(ScheduleText.pauseNote(schedule)?.hasPrefix("It is paused (by user admin): ") == true)
    }

    @Test("A cron expression is previewed without a controller", arguments: ["0 7 2 * *", "@monthly", "*/15 * * * *"])
    func isCron(text: String) throws {
        #expect(try Self.preview([text, "--count", "3"]).subject == text)
    }
}
