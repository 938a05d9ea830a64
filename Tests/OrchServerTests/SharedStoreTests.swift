import FoundationEssentials
import Logging
import OrchClient
import OrchModel
import OrchStore
import TestSupport
import Testing

@testable import OrchServer

/// Two controllers on one PostgreSQL database. Nobody looks again by time, so what one does has to wake the other.
@Suite(.postgresCluster, .enabled(if: PostgresCluster.isAvailable))
struct SharedStoreTests {
    private struct Pair: Sendable {
        let first: OrchClient
        let second: OrchClient
        /// Polls the second controller.
        let agent: OrchClient
        let controllers: [Controller]

        func poll(wait: Double) async throws -> WorkReply {
            try await agent.poll(WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: wait))
        }

        /// Returns once the second controller's poll waits.
        func untilPolling() async {
            while controllers[1].wakeups.count(of: .queue("default")) == 0 {
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// - Parameter skew: how far the first controller's host is ahead of the time. Defaults to not at all.
    private func withPair(skew: Duration = .zero, _ body: @Sendable (Pair) async throws -> Void) async throws {
        let cluster = try #require(PostgresCluster.current)
        let schema = "t_" + "\(Identifier.new())".filter { $0 != "-" }
        _ = try cluster.psql("CREATE SCHEMA \(schema)")
        let url = cluster.url() + "&options=-csearch_path%3D\(schema)"
        try await TemporaryFolder.with { folder in
            var controllers: [Controller] = []
            for name in ["one", "two"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
                let key = "\(folder)/one/server.key"
                if name == "two" { try FileManager.default.copyItem(atPath: key, toPath: "\(folder)/two/server.key") }
                controllers.append(
                    try await ServerFixture.open(
                        "\(folder)/\(name)", { $0.databaseURL = Secret(url) },
                        wallClock: { Timestamp.now() + (name == "one" ? skew : .zero) }))
            }
            try await ServedControllers.with(controllers) { served in
                func client(_ index: Int, _ token: Secret) -> OrchClient {
                    OrchClient(url: served.urls[index], token: token, http: served.http)
                }
                let controllers = served.controllers
                try await body(
                    Pair(
                        first: client(0, controllers[0].adminToken), second: client(1, controllers[1].adminToken),
                        agent: client(1, controllers[1].agentToken), controllers: controllers))
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func aRunMadeAtOneIsGivenToAnAgentOfTheOther() async throws {
        try await withPair { pair in
            #expect(pair.controllers[0].instance == pair.controllers[1].instance)
            _ = try await pair.first.deploy(ServerFixture.deployment())
            async let polled = pair.poll(wait: 60)
            await pair.untilPolling()
            let run = try await pair.first.createRun(FlowRunRequest(deployment: "docker-flow")).run
            let claimed = try #require(try await polled.runs.first)
            #expect(claimed.runID == run.id)
            // The other controller's tokens are known here, and the wish to end it crosses over.
            _ = try await pair.first.cancel("\(run.id)")
            #expect(try await pair.poll(wait: 60).cancellations.map(\.runID) == [run.id])
            #expect(try await pair.second.run("\(run.id)").state.type == .cancelling)
        }
    }

    /// Without the database's clock the run would be due in an hour, or the claim would have run out an hour ago.
    @Test(.timeLimit(.minutes(10)), arguments: [3600, -3600])
    func aHostWhoseClockIsWrongNeitherDelaysRunsNorTakesThemAway(skew: Int) async throws {
        try await withPair(skew: .seconds(skew)) { pair in
            _ = try await pair.first.deploy(ServerFixture.deployment())
            let run = try await pair.first.createRun(FlowRunRequest(deployment: "docker-flow")).run
            #expect(abs((run.createdAt - Timestamp.now()) / .seconds(1)) < 60)
            #expect(try await pair.poll(wait: 30).runs.map(\.runID) == [run.id])
            await LeaseKeeper(
                store: pair.controllers[0].store, wakeups: pair.controllers[0].wakeups, lease: .seconds(30),
                grace: .zero, metrics: pair.controllers[0].metrics, logger: Logger(label: "test")
            ).look(at: pair.controllers[0].now())
            #expect(try await pair.second.run("\(run.id)").state.type == .pending)
        }
    }

    @Test(.timeLimit(.minutes(10))) func aQuestionAskedAtOneIsAnsweredThroughTheOther() async throws {
        try await withPair { pair in
            _ = try await pair.poll(wait: 0)
            async let answer = pair.first.ask(
                AgentTaskRequest(queue: "default", question: .describeImage(reference: "taxi:latest"), waitSeconds: 60))
            var tasks: [AgentTask] = []
            while tasks.isEmpty { tasks = try await pair.poll(wait: 60).tasks }
            #expect(tasks.map(\.question) == [.describeImage(reference: "taxi:latest")])
            try await pair.agent.answer(task: tasks[0].id, .noDescription(image: "taxi:latest"))
            #expect(try await answer == .noDescription(image: "taxi:latest"))
        }
    }

    @Test(.timeLimit(.minutes(10))) func aSlotGivenBackAtOneIsTheNextTasksAtTheOther() async throws {
        try await withPair { pair in
            _ = try await pair.first.deploy(ServerFixture.deployment())
            _ = try await pair.first.createRun(FlowRunRequest(deployment: "docker-flow"))
            let claimed = try #require(try await pair.poll(wait: 30).runs.first)
            let key = AttemptKey(runID: claimed.runID, attempt: 1)
            _ = try await pair.second.saveConcurrencyLimit(ConcurrencyLimitRequest(tag: "db", limit: 1))
            func draft() -> SlotDraft {
                SlotDraft(id: .new(), attempt: key, taskRunID: .new(), taskName: "t", tags: ["db"])
            }
            let desks = pair.controllers.map(\.desk.slots)
            let (held, waiting) = (draft(), draft())
            #expect(try await desks[0].take(held, atMost: .zero, waiter: Waiter()) == .granted)
            async let answer = desks[1].take(waiting, atMost: .seconds(100), waiter: Waiter())
            while pair.controllers[1].wakeups.count(of: .slot(waiting.id)) == 0 { await Task.yield() }
            while try await pair.first.concurrencyLimit("db").waiters.isEmpty { await Task.yield() }
            try await desks[0].giveBack(held.id, of: key)
            #expect(try await answer == .granted)
        }
    }

    @Test func aControllerWithAnotherKeyIsRefused() async throws {
        let cluster = try #require(PostgresCluster.current)
        _ = try cluster.psql("CREATE SCHEMA other_key")
        let url = cluster.url() + "&options=-csearch_path%3Dother_key"
        try await TemporaryFolder.with { folder in
            for name in ["one", "two"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            let first = try await ServerFixture.open("\(folder)/one") { $0.databaseURL = Secret(url) }
            try await first.store.close()
            await #expect {
                _ = try await ServerFixture.open("\(folder)/two") { $0.databaseURL = Secret(url) }
            } throws: { error in
                guard case .otherKey("\(folder)/two/server.key")? = error as? OrchServerError else { return false }
                return true
            }
        }
    }
}
