import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct BackfillRoutesTests {
    private func request(_ change: (inout BackfillRequest) -> Void = { _ in }) throws -> BackfillRequest {
        var request = BackfillRequest(
            deployment: "docker-flow", from: try #require(BackfillBound("2020-01")),
            to: try #require(BackfillBound("2021-01")))
        request.every = "month"
        change(&request)
        return request
    }

    private func deploy(_ server: ServerFixture, _ change: (inout DeploymentRequest) -> Void = { _ in }) async throws {
        var deployment = ServerFixture.deployment(parameters: ["month": "{{ data_interval_start | date: \"%m\" }}"])
        change(&deployment)
        try await server.succeed(.post, "deployments", deployment)
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
