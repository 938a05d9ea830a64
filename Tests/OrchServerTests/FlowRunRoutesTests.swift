import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct FlowRunRoutesTests {
    @Test func aRunTakesDefaultsThenTheDeploymentsThenItsOwnParameters() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let request = FlowRunRequest(
                deployment: "docker-flow", parameters: ["color": "yellow"], tags: ["mine", "demo"])
            let reply: FlowRunReply = try await server.call(.post, "flow-runs", request)
            #expect(reply.run.parameters == ["month": 7, "color": "yellow", "lake": nil, "password": nil])
            #expect(reply.run.tags == ["demo", "mine"])
            #expect(reply.run.name == "docker-flow-\(reply.run.id.short)")
            #expect(reply.run.state.type == .scheduled)
            #expect(reply.run.state.actor == "user admin")
            #expect((reply.queue.name, reply.queue.waiting, reply.queue.agents) == ("default", 1, []))
            for reference in ["\(reply.run.id)", reply.run.id.short, reply.run.name] {
                let found: FlowRun = try await server.call(.get, "flow-runs/\(reference)")
                #expect(found == reply.run)
            }
        }
    }

    @Test func aStateThatIsNoneIsRefusedWithTheNearestOne() async throws {
        try await ServerFixture.with { server in
            for state in ["late", "RUNNING", "TimedOut", "suspended"] {
                let runs: [FlowRun] = try await server.call(.get, "flow-runs?state=\(state)")
                #expect(runs.isEmpty)
            }
            let (status, fault) = try await server.refusal(.get, "flow-runs?state=runing")
            #expect(status == 400)
            #expect(fault.message == "the query's state: there is no state \"runing\"; did you mean running?")
        }
    }

    @Test func aRequestNeedsADeploymentAloneAndItsTagsAreBounded() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            try await server.succeed(.post, "flow-runs", ["deployment": "docker-flow"])
            for tags in [[String](repeating: "x", count: 51), [""], [String(repeating: "x", count: 101)]] {
                let request = FlowRunRequest(deployment: "docker-flow", tags: tags)
                let (status, fault) = try await server.refusal(.post, "flow-runs", request)
                #expect(status == 422 && fault.message.hasPrefix("the run's tags: expected "))
            }
        }
    }

    @Test func aMemberThatIsNoneIsToldWithTheNearestOne() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let body: JSONValue = [
                "deployment": "docker-flow", "paramters": ["month": 3], "policy": ["retrys": 2, "retries": 1], "x": nil,
            ]
            let (status, fault) = try await server.refusal(.post, "flow-runs", body)
            #expect(status == 422)
            #expect(
                fault.details == [
                    #"at .paramters: there is no such member; did you mean "parameters"?"#,
                    "at .x: there is no such member; expected one of deployment, parameters, tags, policy, parentRunID, dataInterval, name, idempotencyKey, scheduledFor, priority, workQueue, jobVariables, notes",
                    #"at .policy.retrys: there is no such member; did you mean "retries"?"#,
                ])
            let runs: [FlowRun] = try await server.call(.get, "flow-runs")
            #expect(runs.isEmpty)
            var deployment = try JSONValue(encoding: ServerFixture.deployment("other"))
            deployment["work_queue"] = "default"
            let (refused, reason) = try await server.refusal(.post, "deployments", deployment)
            #expect(refused == 422)
            #expect(reason.details == [#"at .work_queue: there is no such member; did you mean "workQueue"?"#])
        }
    }

    @Test func everyMemberOfARequestIsKnown() async throws {
        try await ServerFixture.with { server in
            var deployment = ServerFixture.deployment()
            deployment.policy = RunPolicy(retries: 1, timeoutSeconds: 10, stopGraceSeconds: 5)
            deployment.graph = GraphDescription(nodes: [], edges: [])
            #expect(DeploymentRequest.unknownMembers(in: try JSONValue(encoding: deployment)).isEmpty)
            deployment.graph = nil
            try await server.succeed(.post, "deployments", deployment)
            let parent = try await server.createRun()
            let request = FlowRunRequest(
                deployment: "docker-flow", parameters: ["month": 2], tags: ["a"], policy: deployment.policy,
                parentRunID: parent.id)
            _ = try await server.createRun(request)
        }
    }

    @Test func badParametersAreAllTold() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let request = FlowRunRequest(deployment: "docker-flow", parameters: ["month": 13, "colr": "x"])
            let (status, fault) = try await server.refusal(.post, "flow-runs", request)
            #expect(status == 422)
            #expect(fault.details.count == 2)
            let runs: [FlowRun] = try await server.call(.get, "flow-runs")
            #expect(runs.isEmpty)
        }
    }

    @Test func missingBlocksAreToldWithTheCommandThatCreatesThem() async throws {
        try await ServerFixture.with { server in
            let blocks = [
                BlockReference(type: "gcs-bucket", parameter: "lake"), BlockReference(type: "postgres", name: "db"),
            ]
            let deployment = ServerFixture.deployment(blocks: blocks, block: "small")
            let (refused, reason) = try await server.refusal(.post, "deployments", deployment)
            #expect(refused == 422)
            #expect(reason.message.contains("docker-container/small"))
            try await server.saveBlock("docker-container", "small", [:])
            try await server.succeed(.post, "deployments", deployment)
            _ = try await server.controller.store.deleteBlock(BlockKey(type: "docker-container", name: "small"))
            let named = FlowRunRequest(deployment: "docker-flow", parameters: ["lake": "zoom"])
            let (status, fault) = try await server.refusal(.post, "flow-runs", named)
            #expect(status == 422)
            #expect(
                fault.details == [
                    "block gcs-bucket/zoom (parameter lake): create it with `orch block create gcs-bucket zoom`",
                    "block postgres/db: create it with `orch block create postgres db`",
                    "block docker-container/small (infrastructure): create it with "
                        + "`orch block create docker-container small`",
                ])
            try await server.saveBlock("postgres", "db", ["host": "h", "user": "u", "database": "d"])
            try await server.saveBlock("docker-container", "small", [:])
            let address = FlowRunRequest(deployment: "docker-flow", parameters: ["lake": "file:///tmp/lake"])
            _ = try await server.createRun(address)
        }
    }

    @Test func runsAreListedByDeploymentStateAndParent() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let waiting = try await server.createRun()
            let child = ChildRunReport(
                id: .new(), parentRunID: claimed.runID, flowName: "etl", parameters: [:],
                state: ServerFixture.state(.running))
            try await server.report(claimed) { $0.childRuns = [child] }
            func ids(_ query: String) async throws -> [Identifier] {
                try await server.call(.get, "flow-runs\(query)", as: [FlowRun].self).map(\.id)
            }
            #expect(try await ids("") == [waiting.id, claimed.runID])
            #expect(try await ids("?limit=1") == [waiting.id])
            #expect(try await ids("?state=pending") == [claimed.runID])
            #expect(try await ids("?deployment=parent_flow_runner/docker-flow&state=SCHEDULED") == [waiting.id])
            #expect(try await ids("?deployment=other/docker-flow") == [])
            #expect(try await ids("?parent=\(claimed.runID)") == [child.id])
            #expect(try await server.refusal(.get, "flow-runs?limit=0").status == 400)
            #expect(try await server.refusal(.get, "flow-runs?parent=none").status == 404)
        }
    }

    @Test func aPartThatFitsSeveralRunsListsThem() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let (one, two) = (try await server.createRun(), try await server.createRun())
            let shared = zip("\(one.id)", "\(two.id)").prefix { $0 == $1 }.map(\.0)
            let (status, fault) = try await server.refusal(.get, "flow-runs/\(String(shared.prefix(8)))")
            #expect(status == 409)
            #expect(fault.details.count == 2)
            #expect(try await server.refusal(.get, "flow-runs/nothing-like-it").status == 404)
        }
    }

    @Test func aWaitingRunIsCancelledAtOnce() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let run = try await server.createRun()
            let cancelled: FlowRun = try await server.call(.post, "flow-runs/\(run.id)/cancel")
            #expect(cancelled.state.type == .cancelled)
            #expect(try await server.poll().runs.isEmpty)
            let again: FlowRun = try await server.call(.post, "flow-runs/\(run.id)/cancel")
            #expect(again == cancelled)
        }
    }

    @Test func statesTasksAndLogsAreRead() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let task = TaskRun(
                id: .new(), flowRunID: claimed.runID, name: "extract", attempt: 1, state: ServerFixture.state(.running))
            try await server.report(claimed) {
                $0.records = (1...3).map { ServerFixture.line($0, "line \($0)") }
                $0.taskRuns = [task]
                $0.state = ServerFixture.state(.running)
            }
            let path = "flow-runs/\(claimed.runID)"
            let states: [RunState] = try await server.call(.get, "\(path)/states")
            #expect(states.map(\.type) == [.scheduled, .pending, .running])
            let tasks: [TaskRun] = try await server.call(.get, "\(path)/task-runs")
            #expect(tasks == [task])
            let atWork: [TaskRun] = try await server.call(.get, "\(path)/task-runs?at-work=true")
            #expect(atWork == [task])
            #expect(try await server.refusal(.get, "\(path)/task-runs?at-work=maybe").status == 400)
            let page: LogPage = try await server.call(.get, "\(path)/logs?limit=2")
            #expect(page.records.map(\.message) == ["line 1", "line 2"])
            let rest: LogPage = try await server.call(.get, "\(path)/logs?after=\(try #require(page.next))")
            #expect(rest.records.map(\.message) == ["line 3"])
            #expect(rest.next == nil)
            let errors: LogPage = try await server.call(.get, "\(path)/logs?level=error")
            #expect(errors.records.isEmpty)
            #expect(try await server.refusal(.get, "\(path)/logs?level=loud").status == 400)
        }
    }
}
