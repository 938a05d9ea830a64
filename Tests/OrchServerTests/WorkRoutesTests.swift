import Hummingbird
import HummingbirdTesting
import Logging
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct WorkRoutesTests {
    @Test func aSecondAgentOfANameIsToldWhoHasIt() async throws {
        try await ServerFixture.with { server in
            var polls = [Identifier.new(), .new()].map { identity in
                var agent = ServerFixture.agentInfo()
                agent.identity = identity
                return WorkPoll(agent: agent, capacity: 0, waitSeconds: 0)
            }
            for _ in 1...2 {
                let reply: WorkReply = try await server.call(.post, "work/poll", token: server.agent, polls[0])
                #expect(reply.runs.isEmpty)
            }
            let (status, fault) = try await server.refusal(.post, "work/poll", token: server.agent, polls[1])
            #expect(status == 409 && fault.code == "name_held")
            #expect(fault.message.contains("another agent, on host h1 since ") && fault.message.contains("--name"))
            polls[1].agent.name = "a2"
            try await server.succeed(.post, "work/poll", token: server.agent, polls[1])
        }
    }

    @Test("a poll that asks for more than there can be, or waits for ever, is answered like others")
    func aPollOutOfAllBoundsIsAnswered() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            try await server.succeed(.post, "run-limits", RunLimitRequest(key: .global, limit: 1))
            let run = try await server.createRun()
            let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: .max, waitSeconds: 1e300)
            let reply: WorkReply = try await server.call(.post, "work/poll", token: server.agent, poll)
            #expect(reply.runs.map(\.runID) == [run.id])
            #expect(Duration.seconds(1e300, upTo: .seconds(60)) == .seconds(60))
            #expect(Duration.seconds(.nan, upTo: .seconds(60)) == .zero)
            #expect(Duration.seconds(-1, upTo: .seconds(60)) == .zero)
            #expect(Duration.seconds(0.25, upTo: .seconds(60)) == .milliseconds(250))
        }
    }

    /// The connection of an agent that was killed is closed by its system.
    @Test func anAgentThatGoesAwayLeavesItsNameAtOnce() async throws {
        try await ServerFixture.with { server in
            var agent = ServerFixture.agentInfo()
            agent.identity = .new()
            let waiter = Waiter()
            let poll = WorkPoll(agent: agent, capacity: 0, waitSeconds: 60)
            async let reply = server.controller.desk.poll(poll, waiter: waiter)
            await server.untilWaiting(for: .agent("a1"))
            while try await server.controller.store.agents().isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
            waiter.close()
            #expect(try await reply.runs.isEmpty)
            agent.identity = .new()
            let next = WorkPoll(agent: agent, capacity: 0, waitSeconds: 0)
            try await server.succeed(.post, "work/poll", token: server.agent, next)
        }
    }

    @Test func aClaimHoldsAllThatARunNeeds() async throws {
        try await ServerFixture.with { server in
            try await server.saveBlock("gcp-credentials", "sa", ["service_account_info": ["private_key": "k"]])
            try await server.saveBlock("gcs-bucket", "zoom", ["bucket": "lake", "gcp_credentials": "sa"])
            try await server.saveBlock("docker-container", "default", ["memory": "512m", "networks": ["orch"]])
            let blocks = [BlockReference(type: "gcs-bucket", parameter: "lake")]
            try await server.succeed(.post, "deployments", ServerFixture.deployment(blocks: blocks))
            let parameters: [String: JSONValue] = ["lake": "zoom", "password": "hunter22"]
            let run = try await server.createRun(FlowRunRequest(deployment: "docker-flow", parameters: parameters))
            let claimed = try #require(try await server.poll().runs.first)
            #expect(claimed.runID == run.id)
            #expect(claimed.attempt == 1)
            #expect(claimed.instance == server.controller.instance)
            #expect(claimed.kind == .sdk)
            #expect(claimed.command == ["taxi", "run", "parent_flow_runner"])
            #expect(claimed.parameters == ["month": 7, "color": "green", "lake": "zoom", "password": "hunter22"])
            #expect(claimed.container.memory == "512m")
            #expect(claimed.container.networks == ["orch"])
            #expect(claimed.apiURL == "http://server:4200")
            #expect(Set(claimed.secrets.keys) == ["ORCH_API_KEY", "ORCH_BLOCK_GCS_BUCKET_ZOOM"])
            let block = try JSONValue(parsing: Array(try #require(claimed.secrets["ORCH_BLOCK_GCS_BUCKET_ZOOM"]).utf8))
            #expect(
                block == [
                    "bucket": "lake", "gcp_credentials": ["service_account_info": ["private_key": "k"]],
                ])
            let held: [ClaimedRun] = try await server.call(.get, "work/held?agent=a1", token: server.agent)
            #expect(held.map(\.token) == [claimed.token])
            #expect(held.map(\.secrets) == [claimed.secrets])
            let others: [ClaimedRun] = try await server.call(.get, "work/held?agent=a2", token: server.agent)
            #expect(others.isEmpty)
        }
    }

    @Test func aClaimHoldsWhoPullsTheImageAndNobodyElseIsToldThePassword() async throws {
        try await ServerFixture.with { server in
            let registry: [String: JSONValue] = [
                "registry_url": "https://reg.example.org/v2/", "username": "me", "password": "hunter22",
            ]
            try await server.saveBlock("docker-registry-credentials", "team", registry)
            try await server.saveBlock("docker-container", "default", ["registry_credentials": "team", "memory": "1g"])
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            _ = try await server.createRun()
            let claimed = try #require(try await server.poll().runs.first)
            #expect(
                claimed.registryLogin
                    == RegistryLogin(registry: "reg.example.org", username: "me", password: "hunter22"))
            #expect(claimed.container.memory == "1g")
            #expect(claimed.secrets.values.allSatisfy { !$0.contains("hunter22") })
            let shown: BlockDocument = try await server.call(.get, "blocks/docker-registry-credentials/team")
            #expect(shown.values["password"] == .string(Secret.placeholder))
        }
    }

    /// The poll would be answered empty after a minute: only being woken answers it with the run.
    @Test func aWaitingPollIsWokenByANewRun() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            async let reply = server.poll(wait: 60)
            await server.untilWaiting(for: .queue("default"))
            let run = try await server.createRun()
            #expect(try await reply.runs.map(\.runID) == [run.id])
            #expect(server.controller.wakeups.count(of: .queue("default")) == 0)
        }
    }

    @Test func aWaitingPollIsWokenByAWishToEndARun() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            async let reply = server.poll(wait: 60)
            await server.untilWaiting(for: .agent("a1"))
            let run: FlowRun = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(run.state.type == .cancelling)
            let cancellation = try #require(try await reply.cancellations.first)
            #expect(cancellation.runID == claimed.runID)
            #expect(cancellation.attempt == 1)
            #expect(cancellation.request.by == "user admin")
            // While the agent carries it out, its next poll waits; renewals go on telling.
            #expect(try await server.poll().cancellations.isEmpty)
            let renewal = LeaseRenewal(
                agent: "a1", held: [.init(runID: claimed.runID, attempt: 1, token: claimed.token)])
            let lease: LeaseReply = try await server.call(.post, "work/renew", token: server.agent, renewal)
            #expect(lease.cancellations == [cancellation])
            #expect(lease.stale.isEmpty)
        }
    }

    @Test func aPollWhoseAgentHasGoneClaimsNothing() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            _ = try await server.createRun()
            let waiter = Waiter()
            waiter.close()
            let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 0)
            #expect(try await server.controller.desk.poll(poll, waiter: waiter).runs.isEmpty)
            #expect(try await server.poll("a2").runs.count == 1)
        }
    }

    @Test func capacityLimitsWhatIsClaimed() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            for _ in 0..<3 { _ = try await server.createRun() }
            #expect(try await server.poll(capacity: 0).runs.isEmpty)
            #expect(try await server.poll(capacity: 2).runs.count == 2)
            #expect(try await server.poll(capacity: -5).runs.isEmpty)
            #expect(try await server.poll(capacity: 2).runs.count == 1)
        }
    }

    @Test func aRunWhoseBlockHasGoneIsCrashedNotClaimed() async throws {
        try await ServerFixture.with { server in
            try await server.saveBlock("postgres", "db", ["host": "h", "user": "u", "database": "d"])
            let blocks = [BlockReference(type: "postgres", name: "db")]
            try await server.succeed(.post, "deployments", ServerFixture.deployment(blocks: blocks))
            let run = try await server.createRun()
            try await server.succeed(.delete, "blocks/postgres/db")
            #expect(try await server.poll().runs.isEmpty)
            let ended: FlowRun = try await server.call(.get, "flow-runs/\(run.id)")
            #expect(ended.state.type == .crashed)
            #expect(ended.state.message.contains("postgres/db"))
        }
    }

    @Test func aReportNeedsTheTokenOfItsAttempt() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let path = "attempts/\(claimed.runID)/1/report"
            let otherRun = Identifier.new()
            for token in ["", "zz", String(claimed.token.dropLast(2)), String(claimed.token.reversed())] {
                var report = AttemptReport(token: token)
                report.records = [ServerFixture.line(1, "forged")]
                let (status, fault) = try await server.refusal(.post, path, token: server.agent, report)
                #expect(status == 409)
                #expect(fault.code == "stale")
            }
            let genuine = AttemptReport(token: claimed.token)
            for path in ["attempts/\(claimed.runID)/2/report", "attempts/\(otherRun)/1/report"] {
                #expect(try await server.refusal(.post, path, token: server.agent, genuine).fault.code == "stale")
            }
            let log: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs")
            #expect(log.records.isEmpty)
            let renewal = LeaseRenewal(agent: "a1", held: [.init(runID: claimed.runID, attempt: 1, token: "00")])
            let lease: LeaseReply = try await server.call(.post, "work/renew", token: server.agent, renewal)
            #expect(lease.stale == renewal.held)
        }
    }

    @Test func anIllegalStepIsAConflict() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { $0.state = ServerFixture.state(.failed) }
            let late = AttemptReport(token: claimed.token, state: ServerFixture.state(.completed))
            let path = "attempts/\(claimed.runID)/1/report"
            let (status, fault) = try await server.refusal(.post, path, token: server.agent, late)
            #expect(status == 409)
            #expect(fault.code == "conflict")
        }
    }

    @Test func aLostClaimWakesAnotherAgentAndFencesTheFirst() async throws {
        try await ServerFixture.with { server in
            let beforeTheClaim = Timestamp.now()
            let lost = try await server.claimedRun()
            async let reply = server.poll("a2", wait: 60)
            await server.untilWaiting(for: .queue("default"))
            let keeper = LeaseKeeper(
                store: server.controller.store, wakeups: server.controller.wakeups, lease: .seconds(30),
                grace: .seconds(300), metrics: server.controller.metrics, logger: .init(label: "test"))
            await keeper.look(at: beforeTheClaim + .seconds(329))
            #expect(try await server.controller.store.run(lost.runID)?.state.type == .pending)
            await keeper.look(at: .now() + .seconds(331))
            let claimed = try #require(try await reply.runs.first)
            #expect(claimed.runID == lost.runID)
            #expect(claimed.attempt == 2)
            #expect(claimed.token != lost.token)
            let late = AttemptReport(token: lost.token, state: ServerFixture.state(.running))
            let path = "attempts/\(lost.runID)/1/report"
            #expect(try await server.refusal(.post, path, token: server.agent, late).fault.code == "stale")
        }
    }
}
