import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct AgentRoutesTests {
    private let question = AgentTask.Question.describeImage(reference: "taxi:latest")

    @Test func withoutAnAgentTheCommandThatStartsOneIsTold() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "work-queues", WorkQueueRequest(name: "gpu"))
            let request = AgentTaskRequest(queue: "gpu", question: question)
            let (status, fault) = try await server.refusal(.post, "agent-tasks", request)
            #expect(status == 503)
            #expect(fault.code == "no_agent")
            #expect(
                fault.message == "no agent polls the queue \"gpu\": start one with `orch agent start -q gpu`")
        }
    }

    @Test(arguments: ["a\nb", "a\u{1B}[2Jb", "a\u{0}b", "a\u{85}b", "a\u{2028}b"])
    func namesAndTagsWithControlCharactersAreRefused(name: String) async throws {
        try await ServerFixture.with { server in
            for info in [
                ServerFixture.agentInfo(name), ServerFixture.agentInfo(queues: ["default", name]),
            ] {
                let poll = WorkPoll(agent: info, capacity: 1, waitSeconds: 0)
                let (status, fault) = try await server.refusal(.post, "work/poll", token: server.agent, poll)
                #expect(status == 400)
                #expect(fault.message.contains("one line, without control characters"))
            }
            var deployment = ServerFixture.deployment()
            try await server.succeed(.post, "deployments", deployment)
            deployment.tags = [name]
            #expect(try await server.refusal(.post, "deployments", deployment).status == 422)
            let run = FlowRunRequest(deployment: "docker-flow", tags: ["good", name])
            #expect(try await server.refusal(.post, "flow-runs", run).status == 422)
        }
    }

    @Test func aQuestionIsAnsweredByAnAgentThatPolls() async throws {
        try await ServerFixture.with { server in
            async let reply = server.poll(capacity: 0, wait: 60)
            await server.untilWaiting(for: .queue("default"))
            // The first look at the store has to be over, or the question is refused for want of an agent.
            while try await server.controller.store.agents().isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
            async let answer: AgentTaskAnswer = server.call(
                .post, "agent-tasks", AgentTaskRequest(queue: "default", question: question))
            let task = try #require(try await reply.tasks.first)
            #expect(task.question == question)
            #expect(try await server.poll().tasks.isEmpty)
            let found = AgentTaskAnswer.noImage(image: "taxi:latest", available: ["taxi:old"])
            try await server.succeed(.post, "agent-tasks/\(task.id)/answer", token: server.agent, found)
            #expect(try await answer == found)
            let late = try await server.refusal(.post, "agent-tasks/\(task.id)/answer", token: server.agent, found)
            #expect(late.status == 404)
        }
    }

    @Test func aQuestionNobodyAnswersTimesOut() async throws {
        try await ServerFixture.with { server in
            _ = try await server.poll()
            let request = AgentTaskRequest(queue: "default", question: question, waitSeconds: 0.01)
            let (status, fault) = try await server.refusal(.post, "agent-tasks", request)
            #expect(status == 504)
            #expect(fault.code == "timeout")
            #expect(try await server.poll().tasks.isEmpty)
        }
    }

    @Test(
        "an agent is told how to pull, with the block's login; whoever asked hears of the pull until the answer is there"
    )
    func pullsAreFollowed() async throws {
        try await ServerFixture.with { server in
            let login: [String: JSONValue] = [
                "registry_url": "registry.example.org", "username": "me", "password": "s3cret-canary",
            ]
            try await server.succeed(.put, "blocks/docker-registry-credentials/mine", ["values": login])
            try await server.succeed(
                .put, "blocks/docker-container/big",
                ["values": ["registry_credentials": "mine", "pull_timeout_seconds": 90] as [String: JSONValue]])
            async let reply = server.poll(capacity: 0, wait: 60)
            await server.untilWaiting(for: .queue("default"))
            while try await server.controller.store.agents().isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
            var request = AgentTaskRequest(
                queue: "default",
                question: .describeImage(
                    reference: "taxi:latest",
                    infrastructure: Infrastructure(block: "big", overrides: ["platform": "linux/arm64"])))
            request.followsPull = true
            async let first: AgentTaskAnswer = server.call(.post, "agent-tasks", request)
            let task = try #require(try await reply.tasks.first)
            let pull = try #require(task.pull)
            #expect(pull.policy == .ifNotPresent && pull.platform == "linux/arm64" && pull.limitSeconds == 90)
            #expect(pull.login?.password == "s3cret-canary" && pull.login?.registry == "registry.example.org")
            #expect(try JSONValue(encoding: task.question).jsonText.contains("canary") == false)

            func news(_ number: Int) -> AgentTaskAnswer {
                .pulling(PullNews(task: task.id, number: number, message: "pulling: \(number) of 9 layers"))
            }
            let path = "agent-tasks/\(task.id)/answer"
            try await server.succeed(.post, path, token: server.agent, news(1))
            #expect(try await first == news(1))
            let silent = try await server.refusal(.get, "agent-tasks/\(Identifier.new())/answer?after=1&wait=0")
            #expect(silent.status == 404)
            async let second: AgentTaskAnswer = server.call(.get, path + "?after=1&wait=60")
            await server.untilWaiting(for: .answer(task.id))
            try await server.succeed(.post, path, token: server.agent, news(2))
            #expect(try await second == news(2))
            let found = AgentTaskAnswer.noDescription(image: "taxi:latest")
            try await server.succeed(.post, path, token: server.agent, found)
            let last: AgentTaskAnswer = try await server.call(.get, path + "?after=2")
            #expect(last == found)
            #expect(try await server.refusal(.post, path, token: server.agent, news(3)).status == 404)
        }
    }

    @Test("whoever waits for the answer alone is not woken by news of a pull; an agent that falls silent is told of")
    func pullsThatAreNotFollowed() async throws {
        try await ServerFixture.with { server in
            async let reply = server.poll(capacity: 0, wait: 60)
            await server.untilWaiting(for: .queue("default"))
            while try await server.controller.store.agents().isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
            let request = AgentTaskRequest(
                queue: "default",
                question: .describeImage(reference: "taxi:latest", infrastructure: Infrastructure()))
            async let answer: AgentTaskAnswer = server.call(.post, "agent-tasks", request)
            let task = try #require(try await reply.tasks.first)
            let path = "agent-tasks/\(task.id)/answer"
            let news = AgentTaskAnswer.pulling(PullNews(task: task.id, number: 1, message: "pulling taxi:latest"))
            try await server.succeed(.post, path, token: server.agent, news)
            let found = AgentTaskAnswer.noDescription(image: "taxi:latest")
            try await server.succeed(.post, path, token: server.agent, found)
            #expect(try await answer == found)

            let following = {
                var following = request
                following.followsPull = true
                return following
            }()
            async let first: AgentTaskAnswer = server.call(.post, "agent-tasks", following)
            let next = try #require(try await server.poll(capacity: 0, wait: 60).tasks.first)
            let other = "agent-tasks/\(next.id)/answer"
            try await server.succeed(
                .post, other, token: server.agent,
                AgentTaskAnswer.pulling(PullNews(task: next.id, number: 1, message: "pulling taxi:latest")))
            #expect(try await first.isNews)
            let silent = try await server.refusal(.get, other + "?after=1&wait=0")
            #expect(silent.status == 504 && silent.fault.message.contains("has not been heard"))
            #expect(try await server.refusal(.post, other, token: server.agent, news).status == 422)
            #expect(try await server.refusal(.get, other + "?after=1&wait=0").status == 404)
        }
    }

    @Test("nothing is pulled for a question that names no infrastructure, or a block that is not there")
    func questionsWithoutPull() async throws {
        try await ServerFixture.with { server in
            let assembler = server.controller.desk.claims
            for question in [
                question, .describeImage(reference: "taxi:latest", infrastructure: Infrastructure(block: "nosuch")),
                .describeImage(reference: "process:/bin/taxi", infrastructure: Infrastructure(type: "process")),
            ] {
                let equipped = try await assembler.equipped(AgentTask(id: .new(), question: question))
                #expect(equipped.pull == nil)
            }
        }
    }

    @Test("an agent that would not get such runs is not asked; where there is no other, that is told at once")
    func onlyAgentsThatFitAreAsked() async throws {
        try await ServerFixture.with { server in
            var agent = ServerFixture.agentInfo()
            agent.labels = ["arch": "amd64", "infrastructure": ["docker"]]
            try await server.succeed(
                .post, "work/poll", token: server.agent, WorkPoll(agent: agent, capacity: 0, waitSeconds: 0))
            for (request, wanted) in [
                (
                    AgentTaskRequest(queue: "default", question: question, requires: ["arch": "arm64"]),
                    "arch=arm64"
                ),
                (
                    AgentTaskRequest(queue: "default", question: .describeImage(reference: "process:/bin/taxi")),
                    "infrastructure=process"
                ),
            ] {
                let (status, fault) = try await server.refusal(.post, "agent-tasks", request)
                #expect(status == 503)
                #expect(fault.message == "no agent of the queue \"default\" has \(wanted); it is polled by a1")
            }
            var deployment = ServerFixture.deployment()
            deployment.requires = ["arch": "arm64"]
            let checks: [DeploymentCheck] = try await server.call(
                .post, "deployments/check", DeploymentCheckRequest([deployment]))
            #expect(checks.map(\.problems) == [[]] && checks.map(\.warnings.count) == [1])
        }
    }

    @Test func agentsAndQueuesAreListed() async throws {
        try await ServerFixture.with { server in
            _ = try await server.claimedRun()
            let agents: [AgentStatus] = try await server.call(.get, "agents")
            #expect(agents.map(\.info) == [ServerFixture.agentInfo()])
            #expect(agents.map(\.running) == [1])
            let queues: [WorkQueueStatus] = try await server.call(.get, "work-queues")
            #expect(queues.map(\.agents) == [["a1"]])
        }
    }
}
