import Hummingbird
import OrchModel
import Testing

@testable import OrchServer

/// What the query of a request may say.
struct QueryTests {
    @Test(
        "A misspelt item of the query is refused with the nearest name",
        arguments: [
            ("flow-runs?limt=5", "the query's limt: did you mean limit?"),
            ("flow-runs?limit=5&Stat=late", "the query's Stat: did you mean state?"),
            ("artifacts?flowrun=x", "the query's flowrun: did you mean flow-run?"),
            ("assets?data_set=x", "the query's data_set: did you mean dataset?"),
            ("cache?zzzzzz=1", "the query's zzzzzz: expected flow, task, key, expired, limit"),
            ("schedules?deploymnt=x", "the query's deploymnt: did you mean deployment?"),
            ("backfills?limits=3", "the query's limits: did you mean limit?"),
            ("work-queues/default/runs?lmit=3", "the query's lmit: did you mean limit?"),
            ("deployments?limit=3", "the query's limit: this route takes no query"),
            ("agents?x=1", "the query's x: this route takes no query"),
        ])
    func misspelt(path: String, message: String) async throws {
        try await ServerFixture.with { server in
            let (status, fault) = try await server.refusal(.get, path)
            #expect(status == 400 && fault.code == "invalid" && fault.message == message)
        }
    }

    @Test("A number names its range and what was got, and no error repeats a long text")
    func bounds() async throws {
        try await ServerFixture.with { server in
            let long = String(repeating: "9", count: 2000)
            let (status, fault) = try await server.refusal(.get, "flow-runs?limit=\(long)")
            #expect(status == 400)
            #expect(
                fault.message
                    == "the query's limit: expected a whole number from 1 to 1000, got \"\(long.prefix(100))…\"")
            for path in [
                "flow-runs?\(long)=1", "flow-runs?state=\(long)", "flow-runs/\(long)x", "flow-runs?queue=\(long)",
                "artifacts/\(long)", "assets/history?uri=\(long)", "deployments/lookup?name=\(long)",
                "schedules/lookup?name=\(long)", "schedules/\(long)", "backfills/\(long)x", "run-limits/tag:\(long)",
                "run-limits/\(long)", "work-queues/\(long)", "agents/\(long)", "concurrency-limits/\(long)",
                "blocks/\(long)/x", "blocks/postgres/\(long)", "\(long)", "flow-runs?due-before=\(long)",
                "flow-runs?schedule=\(long)",
            ] {
                let (status, fault) = try await server.refusal(.get, path)
                #expect((400..<500).contains(status))
                #expect(!fault.message.contains(long.prefix(101)), "\(path.prefix(40)): \(fault.message)")
            }
        }
    }

    @Test("What a client sends is known: those that scrape and balance may add to it")
    func others() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.get, "health?from=balancer")
            try await server.succeed(.get, "ready?x")
            try await server.succeed(.get, "/metrics?format=prometheus")
            try await server.succeed(.get, "flow-runs?state=&limit=3&")
        }
    }
}
