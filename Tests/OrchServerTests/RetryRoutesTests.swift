import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct RetryRoutesTests {
    private func ended(_ server: ServerFixture, _ type: StateType = .failed) async throws -> ClaimedRun {
        let claimed = try await server.claimedRun()
        try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
        try await server.report(claimed) { $0.state = ServerFixture.state(type) }
        return claimed
    }

    @Test func aRunThatFailedIsGivenToAnAgentAgainWithTheSameParametersAndAnotherToken() async throws {
        try await ServerFixture.with { server in
            let first = try await ended(server)
            let path = "flow-runs/\(first.runID)/retry"
            let plan: RetryPlan = try await server.call(.get, path)
            #expect(plan.refusal == nil && plan.run.attempt == 1)
            // Looking changes nothing.
            #expect(try await server.poll().runs.isEmpty)
            async let poll = server.poll(wait: 60)
            await server.untilWaiting(for: .queue("default"))
            let reply: WishReply = try await server.call(.post, path, RetryRequest(number: 1))
            #expect(reply.note == nil)
            #expect(reply.run.state.name == "AwaitingRetry" && reply.run.state.actor == "user admin")
            let second = try #require(try await poll.runs.first)
            #expect(second.runID == first.runID && second.attempt == 2)
            #expect(second.parameters == first.parameters)
            #expect(second.token != first.token)
            let again: WishReply = try await server.call(.post, path, RetryRequest(number: 1))
            #expect(again.note?.hasPrefix("user admin asked for that at ") == true)
            #expect(again.note?.hasSuffix(" already, so nothing has changed") == true)
            // The first attempt's key and token are dead.
            let key = try #require(first.secrets["ORCH_API_KEY"])
            #expect(try await server.refusal(.get, "flow-runs/\(first.runID)", token: key).status == 401)
            let report = AttemptReport(token: first.token, state: ServerFixture.state(.running))
            let stale = try await server.refusal(
                .post, "attempts/\(first.runID)/1/report", token: server.agent, report)
            #expect(stale.status == 409 && stale.fault.code == "stale")
        }
    }

    @Test func aRunThatGoesOnOrHasCompletedIsRefusedInWordsOfItsState() async throws {
        try await ServerFixture.with { server in
            let live = try await server.claimedRun()
            let path = "flow-runs/\(live.runID)/retry"
            let (status, fault) = try await server.refusal(.post, path, RetryRequest())
            #expect(status == 409)
            #expect(fault.message.contains("is Pending and goes on: expected one that has ended"))
            let plan: RetryPlan = try await server.call(.get, path)
            #expect(plan.refusal == fault.message)
            try await server.report(live) { $0.state = ServerFixture.state(.completed) }
            #expect(try await server.refusal(.post, path, RetryRequest()).fault.message.contains("--all"))
            let reply: WishReply = try await server.call(.post, path, RetryRequest(all: true))
            #expect(reply.run.state.type == .scheduled)
        }
    }

    @Test func aMemberThatIsNotKnownAndARunThatIsNotThereAreTold() async throws {
        try await ServerFixture.with { server in
            let claimed = try await ended(server)
            let unknown: [String: Bool] = ["al": true]
            let (status, fault) = try await server.refusal(.post, "flow-runs/\(claimed.runID)/retry", unknown)
            #expect(status == 422 && fault.details.first?.contains("did you mean \"all\"?") == true)
            #expect(
                try await server.refusal(.post, "flow-runs/\(Identifier.new())/retry", RetryRequest()).status == 404)
            // Nobody but the admin.
            #expect(
                try await server.refusal(
                    .post, "flow-runs/\(claimed.runID)/retry", token: server.agent, RetryRequest()
                ).status == 403)
        }
    }

    @Test func aBlockThatIsGoneRefusesItWithTheCommandThatMakesIt() async throws {
        try await ServerFixture.with { server in
            try await server.saveBlock("docker-container", "big", ["memory": "1g"])
            try await server.succeed(.post, "deployments", ServerFixture.deployment("boxed", block: "big"))
            _ = try await server.createRun(FlowRunRequest(deployment: "boxed"))
            let claimed = try #require(try await server.poll().runs.first)
            try await server.report(claimed) { $0.state = ServerFixture.state(.failed) }
            try await server.succeed(.delete, "blocks/docker-container/big")
            let path = "flow-runs/\(claimed.runID)/retry"
            let (status, fault) = try await server.refusal(.post, path, RetryRequest())
            #expect(status == 422)
            #expect(fault.details.first?.contains("orch block create docker-container big") == true)
            let plan: RetryPlan = try await server.call(.get, path)
            #expect(plan.refusal?.contains("docker-container") == true)
        }
    }

    @Test func aFollowerSeesTheEndThatARetryFollowed() async throws {
        try await ServerFixture.with { server in
            let first = try await ended(server)
            let _: WishReply = try await server.call(.post, "flow-runs/\(first.runID)/retry", RetryRequest())
            let second = try #require(try await server.poll().runs.first)
            try await server.report(second) { $0.state = ServerFixture.state(.completed) }
            let response = try await server.succeed(.get, "flow-runs/\(first.runID)/follow")
            let names = String(buffer: response.body).split(separator: "\n").compactMap { line in
                (try? JSONValue(parsing: String(line)))?["state"]?["_0"]?["name"]?.stringValue
            }
            #expect(
                names == ["Scheduled", "Pending", "Running", "Failed", "AwaitingRetry", "Pending", "Completed"])
        }
    }
}
