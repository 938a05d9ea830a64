import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct MetricsRoutesTests {
    /// The page's lines, by name and labels.
    private func page(_ server: ServerFixture) async throws -> [String: Double] {
        let response = try await server.send(.get, "/metrics", token: server.agent)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = String(buffer: response.body).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let values = try lines.map { line -> (String, Double) in
            let space = try #require(line.lastIndex(of: " "))
            return (String(line[..<space]), try #require(Double(line[line.index(after: space)...])))
        }
        return try #require(Dictionary(values) { _, _ in .nan } as [String: Double]?)
    }

    @Test func aRunsWayIsCountedOnce() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            _ = try await server.createRun()
            let waiting = try await page(server)
            #expect(waiting[#"orch_queue_depth{queue="default"}"#] == 1)
            #expect(waiting[#"orch_queue_agents_polling{queue="default"}"#] == 0)
            #expect(waiting["orch_run_lateness_seconds_count"] == 0)
            #expect(waiting["orch_agents_polling"] == 0)

            let claimed = try #require(try await server.poll().runs.first)
            let live = try await page(server)
            #expect(live[#"orch_queue_depth{queue="default"}"#] == 0)
            #expect(live[#"orch_queue_agents_polling{queue="default"}"#] == 1)
            #expect(live[#"orch_runs_live{state="PENDING"}"#] == 1)
            #expect(live[#"orch_agent_runs_held{agent="a1"}"#] == 1)
            #expect(live["orch_runs_claimed_total"] == 1)
            #expect(live["orch_run_lateness_seconds_count"] == 1)
            #expect(live["orch_claim_duration_seconds_count"] == 1)

            let end = ServerFixture.state(.completed)
            let line = ServerFixture.line(1, "grün")
            for _ in 1...2 {
                try await server.report(claimed) {
                    $0.startedAt = end.at
                    $0.records = [line]
                    $0.state = end
                }
            }
            let ended = try await page(server)
            #expect(ended[#"orch_runs_ended_total{state="COMPLETED"}"#] == 1)
            #expect(ended[#"orch_runs_ended_total{state="FAILED"}"#] == 0)
            #expect(ended["orch_launch_duration_seconds_count"] == 1)
            #expect(ended[#"orch_reports_total{outcome="applied"}"#] == 2)
            #expect(ended["orch_log_bytes_total"] == 10)
            #expect(ended["orch_log_lag_seconds_count"] == 2)
            #expect(ended[#"orch_runs_live{state="PENDING"}"#] == 0)
        }
    }

    @Test func aRunThatIsCancelledWhileItWaitsHasEnded() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let run = try await server.createRun()
            try await server.succeed(.post, "flow-runs/\(run.id)/cancel")
            try await server.succeed(.post, "flow-runs/\(run.id)/cancel")
            #expect(try await page(server)[#"orch_runs_ended_total{state="CANCELLED"}"#] == 1)
        }
    }

    @Test func endsThatTheControllerDecidesAreCounted() async throws {
        try await ServerFixture.with { server in
            let key = BlockKey(type: "docker-container", name: "small")
            try await server.saveBlock(key.type, key.name, [:])
            try await server.succeed(.post, "deployments", ServerFixture.deployment("blocked", block: key.name))
            _ = try await server.createRun(FlowRunRequest(deployment: "blocked"))
            try await server.succeed(.delete, "blocks/\(key)")
            #expect(try await server.poll().runs.isEmpty)
            #expect(try await page(server)[#"orch_runs_ended_total{state="CRASHED"}"#] == 1)

            let claimed = try await server.claimedRun()
            try await server.succeed(.post, "flow-runs/\(claimed.runID)/cancel")
            let keeper = LeaseKeeper(
                store: server.controller.store, wakeups: server.controller.wakeups, lease: .seconds(30),
                grace: .seconds(300), metrics: server.controller.metrics, logger: Logger(label: "test"))
            for seconds in [331, 332] { await keeper.look(at: .now() + .seconds(seconds)) }
            #expect(try await page(server)[#"orch_runs_ended_total{state="CANCELLED"}"#] == 1)
        }
    }

    @Test func noRequestAddsARouteOrAMethod() async throws {
        try await ServerFixture.with { server in
            let run = Identifier.new()
            for path in ["flow-runs/\(run)", "nothing/\(run)", "/\(run)"] {
                for token in [server.admin, "wrong"] { _ = try await server.send(.get, path, token: token) }
            }
            _ = try await server.send(#require(.init("X\(run)".filter { $0 != "-" })), "health", token: nil)
            let requests = try await page(server).filter { $0.key.hasPrefix("orch_http_requests_total") }
            #expect(
                requests == [
                    #"orch_http_requests_total{method="GET",route="/api/flow-runs/{id}",status="4xx"}"#: 2,
                    #"orch_http_requests_total{method="GET",route="none",status="4xx"}"#: 4,
                    #"orch_http_requests_total{method="other",route="none",status="4xx"}"#: 1,
                ])
        }
    }

    @Test func everyFamilyIsOfTheCatalogAndEachIsThere() async throws {
        try await ServerFixture.with { server in
            _ = try await server.poll()
            try await server.succeed(.post, "run-limits", RunLimitRequest(key: .tag("etl"), limit: 3))
            let text = String(buffer: try await server.send(.get, "/metrics", token: server.admin).body)
            let types = Set(text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") })
            #expect(types == Set(MetricCatalog.all.map { "# TYPE \($0.name) \($0.kind.rawValue)" }))
            let memory = try #require(try await page(server)["orch_process_resident_memory_bytes"])
            #expect(memory > 1_000_000)
        }
    }

    @Test func theProcessStillTellsOfItselfWhenTheStoreFails() async throws {
        try await ServerFixture.with { server in
            try await server.controller.store.close()
            let page = try await page(server)
            #expect(page["orch_store_up"] == 0)
            #expect(page[#"orch_runs_ended_total{state="CRASHED"}"#] == 0)
            #expect(page["orch_database_size_bytes"] == nil)
        }
    }

    @Test func metricsArePublicOnlyWhereThatIsSet() async throws {
        try await ServerFixture.with { server in
            let closed = try await server.send(.get, "/metrics", token: nil)
            #expect(closed.status == .unauthorized)
            let run = try #require(try await server.claimedRun().secrets["ORCH_API_KEY"])
            #expect(try await server.send(.get, "/metrics", token: run).status == .forbidden)
        }
        try await ServerFixture.with {
            $0.hasPublicMetrics = true
        } _: { server in
            let open = try await server.send(.get, "/metrics", token: nil)
            #expect(open.status == .ok)
        }
    }
}
