import ArgumentParser
import OrchClient
import OrchModel
import Testing

@testable import OrchCLI

struct LimitTargetTests {
    @Test(
        "A limit is of one thing",
        arguments: [[], ["a", "--queue", "b"], ["--global", "--deployment", "x"], ["--runs"]])
    func refuses(arguments: [String]) {
        #expect(throws: (any Error).self) { try LimitTarget.parse(arguments) }
    }

    @Test("Limits of a queue, a deployment, a schedule and a backfill are found by their names")
    func keys() async throws {
        try await LiveController.with { live in
            var request = DeploymentRequest(
                name: "x", flowName: "f", image: "i", command: ["c"], kind: .command,
                parameterSchema: ParameterSchema([]))
            request.concurrencyLimit = 2
            request.schedules = [ScheduleSpec(slug: "daily", rule: .cron("0 7 * * *"), overlap: .bufferAll)]
            let deployment = try await live.admin.deploy(request).deployment
            let schedule = try await live.admin.schedule(named: "x/daily")
            _ = try await live.admin.saveRunLimit(RunLimitRequest(key: .queue("default"), limit: 3))
            var past = BackfillRequest(
                deployment: "x", from: try #require(BackfillBound("2019-01-01")),
                to: try #require(BackfillBound("2019-01-03")))
            past.every = "day"
            let backfill = try #require(try await live.admin.createBackfill(past).backfill)
            let expected: [([String], LimitKey)] = [
                (["--queue", "default"], .queue("default")), (["--deployment", "x"], .deployment("\(deployment.id)")),
                (["--schedule", "x/daily"], .schedule("\(schedule.id)")),
                (["--backfill", "\(backfill.id)"], .backfill("\(backfill.id)")),
            ]
            for (arguments, key) in expected {
                let found = try #require(try await LimitTarget.parse(arguments).key(live.admin))
                #expect(found == key)
                #expect(try await live.admin.runLimit(found).limit.key == key, "\(arguments)")
            }
            #expect(try await LimitTarget.parse(["t"]).key(live.admin) == nil)
            #expect(try await LimitTarget.parse(["t", "--runs"]).key(live.admin) == .tag("t"))
        }
    }
}
