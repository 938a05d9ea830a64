import CurlTransport
import Logging
import OrchClient
import OrchModel
import OrchStore
import ServiceLifecycle
import Testing

@testable import OrchServer

/// The controller on a real socket, spoken to by the real client.
struct LiveServerTests {
    /// A running controller and a client for each kind of token.
    private struct Live: Sendable {
        let controller: Controller
        let group: ServiceGroup
        let admin: OrchClient
        let agent: OrchClient
        let http: HTTPClient

        func untilWaiting(for topic: Wakeups.Topic) async {
            while controller.wakeups.count(of: topic) == 0 { try? await Task.sleep(for: .milliseconds(1)) }
        }

        func poll(wait: Double) async throws -> WorkReply {
            try await agent.poll(WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: wait))
        }
    }

    private func withLive(_ body: @Sendable (Live) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            try await ServedControllers.with([try await ServerFixture.open(folder)]) { served in
                let (controller, url) = (served.controllers[0], served.urls[0])
                try await body(
                    Live(
                        controller: controller, group: served.group,
                        admin: OrchClient(url: "\(url)/api/", token: controller.adminToken, http: served.http),
                        agent: OrchClient(url: url, token: controller.agentToken, http: served.http),
                        http: served.http))
            }
        }
    }

    @Test func aRunGoesFromItsCreationToItsEnd() async throws {
        try await withLive { live in
            try await live.admin.health()
            try await live.admin.ready()
            #expect(try await live.agent.version().instance == live.controller.instance)
            #expect(try await live.admin.deploy(ServerFixture.deployment()).outcome == .created)
            #expect(try await live.admin.deployments().map(\.name) == ["docker-flow"])
            #expect(try await live.admin.deployment(named: "docker-flow").version == 1)
            async let polled = live.poll(wait: 60)
            await live.untilWaiting(for: .queue("default"))
            let request = FlowRunRequest(deployment: "docker-flow", parameters: ["color": "yellow"])
            let run = try await live.admin.createRun(request).run
            let claimed = try #require(try await polled.runs.first)
            #expect(claimed.runID == run.id)
            var events = try await live.admin.follow("\(run.id)").makeAsyncIterator()
            var told: [String] = []
            func next() async throws {
                switch try await events.next() {
                case .state(let state): told.append(state.name)
                case .log(let record): told.append(record.message)
                case .heartbeat: try await next()
                case .end(let run): told.append("end \(run.state.name)")
                case nil: told.append("nil")
                }
            }
            try await next()
            try await next()
            for (type, line) in [(StateType.running, Int64(1)), (.completed, 2)] {
                var report = AttemptReport(token: claimed.token)
                report.records = [ServerFixture.line(line, "line \(line)")]
                report.state = ServerFixture.state(type)
                try await live.agent.report(run: claimed.runID, attempt: claimed.attempt, report)
                try await next()
                try await next()
            }
            try await next()
            try await next()
            #expect(
                told == [
                    "Scheduled", "Pending", "Running", "line 1", "line 2", "Completed", "end Completed", "nil",
                ])
            #expect(try await live.admin.states(of: run.name).count == 4)
            #expect(try await live.admin.logs(of: run.id.short, filter: LogFilter(level: .info)).records.count == 2)
            #expect(try await live.admin.taskRuns(of: run.name).isEmpty)
            #expect(try await live.admin.runs(FlowRunFilter(state: "completed", deployment: "docker-flow")).count == 1)
            #expect(try await live.agent.held(agent: "a1").isEmpty)
        }
    }

    @Test func refusalsArriveAsFaults() async throws {
        try await withLive { live in
            await #expect {
                _ = try await live.admin.run("no such run/with a slash")
            } throws: { error in
                guard case .fault(404, let fault)? = error as? OrchClientError else { return false }
                return fault.message.contains("no such run/with a slash")
            }
            await #expect {
                _ = try await live.agent.deployments()
            } throws: { ($0 as? OrchClientError)?.fault?.code == "forbidden" }
            await #expect {
                _ = try await live.admin.ask(
                    AgentTaskRequest(queue: "default", question: .describeImage(reference: "i")))
            } throws: { ($0 as? OrchClientError)?.fault?.code == "no_agent" }
            await #expect {
                _ = try await live.admin.ask(
                    AgentTaskRequest(queue: "deafult", question: .describeImage(reference: "i")))
            } throws: { error in
                let fault = (error as? OrchClientError)?.fault
                return fault?.code == "unknown_queue" && fault?.details == ["default"]
            }
            let stranger = OrchClient(url: live.admin.url, token: "wrong", http: live.http)
            await #expect {
                _ = try await stranger.follow("x")
            } throws: { ($0 as? OrchClientError)?.fault?.code == "unauthorized" }
        }
    }

    @Test func blocksGoThereAndBack() async throws {
        try await withLive { live in
            let values: [String: JSONValue] = ["host": "h", "user": "u", "database": "d", "password": "p"]
            let saved = try await live.admin.saveBlock(type: "postgres", name: "db.1", values: values)
            #expect(saved.values["password"] == .string(Secret.placeholder))
            #expect(try await live.admin.blocks() == [saved])
            #expect(try await live.admin.block(type: "postgres", name: "db.1") == saved)
            try await live.admin.deleteBlock(type: "postgres", name: "db.1")
            #expect(try await live.admin.blocks().isEmpty)
        }
    }

    @Test func anAgentThatGoesAwayIsGivenNothing() async throws {
        try await withLive { live in
            _ = try await live.admin.deploy(ServerFixture.deployment())
            let gone = Task { try await live.poll(wait: 60) }
            await live.untilWaiting(for: .queue("default"))
            gone.cancel()
            await #expect(throws: OrchClientError.self) { try await gone.value }
            while live.controller.wakeups.count(of: .queue("default")) > 0 {
                try? await Task.sleep(for: .milliseconds(1))
            }
            let run = try await live.admin.createRun(FlowRunRequest(deployment: "docker-flow")).run
            #expect(run.state.type == .scheduled)
            #expect(try await live.poll(wait: 0).runs.map(\.runID) == [run.id])
        }
    }

    @Test func aStoppingServerLetsNobodyWait() async throws {
        try await withLive { live in
            _ = try await live.admin.deploy(ServerFixture.deployment())
            let run = try await live.admin.createRun(FlowRunRequest(deployment: "docker-flow")).run
            _ = try await live.poll(wait: 0)
            var events = try await live.admin.follow("\(run.id)").makeAsyncIterator()
            _ = try await events.next()
            _ = try await events.next()
            async let polled = live.poll(wait: 60)
            await live.untilWaiting(for: .queue("default"))
            await live.group.triggerGracefulShutdown()
            #expect(try await polled.runs.isEmpty)
            await #expect {
                while let event = try await events.next() {
                    if case .end = event { Issue.record("the run has not ended") }
                }
            } throws: { ($0 as? OrchClientError)?.isTransient == true }
        }
    }
}
