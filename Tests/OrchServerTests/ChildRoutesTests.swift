import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

/// What a run may do with its own key: make runs, wait for them, end them, and nothing of anybody else's.
struct ChildRoutesTests {
    private static func request(
        _ deployment: String? = "docker-flow", container: ContainerTask? = nil, key: String = "k",
        try attempt: String = "1.1"
    ) -> ChildRunRequest {
        ChildRunRequest(
            deployment: deployment, container: container, parameters: deployment == nil ? [:] : ["month": 3],
            place: ChildPlace(key: key, attempt: attempt))
    }

    private func key(_ claimed: ClaimedRun) throws -> String { try #require(claimed.secrets["ORCH_API_KEY"]) }

    @Test func aRunMakesAChildOnceAndWaitsForItsEnd() async throws {
        try await ServerFixture.with { server in
            let parent = try await server.claimedRun()
            let key = try key(parent)
            let path = "flow-runs/\(parent.runID)/children"
            let made = try await server.succeed(.post, path, token: key, Self.request())
            #expect(made.status == .created)
            let child: FlowRun = try await server.call(.post, path, token: key, Self.request())
            #expect(child.parentRunID == parent.runID && child.parameters["month"] == 3)
            #expect(child.state.actor == "run \(parent.runID)")
            let claimed = try #require(try await server.poll("a2").runs.first)
            #expect(claimed.runID == child.id)
            async let answer: FlowRun = server.call(.get, "\(path)/\(child.id)?wait=60", token: key)
            await server.untilWaiting(for: .run(child.id))
            try await server.report(claimed) {
                $0.result = 42
                $0.state = ServerFixture.state(.completed)
            }
            let ended = try await answer
            #expect(ended.state.type == .completed && ended.result == 42)
            let taken: FlowRun = try await server.call(.post, path, token: key, Self.request(try: "2.1"))
            #expect(taken.id == child.id && taken.state.type == .completed)
        }
    }

    @Test func anotherRunsKeyAndAnotherRunsChildrenAreOutOfReach() async throws {
        try await ServerFixture.with { server in
            let parent = try await server.claimedRun()
            let (own, path) = (try key(parent), "flow-runs/\(parent.runID)/children")
            let child: FlowRun = try await server.call(.post, path, token: own, Self.request())
            let claimedChild = try #require(try await server.poll().runs.first)
            let other = try await server.claimedRun()
            let foreign = try key(other)
            for (method, tail) in [(HTTPRequest.Method.get, "/\(child.id)"), (.post, "/\(child.id)/cancel")] {
                #expect(try await server.refusal(method, path + tail, token: foreign).status == 403)
                // Under its own name it has no such child.
                let mine = "flow-runs/\(other.runID)/children" + tail
                #expect(try await server.refusal(method, mine, token: foreign).status == 404)
                #expect(try await server.refusal(method, path + tail, token: server.agent).status == 403)
                #expect(try await server.refusal(method, path + tail, token: "nonsense").status == 401)
            }
            #expect(try await server.refusal(.post, path, token: foreign, Self.request()).status == 403)
            // A child reads nothing of its parent's, and the parent nothing of another's.
            let childKey = try key(claimedChild)
            #expect(try await server.refusal(.get, "flow-runs/\(parent.runID)", token: childKey).status == 403)
            #expect(try await server.refusal(.get, "\(path)/\(other.runID)", token: own).status == 404)
            for route in ["flow-runs", "flow-runs/\(child.id)/logs", "blocks", "deployments"] {
                #expect(try await server.refusal(.get, route, token: own).status == 403, "\(route)")
            }
            // The key is dead with its run.
            try await server.report(parent) { $0.state = ServerFixture.state(.failed) }
            #expect(try await server.refusal(.get, "\(path)/\(child.id)", token: own).status == 401)
        }
    }

    @Test func aParentEndsItsChildAndThatOfNobodyElse() async throws {
        try await ServerFixture.with { server in
            let parent = try await server.claimedRun()
            let (own, path) = (try key(parent), "flow-runs/\(parent.runID)/children")
            let child: FlowRun = try await server.call(.post, path, token: own, Self.request())
            let ended: FlowRun = try await server.call(.post, "\(path)/\(child.id)/cancel", token: own)
            #expect(ended.state.type == .cancelled)
            #expect(ended.state.message.hasPrefix("cancelled by run \(parent.runID)"))
            let again: FlowRun = try await server.call(.post, "\(path)/\(child.id)/cancel", token: own)
            #expect(again.state.type == .cancelled)
        }
    }

    @Test func aContainerIsLaunchedWithItsEnvironmentAndNoKeyAndShowsNoValue() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "work-queues", WorkQueueRequest(name: "q"))
            try await server.saveBlock(
                "docker-container", "big", ["memory": "1g", "env": ["PASSWORD": "the block's", "TZ": "UTC"]])
            try await server.succeed(.post, "deployments", ServerFixture.deployment("boxed", queue: "q", block: "big"))
            _ = try await server.createRun(FlowRunRequest(deployment: "boxed"))
            let parent = try #require(try await server.poll(queues: ["q"]).runs.first)
            let (own, path) = (try key(parent), "flow-runs/\(parent.runID)/children")
            let task = ContainerTask(
                name: "count", image: "python:3", command: ["python3", "-c", "print(1)"],
                environment: ["PASSWORD": "canary-hunter2", "MODE": "careful"])
            let made = try await server.succeed(.post, path, token: own, Self.request(nil, container: task))
            #expect(!String(buffer: made.body).contains("canary"))
            // Where the parent runs, and as it does.
            let claimed = try #require(try await server.poll(queues: ["q"]).runs.first)
            #expect(claimed.image == "python:3" && claimed.command == task.command && claimed.kind == .command)
            #expect(claimed.secrets == task.environment)
            #expect(claimed.secretTexts == ["canary-hunter2"])
            #expect(claimed.parameters.isEmpty)
            #expect(claimed.container.memory == "1g")
            // Of a variable that both name, the task's value counts.
            #expect(claimed.container.env == ["TZ": "UTC"])
            #expect(claimed.deploymentName == nil)
            let shown = try await server.succeed(.get, "flow-runs/\(claimed.runID)")
            #expect(!String(buffer: shown.body).contains("canary"))
            let run: FlowRun = try await server.call(.get, "flow-runs/\(claimed.runID)")
            #expect(run.ties?.isContainer == true && !run.isInParentsContainer)
            // It is a run like others: listed, and cancelled by its own name.
            let listed: [FlowRun] = try await server.call(.get, "flow-runs?parent=\(parent.runID)")
            #expect(listed.map(\.id) == [run.id])
            let cancelled: WishReply = try await server.call(.post, "flow-runs/\(run.id)/cancel")
            #expect(cancelled.run.state.type == .cancelling)
        }
    }

    @Test func whatCannotBeRunIsRefusedWithEachReason() async throws {
        try await ServerFixture.with { server in
            let parent = try await server.claimedRun()
            let (own, path) = (try key(parent), "flow-runs/\(parent.runID)/children")
            func refusal(_ request: ChildRunRequest) async throws -> (status: Int, fault: APIFault) {
                try await server.refusal(.post, path, token: own, request)
            }
            let nothing = try await refusal(Self.request(nil))
            #expect(nothing.status == 422 && nothing.fault.message.contains("expected one of the two"))
            let task = ContainerTask(name: "a", image: "b", command: [])
            #expect(try await refusal(Self.request(container: task)).status == 422)
            let bad = ContainerTask(
                name: "a/b", image: "", command: ["x\0y", String(repeating: "a", count: 131_072)],
                environment: ["ORCH_API_KEY": "canary", "A=B": "canary", "C": "canary\0"])
            let (status, fault) = try await refusal(Self.request(nil, container: bad))
            #expect(status == 422 && fault.details.count == 7)
            #expect(!"\(fault)".contains("canary"))
            #expect(try await refusal(Self.request("dokcer-flow")).status == 404)
            #expect(try await refusal(Self.request(key: "")).status == 422)
            var wrong = Self.request()
            wrong.parameters = ["month": 13]
            #expect(try await refusal(wrong).status == 422)
            #expect(try await server.poll().runs.isEmpty)
        }
    }

    /// The end of a child wakes an agent that has no room, as the slot that was lent can be lent again.
    @Test(.timeLimit(.minutes(10))) func theNextChildStartsAsSoonAsTheSlotIsGivenBack() async throws {
        try await ServerFixture.with { server in
            let parent = try await server.claimedRun()
            let (own, path) = (try key(parent), "flow-runs/\(parent.runID)/children")
            func poll(wait: Double = 0) async throws -> WorkReply {
                let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 0, waitSeconds: wait, lendsSlots: true)
                return try await server.call(.post, "work/poll", token: server.agent, poll)
            }
            for name in ["a", "b"] { try await server.succeed(.post, path, token: own, Self.request(key: name)) }
            let first = try #require(try await poll().runs.first)
            #expect(try await poll().runs.isEmpty)
            async let second = poll(wait: 60)
            await server.untilWaiting(for: .queue("default"))
            try await server.report(first) { $0.state = ServerFixture.state(.completed) }
            #expect(try await second.runs.count == 1)
        }
    }
}
