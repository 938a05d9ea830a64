import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct WorkQueueRoutesTests {
    @Test("A queue is made, changed, and removed")
    func life() async throws {
        try await ServerFixture.with { server in
            let made: WorkQueueStatus = try await server.call(
                .post, "work-queues", WorkQueueRequest(name: "gpu", priority: 3, limit: 2))
            #expect((made.priority, made.limit, made.health) == (3, 2, .notPolled))
            #expect(try await server.refusal(.post, "work-queues", WorkQueueRequest(name: "gpu")).status == 409)
            let changed: WorkQueueStatus = try await server.call(
                .post, "work-queues/gpu", WorkQueueChange(priority: 9, clearsLimit: true, isPaused: true))
            #expect((changed.priority, changed.limit, changed.pausedBy) == (9, nil, "user admin"))
            try await server.succeed(.delete, "work-queues/gpu")
            let (status, fault) = try await server.refusal(.get, "work-queues/gpu")
            #expect((status, fault.code) == (404, "unknown_queue"))
            #expect(try await server.refusal(.delete, "work-queues/default").status == 409)
        }
    }

    @Test(
        "What makes no queue is refused",
        arguments: [
            WorkQueueRequest(name: ""), WorkQueueRequest(name: "a/b"), WorkQueueRequest(name: "etl-*"),
            WorkQueueRequest(name: "my queue; rm -rf"), WorkQueueRequest(name: "q", priority: 1001),
            WorkQueueRequest(name: "q", limit: -1),
        ])
    func refuses(request: WorkQueueRequest) async throws {
        try await ServerFixture.with { server in
            let refused = try await server.refusal(.post, "work-queues", request)
            #expect(refused.status == 422)
        }
    }

    @Test("An agent is told of its patterns that match no queue")
    func unmatchedPattern() async throws {
        try await ServerFixture.with { server in
            let reply = try await server.poll(queues: ["defualt*", "def*"])
            #expect(reply.remarks?.count == 1)
            #expect(reply.remarks?.first?.contains("did you mean \"default\"?") == true)
            #expect(try await server.poll(queues: ["default", "d*"]).remarks == nil)
        }
    }

    @Test("A misspelt queue is refused with the nearest name wherever it is named")
    func misspelt() async throws {
        try await ServerFixture.with { server in
            func check(_ answer: (status: Int, fault: APIFault), _ what: String) {
                #expect((answer.status, answer.fault.code) == (404, "unknown_queue"), "\(what)")
                #expect(answer.fault.message.contains("did you mean \"default\"?"), "\(what)")
                #expect(answer.fault.details == ["default"], "\(what)")
            }
            let deployment = ServerFixture.deployment(queue: "deafult")
            check(try await server.refusal(.post, "deployments", deployment), "a deployment")
            let poll = WorkPoll(agent: ServerFixture.agentInfo(queues: ["deafult"]), capacity: 1, waitSeconds: 0)
            check(try await server.refusal(.post, "work/poll", token: server.agent, poll), "a poll")
            check(try await server.refusal(.get, "work-queues/deafult"), "a look")
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            var run = FlowRunRequest(deployment: "docker-flow")
            run.workQueue = "deafult"
            check(try await server.refusal(.post, "flow-runs", run), "a run")
            check(
                try await server.refusal(.post, "run-limits", RunLimitRequest(key: .queue("deafult"), limit: 1)),
                "a limit")
        }
    }

    @Test("An agent makes the queues that it names where it was told to")
    func agentMakes() async throws {
        try await ServerFixture.with { server in
            let poll = WorkPoll(
                agent: ServerFixture.agentInfo(queues: ["new", "etl-*"]), capacity: 1, waitSeconds: 0,
                createsQueues: true)
            try await server.succeed(.post, "work/poll", token: server.agent, poll)
            let queues: [WorkQueueStatus] = try await server.call(.get, "work-queues")
            #expect(queues.map(\.name) == ["default", "new"])
            #expect(queues.last?.agents == ["a1"])
        }
    }

    @Test("A queue of before there was a rule for names goes on, and an agent that makes queues may name it")
    func oldName() async throws {
        try await ServerFixture.with { server in
            let name = "my queue"
            try await server.controller.store.createQueue(WorkQueueRequest(name: name), at: .now())
            try await server.succeed(.post, "deployments", ServerFixture.deployment(queue: name))
            let run = try await server.createRun()
            func poll(_ queues: [String]) -> WorkPoll {
                WorkPoll(
                    agent: ServerFixture.agentInfo(queues: queues), capacity: 1, waitSeconds: 0, createsQueues: true)
            }
            let reply: WorkReply = try await server.call(.post, "work/poll", token: server.agent, poll([name]))
            #expect(reply.runs.map(\.runID) == [run.id])
            let (status, fault) = try await server.refusal(
                .post, "work/poll", token: server.agent, poll([name, "another queue"]))
            #expect(status == 422)
            #expect(fault.message.contains("expected 1 to 200 bytes of letters, digits, and . _ - : @ +"))
        }
    }

    @Test("An agent that waits at a queue is refused as soon as the queue is deleted, and its connection is closed")
    func deletedWhilePolled() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "work-queues", WorkQueueRequest(name: "gone"))
            let poll = WorkPoll(agent: ServerFixture.agentInfo(queues: ["gone"]), capacity: 1, waitSeconds: 60)
            let body = try JSONEncoder().encode(poll)
            async let refused = server.send(.post, "work/poll", token: server.agent, body: body)
            await server.untilWaiting(for: .queue("gone"))
            try await server.succeed(.delete, "work-queues/gone")
            let response = try await refused
            #expect(response.status == .notFound)
            #expect(response.headers[.connection] == "close")
            let fault = try JSONDecoder().decode(APIFault.self, from: Data(response.body.readableBytesView))
            #expect(fault.code == "unknown_queue")
        }
    }

    @Test("An agent that says goodbye polls no more at once")
    func goodbye() async throws {
        try await ServerFixture.with { server in
            var agent = ServerFixture.agentInfo()
            let session = Identifier.new()
            agent.session = session
            let poll = WorkPoll(agent: agent, capacity: 1, waitSeconds: 0)
            try await server.succeed(.post, "work/poll", token: server.agent, poll)
            try await server.succeed(
                .post, "work/leave", token: server.agent, AgentFarewell(agent: "a1", session: session))
            let status: AgentStatus = try await server.call(.get, "agents/a1")
            #expect(status.leftAt != nil)
            let queue: WorkQueueStatus = try await server.call(.get, "work-queues/default")
            #expect((queue.agents, queue.health) == ([], .notPolled))
            let denied = try await server.send(.post, "work/leave", token: nil)
            #expect(denied.status == .unauthorized)
        }
    }

    @Test("A poll of a pattern is woken by a run of a queue that matches")
    func patternIsWoken() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "work-queues", WorkQueueRequest(name: "etl-1"))
            try await server.succeed(.post, "deployments", ServerFixture.deployment(queue: "etl-1"))
            async let reply = server.poll(queues: ["etl-*"], wait: 60)
            while server.controller.wakeups.count(of: .everyQueue) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let run = try await server.createRun()
            #expect(try await reply.runs.map(\.runID) == [run.id])
        }
    }

    @Test("A run that waits for a slot is given to a waiting poll as soon as the slot is free")
    func releaseWakes() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "work-queues", WorkQueueRequest(name: "other"))
            try await server.succeed(.post, "run-limits", RunLimitRequest(key: .tag("demo"), limit: 1))
            let held = try await server.claimedRun()
            try await server.succeed(.post, "deployments", ServerFixture.deployment("second", queue: "other"))
            let waiting = try await server.createRun(FlowRunRequest(deployment: "second"))
            #expect(try await server.poll("a2", queues: ["other"]).runs.isEmpty)
            let runs: [FlowRun] = try await server.call(.get, "work-queues/other/runs")
            #expect(runs.map(\.blockedOn) == ["tag:demo"])
            let limit: RunLimitStatus = try await server.call(.get, "run-limits/tag:demo")
            #expect(limit.holders.map(\.runID) == [held.runID] && limit.waiters.map(\.runID) == [waiting.id])
            async let reply = server.poll("a2", queues: ["other"], wait: 60)
            while server.controller.wakeups.count(of: .queue("other")) == 0 {
                try await Task.sleep(for: .milliseconds(5))
            }
            let report = AttemptReport(
                token: held.token,
                state: RunState(.completed, message: "done", at: .now(), actor: "agent a1"))
            try await server.succeed(
                .post, "attempts/\(held.runID)/\(held.attempt)/report", token: server.agent, report)
            #expect(try await reply.runs.map(\.runID) == [waiting.id])
        }
    }

    @Test("An agent that drains by itself gets nothing by the poll that told of room, which comes back at once")
    func drainsByItself() async throws {
        try await ServerFixture.with { server in
            var agent = ServerFixture.agentInfo()
            agent.session = .new()
            let poll = WorkPoll(agent: agent, capacity: 1, waitSeconds: 60)
            async let reply: WorkReply = server.call(.post, "work/poll", token: server.agent, poll)
            while server.controller.wakeups.count(of: .agent("a1")) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let draining = WorkPoll(agent: agent, capacity: 0, waitSeconds: 0, isDraining: true)
            let quiet: WorkReply = try await server.call(.post, "work/poll", token: server.agent, draining)
            #expect(quiet.drains == nil && quiet.runs.isEmpty)
            #expect(try await reply.drains == true)
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            _ = try await server.createRun()
            var late = poll
            late.waitSeconds = 0
            let nothing: WorkReply = try await server.call(.post, "work/poll", token: server.agent, late)
            #expect(nothing.runs.isEmpty)
            #expect(try await server.call(.get, "agents/a1", as: AgentStatus.self).drain?.by == "agent a1")
            late.agent.session = .new()
            let next: WorkReply = try await server.call(.post, "work/poll", token: server.agent, late)
            #expect(next.runs.count == 1, "the next process of the name begins anew")
        }
    }

    @Test("An agent keeps its name for as long as one of its polls stands")
    func namesOfPolls() async throws {
        try await ServerFixture.with { server in
            let desk = server.controller.desk
            var (agent, other) = (ServerFixture.agentInfo(), ServerFixture.agentInfo())
            (agent.identity, other.identity) = (.new(), .new())
            let (one, two) = (Waiter(), Waiter())
            let poll = WorkPoll(agent: agent, capacity: 1, waitSeconds: 60)
            async let first = desk.poll(poll, waiter: one)
            async let second = desk.poll(poll, waiter: two)
            while server.controller.wakeups.count(of: .agent("a1")) < 2 { try await Task.sleep(for: .milliseconds(5)) }
            // Both have told of themselves.
            while try await server.controller.store.agents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            one.close()
            _ = try await first
            let taking = WorkPoll(agent: other, capacity: 0, waitSeconds: 0)
            await #expect(throws: StoreError.self) { _ = try await desk.poll(taking, waiter: Waiter()) }
            two.close()
            _ = try await second
            _ = try await desk.poll(taking, waiter: Waiter())
        }
    }

    @Test("A drain wakes the agent's poll, which says so; maintenance stays until it is taken back")
    func agentWishes() async throws {
        try await ServerFixture.with { server in
            var agent = ServerFixture.agentInfo()
            agent.session = .new()
            let poll = WorkPoll(agent: agent, capacity: 1, waitSeconds: 60)
            async let reply: WorkReply = server.call(.post, "work/poll", token: server.agent, poll)
            while server.controller.wakeups.count(of: .agent("a1")) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            // It has to have told of itself before anything can be wished of it.
            while try await server.controller.store.agents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            let drained: AgentStatus = try await server.call(.post, "agents/a1/drain", AgentWishRequest(isOn: true))
            #expect(drained.drain?.by == "user admin")
            #expect(try await reply.drains == true)
            // One that knows waits for something else.
            let again = WorkPoll(agent: agent, capacity: 0, waitSeconds: 0, isDraining: true)
            let quiet: WorkReply = try await server.call(.post, "work/poll", token: server.agent, again)
            #expect(quiet.drains == nil)
            try await server.succeed(.post, "agents/a1/drain", AgentWishRequest(isOn: false))
            #expect(try await server.poll().drains != true)
            try await server.succeed(.post, "agents/a1/maintenance", AgentWishRequest(isOn: true))
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            _ = try await server.createRun()
            #expect(try await server.poll().runs.isEmpty)
            try await server.succeed(.post, "agents/a1/maintenance", AgentWishRequest(isOn: false))
            #expect(try await server.poll().runs.count == 1)
            let (status, fault) = try await server.refusal(.get, "agents/a11")
            #expect((status, fault.details) == (404, ["a1"]))
        }
    }

    @Test("Limits of deployments are changed with the deployments alone")
    func owners() async throws {
        try await ServerFixture.with { server in
            let request = RunLimitRequest(key: .deployment("\(Identifier.new())"), limit: 1)
            let refused = try await server.refusal(.post, "run-limits", request)
            #expect(refused.status == 409)
            #expect(try await server.refusal(.get, "run-limits/nonsense").status == 400)
            #expect(try await server.refusal(.delete, "run-limits/global").status == 404)
        }
    }
}
