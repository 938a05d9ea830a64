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
}
