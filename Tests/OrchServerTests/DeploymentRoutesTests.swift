import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

struct DeploymentRoutesTests {
    @Test func aDeploymentIsCreatedLeftAloneAndUpdated() async throws {
        try await ServerFixture.with { server in
            let request = ServerFixture.deployment()
            let first = try await server.succeed(.post, "deployments", request)
            #expect(first.status == .created)
            let again: DeploymentReply = try await server.call(.post, "deployments", request)
            #expect(again.outcome == .unchanged)
            var changed = request
            changed.image = "taxi:next"
            let reply: DeploymentReply = try await server.call(.post, "deployments", changed)
            #expect(reply.outcome == .updated)
            #expect(reply.deployment.version == 2)
            let all: [Deployment] = try await server.call(.get, "deployments")
            #expect(all == [reply.deployment])
        }
    }

    @Test func theGraphOfAFlowIsKept() async throws {
        try await ServerFixture.with { server in
            var request = ServerFixture.deployment()
            request.graph = GraphDescription(
                nodes: [.init(name: "extract"), .init(name: "load.green", trigger: .allDone, group: "load")],
                edges: [.init(from: "extract", to: "load.green")], maximumConcurrency: 2)
            let reply: DeploymentReply = try await server.call(.post, "deployments", request)
            #expect(reply.deployment.graph == request.graph)
            let found: Deployment = try await server.call(.get, "deployments/lookup?name=\(request.name)")
            #expect(found.graph == request.graph)
        }
    }

    @Test func parametersMustFitTheSchema() async throws {
        try await ServerFixture.with { server in
            let request = ServerFixture.deployment(parameters: ["month": 13, "colour": "green"])
            let (status, fault) = try await server.refusal(.post, "deployments", request)
            #expect(status == 422)
            #expect(fault.details.count == 2)
            #expect(fault.details.contains { $0.contains("colour") && $0.contains("color") })
        }
    }

    @Test(arguments: ["", "a/b", "two\nlines"])
    func anImpossibleNameIsRefused(name: String) async throws {
        try await ServerFixture.with { server in
            let (status, _) = try await server.refusal(.post, "deployments", ServerFixture.deployment(name))
            #expect(status == 422)
        }
    }

    @Test func aDeploymentIsLookedUpByShortAndFullName() async throws {
        try await ServerFixture.with { server in
            for flow in ["one", "two"] {
                try await server.succeed(.post, "deployments", ServerFixture.deployment("daily", flow: flow))
            }
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let short: Deployment = try await server.call(.get, "deployments/lookup?name=docker-flow")
            #expect(short.fullName == "parent_flow_runner/docker-flow")
            let full: Deployment = try await server.call(.get, "deployments/lookup?name=two%2Fdaily")
            #expect(full.flowName == "two")
            let ambiguous = try await server.refusal(.get, "deployments/lookup?name=daily")
            #expect(ambiguous.status == 409)
            #expect(ambiguous.fault.details == ["one/daily", "two/daily"])
            let misspelt = try await server.refusal(.get, "deployments/lookup?name=dokcer-flow")
            #expect(misspelt.status == 404)
            #expect(misspelt.fault.details == ["docker-flow"])
            #expect(try await server.refusal(.get, "deployments/lookup").status == 400)
        }
    }

    @Test func versionsAreKeptAndBroughtBackWithTheirSecrets() async throws {
        try await ServerFixture.with { server in
            var request = ServerFixture.deployment()
            request.parameterSchema.properties.append(
                .init("token", ValueSchema(.string), isRequired: false, isSecret: true))
            request.parameters["token"] = "hunter2"
            let first: DeploymentReply = try await server.call(.post, "deployments", request)
            let id = first.deployment.id
            var changed = request
            changed.parameters["token"] = "other"
            changed.versionName = "next"
            try await server.succeed(.post, "deployments", changed)
            let versions: [DeploymentVersion] = try await server.call(.get, "deployments/\(id)/versions")
            #expect(versions.map(\.version) == [2, 1])
            #expect(versions.map(\.content.versionName) == ["next", nil])
            #expect(versions.allSatisfy { $0.content.parameters["token"] == .string(Secret.placeholder) })
            let back: DeploymentReply = try await server.call(
                .post, "deployments/\(id)/rollback", DeploymentRollback())
            #expect(back.outcome == .updated)
            #expect(back.deployment.version == 3)
            #expect(back.deployment.versionName == nil)
            // The very content of the first: the same request again is no new version.
            let again: DeploymentReply = try await server.call(.post, "deployments", request)
            #expect(again.outcome == .unchanged)
            let old: Deployment = try await server.call(.get, "deployments/lookup?name=docker-flow&version=2")
            #expect(old.version == 2 && old.versionName == "next")
            let same: DeploymentReply = try await server.call(
                .post, "deployments/\(id)/rollback", DeploymentRollback(version: 1))
            #expect(same.outcome == .unchanged)
            let missing = try await server.refusal(.post, "deployments/\(id)/rollback", DeploymentRollback(version: 9))
            #expect(missing.status == 404)
            #expect(missing.fault.details == ["there are 3, 2, 1"])
            #expect(try await server.refusal(.get, "deployments/lookup?name=docker-flow&version=9").status == 404)
        }
    }

    @Test func aVersionIsNotBroughtBackWhereWhatItNamesIsGone() async throws {
        try await ServerFixture.with { server in
            let plain = ServerFixture.deployment()
            var (boxed, queued, sourced) = (plain, plain, plain)
            boxed.infrastructure = Infrastructure(block: "big")
            queued.workQueue = "gpu"
            sourced.source = SourceSpec(url: "https://example.org/taxi.git")
            sourced.source?.credentials = "git"
            try await server.saveBlock("docker-container", "big", ["memory": "1g"])
            try await server.saveBlock("git-credentials", "git", ["token": "hunter2"])
            try await server.succeed(.post, "work-queues", WorkQueueRequest(name: "gpu"))
            for request in [boxed, queued, sourced] { try await server.succeed(.post, "deployments", request) }
            let last: DeploymentReply = try await server.call(.post, "deployments", plain)
            #expect(last.deployment.version == 4)
            let path = "deployments/\(last.deployment.id)/rollback"
            for thing in ["blocks/docker-container/big", "work-queues/gpu", "blocks/git-credentials/git"] {
                try await server.succeed(.delete, thing)
            }
            let gone: [(version: Int?, status: Int, text: String)] = [
                (1, 422, "orch block create docker-container big"), (2, 404, "no work queue \"gpu\""),
                (3, 422, "orch block create git-credentials git"), (nil, 422, "orch block create git-credentials git"),
            ]
            for (version, expected, text) in gone {
                let (status, fault) = try await server.refusal(.post, path, DeploymentRollback(version: version))
                #expect(status == expected)
                #expect(fault.message.contains(text), "\(fault.message)")
            }
            let same: Deployment = try await server.call(.get, "deployments/lookup?name=docker-flow")
            #expect(same.version == 4)
            try await server.saveBlock("docker-container", "big", ["memory": "1g"])
            let back: DeploymentReply = try await server.call(.post, path, DeploymentRollback(version: 1))
            #expect(back.outcome == .updated && back.deployment.infrastructure.block == "big")
        }
    }

    @Test func aDryRunSaysWhatSavingDoesOrRefuses() async throws {
        try await ServerFixture.with { server in
            var request = ServerFixture.deployment()
            let preview: DeploymentPreview = try await server.call(.post, "deployments?dry_run=true", request)
            #expect(preview.outcome == .created && preview.next.name == request.name)
            let all: [Deployment] = try await server.call(.get, "deployments")
            #expect(all.isEmpty)
            request.schedules = [ScheduleSpec(rule: .cron("61 7 2 * *"))]
            #expect(try await server.refusal(.post, "deployments?dry_run=true", request).status == 422)
        }
    }

    @Test func aFlowIsFoundWhateverItsSigns() async throws {
        try await ServerFixture.with { server in
            var request = ServerFixture.deployment()
            request.flowName = "etl-parent-flow"
            try await server.succeed(.post, "deployments", request)
            for flow in ["etl-parent-flow", "etl_parent_flow"] {
                let found: Deployment = try await server.call(
                    .get, "deployments/lookup?name=\(flow)%2F\(request.name)")
                #expect(found.flowName == "etl-parent-flow")
            }
            #expect(
                try await server.refusal(.get, "deployments/lookup?name=etl_child_flow%2F\(request.name)").status == 404
            )
        }
    }

    @Test func aPauseThatASaveSaysCountsAndOneThatItDoesNotStays() async throws {
        try await ServerFixture.with { server in
            var request = ServerFixture.deployment()
            request.isPaused = false
            let first: DeploymentReply = try await server.call(.post, "deployments", request)
            #expect(first.deployment.isPaused == false)
            let id = first.deployment.id
            let paused: Deployment = try await server.call(
                .post, "deployments/\(id)/pause", DeploymentPause(isPaused: true))
            #expect(paused.isPaused == true && paused.version == 1)
            request.image = "taxi:next"
            request.isPaused = nil
            let quiet: DeploymentReply = try await server.call(.post, "deployments", request)
            #expect(quiet.deployment.isPaused == true)
            request.isPaused = false
            let said: DeploymentReply = try await server.call(.post, "deployments", request)
            #expect(said.deployment.isPaused == false)
            // A run by hand is made all the same.
            let _: Deployment = try await server.call(.post, "deployments/\(id)/pause", DeploymentPause(isPaused: true))
            try await server.succeed(.post, "flow-runs", FlowRunRequest(deployment: "docker-flow"))
            #expect(
                try await server.refusal(
                    .post, "deployments/\(Identifier.new())/pause", DeploymentPause(isPaused: true)
                ).status == 404)
        }
    }

    @Test func oneWithOpenRunsIsDeletedByForceAlone() async throws {
        try await ServerFixture.with { server in
            let reply: DeploymentReply = try await server.call(.post, "deployments", ServerFixture.deployment())
            let path = "deployments/\(reply.deployment.id)"
            let run: FlowRunReply = try await server.call(.post, "flow-runs", FlowRunRequest(deployment: "docker-flow"))
            let refused = try await server.refusal(.delete, path)
            #expect(refused.status == 409)
            #expect(refused.fault.message.contains("1 run that has not ended"))
            let dry: DeploymentDeletion = try await server.call(.delete, path + "?force=true&dry_run=true")
            #expect(dry.openRuns == 1 && !dry.isDeleted)
            let deletion: DeploymentDeletion = try await server.call(.delete, path + "?force=true")
            #expect(deletion.openRuns == 1 && deletion.isDeleted)
            let ended: FlowRun = try await server.call(.get, "flow-runs/\(run.run.id)")
            #expect(ended.state.type == .cancelled)
            #expect(try await server.refusal(.delete, path).status == 404)
            #expect(try await server.refusal(.get, "deployments/lookup?name=docker-flow").status == 404)
            // Its name is free again.
            let anew: DeploymentReply = try await server.call(.post, "deployments", ServerFixture.deployment())
            #expect(anew.outcome == .created && anew.deployment.id != reply.deployment.id)
        }
    }

    @Test(
        "What cannot be used is refused with what was expected",
        arguments: [
            ("priority", 1001, "0 to 1000"), ("concurrencyLimit", 0, "1 to 1000000"),
            ("runName", "{{ x", "no template"),
            ("tags", .array(Array(repeating: "t", count: 51)), "50 at most"), ("tags", [""], "1 to 100 characters"),
            ("source", ["url": "https://ann:pw@example.org/a.git"], "credentials instead"),
            ("source", ["url": "ftp://x/y"], "https://"),
            ("requires", ["gpu": [[1]]], "requires of an agent cannot be used"),
            ("infrastructure", ["type": "swarm"], "the types are docker"),
            ("schedules", [["cron": "@daily"], ["cron": "@daily"]], "cannot be used"),
            ("schedules", [["cron": "@daily", "parameters": ["month": 13]]], "cannot be used"),
        ] as [(String, JSONValue, String)])
    func badMembers(member: String, value: JSONValue, message: String) async throws {
        try await ServerFixture.with { server in
            var body = try JSONValue(encoding: ServerFixture.deployment())
            body[member] = value
            let (status, fault) = try await server.refusal(.post, "deployments", body)
            #expect(status == 422)
            #expect(fault.message.contains(message), "\(fault)")
        }
    }

    @Test func parametersThatDoNotFitAreTakenWhereThatIsLeftToTheFlow() async throws {
        try await ServerFixture.with { server in
            var request = ServerFixture.deployment(parameters: ["month": 13, "other": true])
            request.enforcesParameterSchema = false
            try await server.succeed(.post, "deployments", request)
            let run: FlowRunReply = try await server.call(
                .post, "flow-runs", FlowRunRequest(deployment: "docker-flow", parameters: ["more": 1]))
            #expect(run.run.parameters["month"] == 13 && run.run.parameters["more"] == 1)
        }
    }

    @Test(
        "A body that cannot be read is 400 with the member, and nothing of the body",
        arguments: [
            ("{\"name\": \"a\", \"name\": \"hunter2\"}", "the member \"name\" stands twice"), ("", "the body is empty"),
            ("{", "not JSON"),
            ("[1]", "at its top"), ("nonsense", "not JSON"), ("{\"priority\": 1e30}", ""), ("\u{0}", "not JSON"),
            (String(repeating: "[", count: 5000), "not JSON"),
        ])
    func brokenBodies(body: String, message: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.send(.post, "deployments", token: server.admin, body: Data(body.utf8))
            let text = String(buffer: answer.body)
            #expect(answer.status == .badRequest, "\(text)")
            let fault = try JSONDecoder().decode(APIFault.self, from: Data(answer.body.readableBytesView))
            #expect(fault.message.contains(message), "\(text)")
            #expect(!text.contains("hunter2"))
        }
    }

    @Test(arguments: [("collisionStrategy", "hunter2"), ("kind", "hunter2")] as [(String, JSONValue)])
    func membersThatCannotBeReadAreNamed(member: String, value: JSONValue) async throws {
        try await ServerFixture.with { server in
            var body = try JSONValue(encoding: ServerFixture.deployment())
            body[member] = value
            let (status, fault) = try await server.refusal(.post, "deployments", body)
            #expect(status == 400)
            #expect(fault.message.contains("at .\(member): expected"), "\(fault.message)")
            #expect(
                !fault.message.contains("hunter2") && !fault.message.contains("Int") && !fault.message.contains("Kind"))
        }
    }
}
