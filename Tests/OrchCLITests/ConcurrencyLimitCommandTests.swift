import ArgumentParser
import OrchClient
import OrchModel
import Testing

@testable import OrchCLI

struct ConcurrencyLimitCommandTests {
    private static let now = Timestamp(microseconds: 1_600_000_000_000_000)

    private static let limit = ConcurrencyLimit(
        tag: "database", limit: 2, createdAt: now, updatedAt: now - .seconds(65), held: 2, waiting: 3)

    private static func slot(_ task: String, held seconds: Double?) -> ConcurrencySlot {
        ConcurrencySlot(
            id: .new(), runID: .new(), runName: "etl-1", attempt: 1, taskRunID: .new(), taskName: task,
            tags: ["database"], askedAt: now - .seconds(90), heldSince: seconds.map { now - .seconds($0) })
    }

    @Test func aTableShowsLimitsAndHowTheyStand() {
        let table = ConcurrencyLimitTable(limits: [Self.limit], now: Self.now)
        #expect(
            table.text == """
                TAG       LIMIT  HELD  WAITING  CHANGED
                database  2      2     3        1 m 5 s ago

                """)
        #expect(ConcurrencyLimitTable(limits: [], now: Self.now).text.contains("concurrency-limit create TAG N"))
    }

    @Test func inspectShowsWhoHoldsAndWhoWaits() {
        let status = ConcurrencyLimitStatus(
            limit: Self.limit, holders: [Self.slot("load", held: 30)], waiters: [Self.slot("save", held: nil)])
        #expect(
            ConcurrencySlotTable(status: status, now: Self.now).text == """
                database: 2 of 2 held, 3 waiting
                       TASK  RUN    ATTEMPT  SINCE
                holds  load  etl-1  1        30.0 s ago
                waits  save  etl-1  1        1 m 30 s ago
                and 3 more

                """)
    }

    @Test func aTagAndALimitAreChecked() throws {
        for arguments in [
            ["db"], ["db", "-1"], ["db", "100001"], ["", "1"], ["a\nb", "1"], ["a\u{1B}b", "1"], ["db", "many"],
        ] {
            #expect(throws: (any Error).self, "\(arguments)") { try ConcurrencyLimits.Create.parse(arguments) }
        }
        let good = try ConcurrencyLimits.Create.parse(["my tag", "0", "-o", "json"])
        #expect((good.tag, good.limit) == ("my tag", 0))
    }

    @Test(
        "The list in JSON has the limits of tasks and of runs, and says which is which; --runs has those of runs alone")
    func jsonListsAll() async throws {
        try await LiveController.with { live in
            _ = try await live.admin.saveRunLimit(RunLimitRequest(key: .tag("etl"), limit: 3))
            _ = try await live.admin.saveConcurrencyLimit(ConcurrencyLimitRequest(tag: "db", limit: 1))
            func listed(onlyRuns: Bool) async throws -> [[JSONValue?]] {
                let limits = try await ListedLimit.all(of: live.admin, onlyRuns: onlyRuns)
                let list = try #require(try JSONValue(parsing: Output.json(limits)).arrayValue)
                return list.map { limit in
                    ["of", "tag", "key", "limit"].map { limit.objectValue?[$0] }
                }
            }
            let runs: [JSONValue?] = ["runs", nil, "tag:etl", 3]
            #expect(try await listed(onlyRuns: false) == [["tasks", "db", nil, 1], runs])
            #expect(try await listed(onlyRuns: true) == [runs])
        }
    }

    @Test func tagsOfRunsAndDeploymentsAreOnOneLine() throws {
        #expect(throws: (any Error).self) { try Run.parse(["docker-flow", "--tag", "a\nb"]) }
        #expect(throws: (any Error).self) {
            try Deploy.parse(["--infra", "docker", "--image", "i", "--tag", "a\u{1B}[2J"])
        }
    }

    @Test func theClientDoesWhatTheCommandsSay() async throws {
        try await LiveController.with { live in
            _ = try await live.admin.saveConcurrencyLimit(ConcurrencyLimitRequest(tag: "db", limit: 1))
            #expect(try await live.admin.concurrencyLimits().map(\.tag) == ["db"])
            #expect(try await live.admin.resetConcurrencyLimit("db").freed == 0)
            try await live.admin.deleteConcurrencyLimit("db")
            #expect(try await live.admin.concurrencyLimits().isEmpty)
        }
    }
}
