import Hummingbird
import HummingbirdTesting
import OrchModel
import Synchronization
import Testing

@testable import OrchServer
@testable import OrchStore

struct ScheduleRoutesTests {
    private static func request(_ change: (inout ScheduleSpec) -> Void = { _ in }) -> ScheduleRequest {
        var spec = ScheduleSpec(slug: "daily", rule: .cron("0 7 * * *"), timezone: "Europe/Berlin")
        change(&spec)
        return ScheduleRequest(deployment: "docker-flow", schedule: spec)
    }

    @Test("A schedule is made, found by its names, listed and removed")
    func lives() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let reply: ScheduleReply = try await server.call(.post, "schedules", Self.request())
            #expect(reply.schedule.fullName == "parent_flow_runner/docker-flow/daily")
            #expect(reply.schedule.isActive && reply.schedule.next?.local.contains("T07:00+0") == true)
            #expect(reply.warnings.isEmpty)
            for name in [
                "docker-flow", "docker-flow/daily", "parent_flow_runner/docker-flow/daily", "\(reply.schedule.id)",
            ] {
                let path = "schedules/lookup?name=\(name.split(separator: "/").joined(separator: "%2F"))"
                let found: Schedule = try await server.call(.get, path)
                #expect(found.id == reply.schedule.id)
            }
            let misspelt = try await server.refusal(.get, "schedules/lookup?name=docker-flow%2Fdialy")
            #expect(misspelt.status == 404 && misspelt.fault.details.first == "docker-flow/daily")
            #expect(try await server.refusal(.post, "schedules", Self.request()).status == 409)
            var other = Self.request { $0.slug = "other" }
            other.schedule.rule = .interval(seconds: 10)
            let second: ScheduleReply = try await server.call(.post, "schedules", other)
            #expect(second.warnings.count == 1)
            #expect(try await server.refusal(.get, "schedules/lookup?name=docker-flow").status == 409)
            let all: [Schedule] = try await server.call(.get, "schedules?deployment=docker-flow")
            #expect(all.map(\.spec.slug) == ["daily", "other"])
            try await server.succeed(.delete, "schedules/\(second.schedule.id)")
            #expect(try await server.refusal(.delete, "schedules/\(second.schedule.id)").status == 404)
        }
    }

    @Test("Schedules take the place of all others at once, or of none where somebody has changed them meanwhile")
    func replaces() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            func all() async throws -> [Schedule] {
                try await server.call(.get, "schedules?deployment=docker-flow")
            }
            func replacement(
                _ specs: [ScheduleSpec], seen: [Schedule]?
            ) -> ScheduleReplacementRequest {
                ScheduleReplacementRequest(
                    deployment: "docker-flow", schedules: specs, seen: seen?.map { ScheduleReplacementRequest.Seen($0) }
                )
            }
            let weekly = Self.request { ($0.slug, $0.rule) = ("weekly", .cron("0 7 * * 1")) }
            try await server.succeed(.post, "schedules", Self.request())
            let seen = try await all()
            try await server.succeed(.post, "schedules", weekly)
            let (status, fault) = try await server.refusal(.put, "schedules", replacement([], seen: seen))
            #expect(status == 409 && fault.details == ["daily", "weekly"])
            let changed = Self.request { $0.rule = .cron("0 8 * * *") }
            let known = try await all()
            let bad = Self.request { $0.timezone = "Europe/Berln" }.schedule
            #expect(try await server.refusal(.put, "schedules", replacement([bad], seen: known)).status == 422)
            #expect(try await all() == known)
            let reply: ScheduleReplacementReply = try await server.call(
                .put, "schedules", replacement([changed.schedule], seen: known))
            #expect(reply.schedules.map(\.spec.rule) == [.cron("0 8 * * *")])
            #expect(reply.schedules.first?.id == seen.first?.id && reply.removed.map(\.spec.slug) == ["weekly"])
            // The one that is there has changed.
            #expect(try await server.refusal(.put, "schedules", replacement([], seen: seen)).status == 409)
            let none: ScheduleReplacementReply = try await server.call(.put, "schedules", replacement([], seen: nil))
            #expect(none.schedules.isEmpty && none.removed.count == 1)
            #expect(try await all().isEmpty)
        }
    }

    @Test("What cannot be a schedule is refused with every reason")
    func refuses() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let bad = Self.request {
                $0.timezone = "Europe/Berln"
                $0.parameters = ["month": 13, "colour": "green"]
            }
            let (status, fault) = try await server.refusal(.post, "schedules", bad)
            #expect(status == 422 && fault.details.count == 3)
            #expect(fault.details.contains { $0.contains("Europe/Berlin") })
            let secret = try await server.refusal(
                .post, "schedules", Self.request { $0.parameters = ["password": "s3cret"] })
            #expect(secret.status == 422 && !"\(secret.fault)".contains("s3cret"))
            var deployment = ServerFixture.deployment()
            deployment.schedules = [bad.schedule]
            #expect(try await server.refusal(.post, "deployments", deployment).status == 422)
        }
    }

    @Test("Templates that come to what the flow does not take are refused by each way to save a schedule")
    func refusesTemplates() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let bad = Self.request { $0.parameters = ["month": "{{ ds }}"] }
            func expect(_ found: (status: Int, fault: APIFault)) {
                #expect(found.status == 422 && found.fault.details.count == 1)
                let detail = found.fault.details.first ?? ""
                let expected = "parameter \"month\": expected a whole number from 1 to 12, got \""
                #expect(detail.hasPrefix("schedule \"daily\": \(expected)"))
            }
            expect(try await server.refusal(.post, "schedules", bad))
            var deployment = ServerFixture.deployment()
            deployment.schedules = [bad.schedule]
            expect(try await server.refusal(.post, "deployments", deployment))
            expect(try await server.refusal(.post, "deployments?dry_run=true", deployment))
            deployment.enforcesParameterSchema = false
            try await server.succeed(.post, "deployments", deployment)
            try await server.succeed(
                .post, "deployments",
                ServerFixture.deployment(parameters: ["month": "{{ data_interval_start | date: \"%m\" }}"]))
        }
    }

    @Test("What fires no more, and what fits a changed deployment no more, is saved with a warning")
    func warns() async throws {
        try await ServerFixture.with { server in
            var deployment = ServerFixture.deployment()
            deployment.schedules = [
                ScheduleSpec(slug: "over", rule: .rrule("FREQ=DAILY;UNTIL=20210101")),
                ScheduleSpec(slug: "fine", rule: .cron("@monthly"), parameters: ["month": 12]),
            ]
            let preview: DeploymentPreview = try await server.call(.post, "deployments?dry_run=true", deployment)
            let saved: DeploymentReply = try await server.call(.post, "deployments", deployment)
            for warnings in [preview.warnings, saved.warnings] {
                #expect(warnings?.count == 1 && warnings?.first?.contains("\"over\" has no slot to come") == true)
            }
            let over = Self.request { $0.ends = ScheduleMoment("2021-01-01") }
            let reply: ScheduleReply = try await server.call(.post, "schedules", over)
            #expect(reply.warnings.count == 1 && reply.schedule.next == nil)
            var changed = ServerFixture.deployment()
            changed.parameterSchema = ParameterSchema([
                .init("month", ValueSchema(.integer, minimum: 1, maximum: 7), defaultValue: 1),
                .init("year", ValueSchema(.integer)),
            ])
            let other: DeploymentReply = try await server.call(.post, "deployments", changed)
            let fine = other.warnings?.filter { $0.contains("\"fine\"") } ?? []
            #expect(fine.count == 2 && fine.first?.contains("from 1 to 7, got 12") == true)
            #expect(fine.last?.contains("\"year\" is required") == true)
        }
    }

    @Test("A schedule that cannot be read is listed with what is wrong, replaced and removed; the others are as ever")
    func unreadable() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            for slug in ["daily", "hourly", "weekly"] {
                try await server.succeed(.post, "schedules", Self.request { $0.slug = slug })
            }
            let store = try #require(server.controller.store as? RelationalStore)
            for slug in ["daily", "weekly"] {
                _ = try await store.write { try $0.run("UPDATE schedule SET spec = '{}' WHERE slug = ?", [slug]) }
            }
            let listed: [ListedSchedule] = try await server.call(.get, "schedules?deployment=docker-flow")
            #expect(listed.map { $0.fullName.suffix(6) } == ["/daily", "hourly", "weekly"])
            #expect(listed.map { $0.readable?.spec.slug } == [nil, "hourly", nil])
            guard case .unreadable(let daily) = listed[0], case .unreadable(let weekly) = listed[2] else { return }
            #expect(daily.problem.contains("schedule.spec, which this version cannot read"))
            let refusal = try await server.refusal(.get, "schedules/lookup?name=docker-flow%2Fdaily")
            #expect(refusal.status == 409 && refusal.fault.message.contains("orch schedule delete \(daily.id)"))
            let only: Schedule = try await server.call(.get, "schedules/lookup?name=docker-flow")
            #expect(only.spec.slug == "hourly")
            #expect(try await server.refusal(.post, "schedules", Self.request()).status == 409)
            var again = Self.request()
            again.replaces = true
            try await server.succeed(.post, "schedules", again)
            // The deployment is saved as ever, and its file may bring the schedule anew.
            var deployment = ServerFixture.deployment()
            deployment.schedules = [Self.request { $0.slug = "weekly" }.schedule]
            try await server.succeed(.post, "deployments", deployment)
            let mended: [Schedule] = try await server.call(.get, "schedules")
            #expect(mended.map(\.spec.slug) == ["daily", "hourly", "weekly"])
            #expect(!mended.contains { "\($0.id)" == weekly.id })
            _ = try await store.write { try $0.run("UPDATE schedule SET spec = '{}' WHERE slug = 'daily'", []) }
            let broken: [ListedSchedule] = try await server.call(.get, "schedules")
            let id = try #require(broken.first?.id)
            try await server.succeed(.delete, "schedules/\(id)")
            let rest: [Schedule] = try await server.call(.get, "schedules")
            #expect(rest.map(\.spec.slug) == ["hourly", "weekly"])
        }
    }

    @Test("A schedule is paused with a reason and goes on")
    func pauses() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let made: ScheduleReply = try await server.call(.post, "schedules", Self.request())
            let path = "schedules/\(made.schedule.id)/pause"
            let paused: Schedule = try await server.call(.post, path, SchedulePause(isPaused: true))
            #expect(!paused.isActive && paused.pauseReason == "by user admin")
            let resumed: Schedule = try await server.call(.post, path, SchedulePause(isPaused: false))
            #expect(resumed.isActive && resumed.pauseReason == nil)
        }
    }
}
