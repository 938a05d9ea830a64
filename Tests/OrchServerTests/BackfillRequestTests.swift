import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

/// What a request for a backfill is held against: the one that came with its key before, and what its runs need.
struct BackfillRequestTests {
    private func request(_ change: (inout BackfillRequest) throws -> Void = { _ in }) throws -> BackfillRequest {
        var request = BackfillRequest(
            deployment: "docker-flow", from: try #require(BackfillBound("2020-01")),
            to: try #require(BackfillBound("2020-04")))
        request.every = "month"
        try change(&request)
        return request
    }

    private func deploy(_ server: ServerFixture, _ name: String = "docker-flow") async throws {
        var deployment = ServerFixture.deployment(name)
        deployment.parameters = ["month": "{{ data_interval_start | date: \"%m\" }}"]
        try await server.succeed(.post, "deployments", deployment)
    }

    @Test("a key with another request is refused and says what differs; the same request gets what was made")
    func keys() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            try await deploy(server, "other")
            func asked(_ change: (inout BackfillRequest) throws -> Void = { _ in }) throws -> BackfillRequest {
                try request {
                    ($0.idempotencyKey, $0.parameters) = ("k", ["color": "yellow", "password": "s3cret"])
                    try change(&$0)
                }
            }
            let first: BackfillReply = try await server.call(.post, "backfills", try asked())
            let made = try #require(first.backfill)
            // Defaults that are written out, and another spelling of the span, are no other request.
            let same = try asked {
                ($0.mode, $0.limit, $0.isNewestFirst, $0.tags) = (.missing, 3, false, [])
                $0.from = try #require(BackfillBound("2020-01-01"))
            }
            for request in [try asked(), same] {
                let again: BackfillReply = try await server.call(.post, "backfills", request)
                #expect(again.isNew == false && again.backfill?.id == made.id)
            }
            let others: [(String, BackfillRequest)] = [
                ("to", try asked { $0.to = try #require(BackfillBound("2020-05")) }),
                ("every", try asked { $0.every = "week" }),
                ("timezone", try asked { $0.timezone = "Europe/Berlin" }),
                ("mode", try asked { $0.mode = .all }),
                ("limit", try asked { $0.limit = 1 }),
                ("isNewestFirst", try asked { $0.isNewestFirst = true }),
                ("tags", try asked { $0.tags = ["a"] }),
                ("priority", try asked { $0.priority = 1 }),
                ("jobVariables.memory", try asked { $0.jobVariables = ["memory": "1g"] }),
                ("parameters.color", try asked { $0.parameters?["color"] = "green" }),
                ("parameters.password", try asked { $0.parameters?["password"] = "another" }),
            ]
            for (member, request) in others {
                for isDry in [false, true] {
                    var request = request
                    request.isDryRun = isDry
                    let (status, fault) = try await server.refusal(.post, "backfills", request)
                    #expect(status == 409 && fault.details == ["at .\(member): expected what was asked for first"])
                    #expect(fault.message.contains("has made backfill \(made.id.short)"), "\(fault.message)")
                    #expect(!"\(fault)".contains("s3cret"))
                }
            }
            #expect(try await server.call(.get, "flow-runs", as: [FlowRun].self).count == 3)
            // A key is its deployment's own.
            let other: BackfillReply = try await server.call(
                .post, "backfills", try asked { $0.deployment = "other" })
            #expect(other.isNew == true)
        }
    }

    @Test("a dry run is refused where the backfill would be, with the interval, and neither makes anything")
    func dryRuns() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            // The day of the year is a month in January alone.
            let day = "{{ data_interval_start | date: \"%j\" }}"
            let wrong: [(Int, String, BackfillRequest)] = [
                (
                    422, "begins at 2020-01-01T00:00Z: the parameters do not fit",
                    try request { $0.parameters = ["month": "x"] }
                ),
                (
                    422, "begins at 2020-02-01T00:00Z: the parameters do not fit",
                    try request { $0.parameters = ["month": .string(day)] }
                ),
                (404, "nosuch", try request { $0.workQueue = "nosuch" }),
                (422, "priority", try request { $0.priority = 1001 }),
                (422, "memry", try request { $0.jobVariables = ["memry": "1g"] }),
            ]
            for (status, text, request) in wrong {
                for isDry in [false, true] {
                    var request = request
                    request.isDryRun = isDry
                    let refusal = try await server.refusal(.post, "backfills", request)
                    #expect(refusal.status == status && "\(refusal.fault)".contains(text), "\(refusal.fault)")
                }
            }
            #expect(try await server.call(.get, "backfills", as: [Backfill].self).isEmpty)
            #expect(try await server.call(.get, "flow-runs", as: [FlowRun].self).isEmpty)
        }
    }

    @Test(
        "intervals have their first instants in UTC and by the clocks of the schedule's zone, before and after they are made"
    )
    func zones() async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            var spec = ScheduleSpec(slug: "monthly", rule: .cron("0 7 1 * *"))
            spec.timezone = "Europe/Berlin"
            try await server.succeed(.post, "schedules", ScheduleRequest(deployment: "docker-flow", schedule: spec))
            func asked(_ isDry: Bool) throws -> BackfillRequest {
                try request { ($0.every, $0.isDryRun) = (nil, isDry) }
            }
            let plan: BackfillReply = try await server.call(.post, "backfills", try asked(true))
            let made: BackfillReply = try await server.call(.post, "backfills", try asked(false))
            let id = try #require(made.backfill).id
            let shown: BackfillReply = try await server.call(.get, "backfills/\(id)")
            for reply in [plan, made, shown] {
                #expect(reply.timezone == "Europe/Berlin")
                #expect(
                    reply.intervals.map(\.local) == [
                        "2020-01-01T07:00+01:00", "2020-02-01T07:00+01:00", "2020-03-01T07:00+01:00",
                    ])
                #expect(reply.intervals.last?.dataInterval == DataInterval("2020-03-01T06:00:00Z/2020-04-01T05:00:00Z"))
            }
        }
    }

    @Test("a paused backfill whose runs are tried again stays paused and says so", arguments: [false, true])
    func pauses(isCancelled: Bool) async throws {
        try await ServerFixture.with { server in
            try await deploy(server)
            let reply: BackfillReply = try await server.call(.post, "backfills", try request { $0.limit = 2 })
            let id = try #require(reply.backfill).id
            let claimed = try await server.poll(capacity: 5).runs
            try await server.succeed(.post, "backfills/\(id)/pause")
            for run in claimed { try await server.report(run) { $0.state = ServerFixture.state(.failed) } }
            if isCancelled { try await server.succeed(.post, "backfills/\(id)/cancel") }
            let retried: Backfill = try await server.call(.post, "backfills/\(id)/retry")
            #expect(retried.status == .paused && retried.open == 3)
            #expect(retried.notes?.count == 1 && retried.notes?.first?.contains("orch backfill resume") == true)
            #expect(try await server.poll(capacity: 5).runs.isEmpty)
            let resumed: Backfill = try await server.call(.post, "backfills/\(id)/resume")
            #expect(resumed.status == .running)
            #expect(try await server.poll(capacity: 5).runs.count == 2)
        }
    }
}
