import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct BackfillRoutesTests {
    private func request(_ change: (inout BackfillRequest) throws -> Void = { _ in }) throws -> BackfillRequest {
        var request = BackfillRequest(
            deployment: "docker-flow", from: try #require(BackfillBound("2020-01")),
            to: try #require(BackfillBound("2021-01")))
        request.every = "month"
        try change(&request)
        return request
    }

    private func deploy(_ server: ServerFixture, _ change: (inout DeploymentRequest) -> Void = { _ in }) async throws {
        var deployment = ServerFixture.deployment(parameters: ["month": "{{ data_interval_start | date: \"%m\" }}"])
        change(&deployment)
        try await server.succeed(.post, "deployments", deployment)
    }

    @Test("runs of a schedule's intervals have the schedule's parameters, and those of the backfill before them")
    func parametersOfTheSchedule() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            var spec = ScheduleSpec(slug: "yellow", rule: .cron("0 0 1 * *"))
            spec.parameters = ["color": "yellow", "month": 3]
            try await server.succeed(.post, "schedules", ScheduleRequest(deployment: "docker-flow", schedule: spec))
            let reply: BackfillReply = try await server.call(
                .post, "backfills",
                try request {
                    ($0.every, $0.schedule) = (nil, "yellow")
                    $0.parameters = ["month": 5]
                })
            let backfill = try #require(reply.backfill)
            let runs: [FlowRun] = try await server.call(.get, "flow-runs?backfill=\(backfill.id)")
            #expect(runs.count == 12)
            #expect(runs.allSatisfy { $0.parameters["color"] == "yellow" && $0.parameters["month"] == 5 })
        }
    }

    @Test func eachIntervalGetsARunWithItsParameters() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let plan: BackfillReply = try await server.call(
                .post, "backfills", try request { $0.isDryRun = true })
            #expect(plan.backfill == nil && plan.intervals.count == 12)
            #expect(try await server.call(.get, "flow-runs", as: [FlowRun].self).isEmpty)
            let reply: BackfillReply = try await server.call(.post, "backfills", try request())
            let backfill = try #require(reply.backfill)
            #expect(backfill.total == 12 && backfill.limit == 3 && backfill.status == .running)
            #expect(reply.intervals.count == 12)
            let runs: [FlowRun] = try await server.call(.get, "flow-runs?backfill=\(backfill.id)")
            #expect(runs.reversed().map { $0.parameters["month"] } == (1...12).map { .int($0) })
            #expect(Set(runs.map(\.backfillID)) == [backfill.id])
            // The intervals have runs now, so there is nothing to do.
            let again: BackfillReply = try await server.call(.post, "backfills", try request())
            #expect(again.backfill == nil && again.intervals.allSatisfy { !$0.isRun })
        }
    }

    @Test func theSchedulesOfTheDeploymentDivideTime() async throws {
        try await ServerFixture.with { server in
            try await deploy(server) {
                $0.schedules = [ScheduleSpec(slug: "monthly", rule: .cron("0 7 2 * *"), timezone: "Europe/Berlin")]
            }
            let reply: BackfillReply = try await server.call(
                .post, "backfills",
                try request {
                    ($0.every, $0.isDryRun) = (nil, true)
                })
            #expect(reply.intervals.first?.dataInterval.start == Timestamp("2020-01-02T06:00:00Z"))
            let (status, fault) = try await server.refusal(
                .post, "backfills",
                try request {
                    ($0.every, $0.schedule) = (nil, "monthy")
                })
            #expect(status == 422 && fault.message.hasSuffix("did you mean monthly?"))
        }
    }

    @Test func theNewestIntervalComesFirstWhereThatIsAsked() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let reply: BackfillReply = try await server.call(
                .post, "backfills",
                try request {
                    ($0.isNewestFirst, $0.limit) = (true, 1)
                })
            #expect(reply.intervals.count == 12)
            let claimed = try await server.poll(capacity: 5).runs
            #expect(claimed.map { $0.parameters["month"] } == [12])
            try await server.succeed(.post, "deployments", ServerFixture.deployment("past"))
            var past = ServerFixture.deployment("past")
            past.dependsOnPast = true
            try await server.succeed(.post, "deployments", past)
            let (status, _) = try await server.refusal(
                .post, "backfills",
                try request {
                    ($0.deployment, $0.isNewestFirst) = ("past", true)
                })
            #expect(status == 422)
        }
    }

    @Test func aCancelledOneHasNoOpenRunAndIsTriedAgain() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let reply: BackfillReply = try await server.call(.post, "backfills", try request())
            let id = try #require(reply.backfill).id
            let cancelled: Backfill = try await server.call(.post, "backfills/\(id.short)/cancel")
            #expect(cancelled.status == .cancelled && cancelled.open == 0)
            #expect(cancelled.states == ["Cancelled": 12])
            let retried: Backfill = try await server.call(.post, "backfills/\(id)/retry")
            #expect(retried.status == .running && retried.open == 12)
            let claimed = try await server.poll(capacity: 20).runs
            #expect(claimed.count == 3)
            let listed: [Backfill] = try await server.call(.get, "backfills")
            #expect(listed.map(\.id) == [id])
        }
    }

    @Test func aRunOfAnotherLengthIsAboutAnotherInterval() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let first: BackfillReply = try await server.call(.post, "backfills", try request())
            #expect(first.backfill?.total == 12)
            var day = FlowRunRequest(deployment: "docker-flow")
            day.dataInterval = DataInterval("2020-01-01/2020-01-02")
            let other = try await server.createRun(day)
            #expect(other.dataInterval?.start == first.intervals.first?.dataInterval.start)
            let again: BackfillReply = try await server.call(.post, "backfills", try request())
            #expect(again.backfill == nil && again.intervals.allSatisfy { !$0.isRun })
        }
    }

    @Test func thoseThatAreMadeAtTheSameTimeMakeOneRunForAnInterval() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let request = try request()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        let body = try JSONEncoder().encode(request)
                        return try await server.send(.post, "backfills", token: server.admin, body: body).status.code
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            // The others came while it was made, or found its runs.
            #expect(statuses.allSatisfy { [200, 201, 409].contains($0) })
            #expect(try await server.call(.get, "flow-runs?limit=1000", as: [FlowRun].self).count == 12)
        }
    }

    @Test func aBlockThatIsGoneRefusesAnotherTryOfAll() async throws {
        try await ServerFixture.with { server in
            try await server.saveBlock("docker-container", "big", ["memory": "1g"])
            try await deploy(server) { $0.infrastructure = Infrastructure(block: "big") }
            let reply: BackfillReply = try await server.call(.post, "backfills", try request())
            let id = try #require(reply.backfill).id
            try await server.succeed(.post, "backfills/\(id)/cancel")
            try await server.succeed(.delete, "blocks/docker-container/big")
            let (status, fault) = try await server.refusal(.post, "backfills/\(id)/retry")
            #expect(status == 422)
            #expect(fault.details.count == 1)
            #expect(fault.details.first?.contains("orch block create docker-container big") == true)
            let unchanged: BackfillReply = try await server.call(.get, "backfills/\(id)")
            #expect(unchanged.backfill?.status == .cancelled && unchanged.backfill?.open == 0)
            try await server.saveBlock("docker-container", "big", ["memory": "1g"])
            let retried: Backfill = try await server.call(.post, "backfills/\(id)/retry")
            #expect(retried.open == 12 && retried.notes == nil)
        }
    }

    @Test func runsWithoutALogAreNotTriedAgainAndTheOthersAre() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let reply: BackfillReply = try await server.call(
                .post, "backfills", try request { $0.to = try #require(BackfillBound("2020-03")) })
            let id = try #require(reply.backfill).id
            let claimed = try #require(try await server.poll().runs.first)
            try await server.report(claimed) {
                $0.records = [ServerFixture.line(1, "ten bytes.")]
                $0.state = ServerFixture.state(.failed)
            }
            _ = try await server.controller.retention.pass(at: .now() + .seconds(31 * 86_400))
            try await server.succeed(.post, "backfills/\(id)/cancel")
            let retried: Backfill = try await server.call(.post, "backfills/\(id)/retry")
            #expect(retried.status == .running && retried.open == 1)
            #expect(retried.notes?.count == 1)
            #expect(retried.notes?.first?.contains("by retention") == true)
            let second = try #require(try await server.poll().runs.first)
            try await server.report(second) { $0.state = ServerFixture.state(.completed) }
            // Nothing is left that could be tried, so nothing changes.
            let (status, fault) = try await server.refusal(.post, "backfills/\(id)/retry")
            #expect(status == 409 && fault.details.count == 1)
        }
    }

    @Test func aFollowerOfARunHearsThatItIsTriedAgain() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let reply: BackfillReply = try await server.call(
                .post, "backfills", try request { $0.to = try #require(BackfillBound("2020-02")) })
            let id = try #require(reply.backfill).id
            try await server.succeed(.post, "backfills/\(id)/cancel")
            let run = try #require(reply.intervals.first?.run)
            let waiter = Waiter()
            let registration = server.controller.wakeups.register(waiter, for: [.run(run.id)])
            try await server.succeed(.post, "backfills/\(id)/retry")
            #expect(await waiter.wait(atMost: .zero))
            withExtendedLifetime(registration) {}
        }
    }

    @Test func oneThatHasCompletedStaysCompleted() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let reply: BackfillReply = try await server.call(
                .post, "backfills", try request { $0.to = try #require(BackfillBound("2020-02")) })
            let id = try #require(reply.backfill).id
            let claimed = try #require(try await server.poll().runs.first)
            try await server.report(claimed) { $0.state = ServerFixture.state(.completed) }
            let unchanged: Backfill = try await server.call(.post, "backfills/\(id)/cancel")
            #expect(unchanged.status == .completed && unchanged.pausedAt == nil)
        }
    }

    @Test func whatCannotBeDoneIsRefusedWithItsReason() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let wrong: [(String, BackfillRequest)] = [
                ("has no schedule: say what divides time", try request { $0.every = nil }),
                ("every: expected hour", try request { $0.every = "fortnight" }),
                ("expected 1 to 1000", try request { $0.limit = 0 }),
                ("zone", try request { $0.timezone = "Europe/Berln" }),
                ("do not fit", try request { $0.parameters = ["month": "x"] }),
            ]
            for (text, request) in wrong {
                let (status, fault) = try await server.refusal(.post, "backfills", request)
                #expect(status == 422)
                #expect(fault.message.contains(text), "\(fault.message)")
            }
            let (status, _) = try await server.refusal(.get, "backfills/\(Identifier.new())")
            #expect(status == 404)
            #expect(try await server.call(.get, "flow-runs", as: [FlowRun].self).isEmpty)
        }
    }
}
