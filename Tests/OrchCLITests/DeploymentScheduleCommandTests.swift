import ArgumentParser
import OrchClient
import OrchModel
import OrchServer
import TestSupport
import Testing

@testable import OrchCLI

/// `orch deployment set-schedule`.
@Suite(.timeLimit(.minutes(10)))
struct DeploymentScheduleCommandTests {
    @Test("It takes one rule, or none and says so")
    func options() throws {
        let command = try Deployments.SetSchedule.parse([
            "etl/nightly", "--interval", "3600", "--anchor-date", "2026-01-01T07:00", "--timezone", "Europe/Berlin",
        ])
        let spec = try command.spec()
        #expect(spec.rule == .interval(seconds: 3600, anchor: ScheduleMoment("2026-01-01T07:00")))
        #expect(spec.timezone == "Europe/Berlin" && spec.slug == "default")
        #expect(try Deployments.SetSchedule.parse(["nightly", "--no-schedule"]).removesAll)
        for (answer, dayOr) in [("True", true), ("False", false), ("false", false)] {
            let both = try Deployments.SetSchedule.parse(["nightly", "--cron", "0 7 2 * 1", "--day_or", answer])
            #expect(try both.spec().rule == .cron("0 7 2 * 1", dayOr: dayOr))
        }
        for arguments in [
            ["nightly"], ["--cron", "0 7 * * *"], ["nightly", "--no-schedule", "--cron", "0 7 * * *"],
            ["nightly", "--cron", "0 7 * * *", "--rrule", "FREQ=DAILY"], ["nightly", "--interval", "soon"],
            ["nightly", "--cron", "0 7 2 * 1", "--day_or", "maybe"],
        ] {
            #expect(throws: (any Error).self) { try Deployments.SetSchedule.parse(arguments) }
        }
    }

    @Test("Of two at once one says that it has done nothing, and no schedule goes that it has not seen")
    func atOnce() async throws {
        try await LiveController.with { live in
            let known = try await live.admin.deploy(
                DeploymentRequest(
                    name: "nightly", flowName: "etl", image: "i", command: ["c"], kind: .command,
                    parameterSchema: ParameterSchema([]))
            ).deployment
            func request(_ arguments: String...) throws -> ScheduleReplacementRequest {
                try Deployments.SetSchedule.parse(["nightly"] + arguments).request(known, seen: [])
            }
            let (one, two) = (try request("--cron", "0 7 * * *"), try request("--no-schedule"))
            _ = try await live.admin.replaceSchedules(one)
            let error = await #expect(throws: OrchClientError.self) { try await live.admin.replaceSchedules(two) }
            #expect("\(try #require(error))".contains("somebody has changed the schedules of etl/nightly meanwhile"))
            #expect(try await live.admin.schedules(ofDeployment: "nightly").map(\.spec.slug) == ["default"])
        }
    }

    @Test("The new schedule takes the place of all others; a rule that is none leaves them")
    func replaces() async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let token = try folder.write(live.controller.adminToken.reveal(), as: "token")
            func set(_ arguments: String...) async throws {
                try await Deployments.SetSchedule.parse(
                    ["nightly"] + arguments + ["--api-url", live.url, "--token-file", token]
                ).run()
            }
            func schedules() async throws -> [String] {
                try await live.admin.schedules(ofDeployment: "nightly").map { "\($0.spec.slug) \($0.spec.rule)" }
            }
            for name in ["nightly", "other"] {
                _ = try await live.admin.deploy(
                    DeploymentRequest(
                        name: name, flowName: "etl", image: "i", command: ["c"], kind: .command,
                        parameterSchema: ParameterSchema([])))
                for slug in ["a", "b"] {
                    let spec = ScheduleSpec(slug: slug, rule: .cron("0 7 * * *"), timezone: "UTC")
                    _ = try await live.admin.saveSchedule(ScheduleRequest(deployment: name, schedule: spec))
                }
            }
            await #expect(throws: (any Error).self) { try await set("--cron", "0 7 31 2 *") }
            #expect(try await schedules() == ["a cron 0 7 * * *", "b cron 0 7 * * *"])
            try await set("--cron", "0 7 2 * *", "--timezone", "Europe/Berlin")
            #expect(try await schedules() == ["default cron 0 7 2 * *"])
            try await set("--rrule", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=0")
            #expect(try await schedules() == ["default rrule FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=0"])
            for _ in 1...2 {
                try await set("--no-schedule")
                #expect(try await schedules().isEmpty)
            }
            #expect(try await live.admin.schedules(ofDeployment: "other").count == 2)
            withExtendedLifetime(folder) {}
        }
    }
}
