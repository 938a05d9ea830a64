import Hummingbird
import HummingbirdTesting
import Logging
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct RetentionTests {
    private static let day = 86_400.0

    /// A run that ended just now, with three lines.
    private func endedRun(_ server: ServerFixture) async throws -> FlowRun {
        let claimed = try await server.claimedRun()
        try await server.report(claimed) {
            $0.records = (1...3).map { ServerFixture.line($0, "ten bytes.") }
            $0.state = ServerFixture.state(.completed)
        }
        return try await server.call(.get, "flow-runs/\(claimed.runID)")
    }

    private func metric(_ name: String, _ server: ServerFixture) async throws -> Double? {
        let page = String(buffer: try await server.send(.get, "/metrics", token: server.agent).body)
        let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    @Test func aPassRemovesWhatIsKeptNoLongerAndCountsIt() async throws {
        try await ServerFixture.with { server in
            let run = try await endedRun(server)
            let keeper = server.controller.retention
            #expect(try await keeper.pass() == RetentionRemovals())
            let later = Timestamp.now() + .seconds(31 * Self.day)
            #expect(try await keeper.pass(at: later) == RetentionRemovals(logsByAge: 1, logBytes: 30, agents: 1))
            let page: LogPage = try await server.call(.get, "flow-runs/\(run.id)/logs")
            #expect(page.records.count == 1)
            #expect(page.records.first?.message.hasSuffix(" by retention") == true)
            #expect(try await metric(#"orch_retention_logs_removed_total{reason="age"}"#, server) == 1)
            #expect(try await metric("orch_retention_bytes_removed_total", server) == 30)
            let gone = Timestamp.now() + .seconds(91 * Self.day)
            #expect(try await keeper.pass(at: gone)?.runsByAge == 1)
            #expect(try await server.refusal(.get, "flow-runs/\(run.id)").status == 404)
            #expect(try await metric(#"orch_retention_runs_removed_total{reason="age"}"#, server) == 1)
            #expect(try await metric(#"orch_retention_runs_removed_total{reason="count"}"#, server) == 0)
        }
    }

    @Test func whatIsKeptAndWhatWouldGoIsTold() async throws {
        try await ServerFixture.with {
            $0.retention.runsPerDeployment = 1
        } _: { server in
            for _ in 1...3 { _ = try await endedRun(server) }
            let status: RetentionStatus = try await server.call(.get, "retention")
            #expect(status.policy == RetentionPolicy(runsPerDeployment: 1))
            #expect(status.due == RetentionRemovals(runsByCount: 2, logBytes: 60))
            #expect(status.logBytes == 90 && status.last == nil)
            #expect(try await server.controller.retention.pass() == status.due)
            let after: RetentionStatus = try await server.call(.get, "retention")
            #expect(after.due == RetentionRemovals())
            #expect(after.last?.removed == status.due)
        }
    }

    @Test func twoControllersDoNotRemoveTwice() async throws {
        try await ServerFixture.with { server in
            for _ in 1...20 { _ = try await endedRun(server) }
            let store = server.controller.store
            var policy = RetentionPolicy()
            policy.logBytes = 300
            let keepers = (1...2).map { _ in
                RetentionKeeper(
                    store: store, policy: policy, metrics: server.controller.metrics,
                    logger: .init(label: "test") { _ in SwiftLogNoOpLogHandler() })
            }
            async let first = keepers[0].pass()
            async let second = keepers[1].pass()
            let removed = try await [first, second].compactMap { $0?.logsBySize }
            #expect(removed.reduce(0, +) == 10)
        }
    }

    @Test(.timeLimit(.minutes(10))) func onAskingAPassBeginsWithoutWaitingForIt() async throws {
        try await ServerFixture.with {
            $0.retention.logSeconds = 0.000_001
        } _: { server in
            let run = try await endedRun(server)
            let response = try await server.send(.post, "retention", token: server.admin)
            #expect(response.status == .accepted)
            // The service that was asked runs beside the router.
            while try await server.controller.store.lastRetention() == nil {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await server.controller.store.run(run.id)?.logsRemovedAt != nil)
        }
    }
}
