import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct RunRequestRoutesTests {
    @Test func theSameKeyMakesOneRunOfADeployment() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            try await server.succeed(.post, "deployments", ServerFixture.deployment("other"))
            var request = FlowRunRequest(deployment: "docker-flow")
            request.idempotencyKey = "2020-07"
            let first: FlowRunReply = try await server.call(.post, "flow-runs", request)
            let second: FlowRunReply = try await server.call(.post, "flow-runs", request)
            #expect(first.isNew == true && second.isNew == false)
            #expect(first.run.id == second.run.id)
            request.deployment = "other"
            let other: FlowRunReply = try await server.call(.post, "flow-runs", request)
            #expect(other.isNew == true && other.run.id != first.run.id)
        }
    }

    @Test(
        "a key with another request is refused and says what differs; the same request gets the run whatever becomes of it"
    )
    func keys() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            func asked(_ change: (inout FlowRunRequest) throws -> Void = { _ in }) rethrows -> FlowRunRequest {
                var request = FlowRunRequest(
                    deployment: "docker-flow", parameters: ["month": 7, "password": "s3cret"], tags: ["nightly"])
                request.idempotencyKey = "2020-07"
                try change(&request)
                return request
            }
            let first: FlowRunReply = try await server.call(.post, "flow-runs", asked())
            let others: [(String, FlowRunRequest)] = [
                ("parameters.month", asked { $0.parameters["month"] = 8 }),
                ("parameters.password", asked { $0.parameters["password"] = "another" }),
                ("tags", asked { $0.tags = [] }),
                ("dataInterval", asked { $0.dataInterval = DataInterval("2020-07-01/2020-08-01") }),
                ("name", asked { $0.name = "by hand" }),
                ("policy", asked { $0.policy = RunPolicy(retries: 2) }),
            ]
            for (member, request) in others {
                let (status, fault) = try await server.refusal(.post, "flow-runs", request)
                #expect(status == 409 && fault.details == ["at .\(member): expected what was asked for first"])
                #expect(fault.message.contains("has made run \(first.run.name)") && !"\(fault)".contains("s3cret"))
            }
            // Seconds from now are another instant each time; and the deployment takes other parameters meanwhile.
            var changed = ServerFixture.deployment()
            changed.parameterSchema = ParameterSchema([])
            changed.parameters = [:]
            try await server.succeed(.post, "deployments", changed)
            let again: FlowRunReply = try await server.call(
                .post, "flow-runs", asked { $0.scheduledFor = Timestamp.now() + .seconds(60) })
            #expect(again.isNew == false && again.run.id == first.run.id)
            #expect(try await server.call(.get, "flow-runs", as: [FlowRun].self).count == 1)
        }
    }

    @Test func aRunThatIsDueLaterSaysSoAndIsNotGivenBefore() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            var request = FlowRunRequest(deployment: "docker-flow")
            let due = Timestamp.now() + .seconds(3600)
            request.scheduledFor = due
            let run = try await server.createRun(request)
            #expect(run.scheduledFor == due)
            #expect(run.state.message == "is due at \(due)")
            let reply = try await server.poll()
            #expect(reply.runs.isEmpty)
        }
    }

    @Test func aNameIsATemplateOfWhatIsKnownOfTheRun() async throws {
        try await ServerFixture.with { server in
            var deployment = ServerFixture.deployment()
            deployment.runName = "{{ deployment }} of {{ ds | default: \"no day\" }}"
            try await server.succeed(.post, "deployments", deployment)
            let interval = try #require(DataInterval("2020-07-01/2020-08-01"))
            var request = FlowRunRequest(deployment: "docker-flow", dataInterval: interval)
            #expect(try await server.createRun(request).name == "docker-flow of 2020-07-01")
            request.name = "by hand"
            #expect(try await server.createRun(request).name == "by hand")
            request.name = "{{ color"
            let (status, fault) = try await server.refusal(.post, "flow-runs", request)
            #expect(status == 422 && fault.message.hasPrefix("the run's name cannot be made of its template: "))
        }
    }

    @Test func whatCannotBeUsedIsRefusedWithItsName() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let wrong: [(String, JSONValue)] = [
                ("priority", 1001), ("idempotencyKey", ""), ("notes", .string(String(repeating: "x", count: 4001))),
                ("name", .string(String(repeating: "x", count: 201))),
            ]
            let words = ["priority": "priority", "idempotencyKey": "idempotency key", "notes": "notes", "name": "name"]
            for (member, value) in wrong {
                let body: JSONValue = .object(["deployment": "docker-flow", member: value])
                let (status, fault) = try await server.refusal(.post, "flow-runs", body)
                #expect(status == 422)
                #expect(fault.message.hasPrefix("the run's \(words[member] ?? "?"): expected "), "\(fault.message)")
            }
        }
    }

    @Test func aWishAboutAStateLeavesARunAloneThatIsInAnotherByThen() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let run = try await server.createRun()
            let (status, fault) = try await server.refusal(.post, "flow-runs/\(run.id)/cancel?state=late")
            #expect(status == 409 && fault.message == "run \(run.name) is Scheduled by now: it was left alone")
            try await server.succeed(.post, "flow-runs/\(run.id)/cancel?state=scheduled")
            #expect(try await server.call(.get, "flow-runs/\(run.id)", as: FlowRun.self).state.type == .cancelled)
        }
    }

    @Test func aRunThatPassesItsDeadlineIsCancelledByIt() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            var request = FlowRunRequest(deployment: "docker-flow")
            request.policy = RunPolicy()
            request.policy?.deadlineSeconds = 60
            let run = try await server.createRun(request)
            let keeper = DeadlineKeeper(
                store: server.controller.store, canceller: server.controller.canceller,
                logger: server.controller.desk.logger)
            await keeper.look(at: run.scheduledFor + .seconds(59))
            #expect(try await server.call(.get, "flow-runs/\(run.id)", as: FlowRun.self).state.type == .scheduled)
            await keeper.look(at: run.scheduledFor + .seconds(60))
            let ended: FlowRun = try await server.call(.get, "flow-runs/\(run.id)")
            #expect(ended.state.type == .cancelled)
            #expect(ended.state.message.contains("deadline of \(run.scheduledFor + .seconds(60))"))
            let counted = server.controller.metrics.families.first { $0.description == MetricCatalog.runsOverdue }
            #expect(counted?.samples.map(\.value) == [1])
        }
    }
}
