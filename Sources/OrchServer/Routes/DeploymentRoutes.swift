import Hummingbird
import OrchModel
import OrchStore

/// Deployments.
struct DeploymentRoutes: Sendable {
    let store: any Store
    let registry: DeploymentRegistry

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "deployments", .adminOnly, bodyLimit: 4 << 20) { call in
                let reply = try await registry.save(try await call.closedBody(), at: call.now())
                return try APIJSON.response(reply, status: reply.outcome == .created ? .created : .ok)
            },
            Endpoint(.get, "deployments", .adminOnly) { _ in try APIJSON.response(try await store.deployments()) },
            Endpoint(.get, "deployments/lookup", .adminOnly) { call in
                guard let name = call.query("name") else {
                    throw APIFailure.badRequest("the query's name: expected `flow/deployment` or `deployment`")
                }
                return try APIJSON.response(try await registry.find(name).deployment)
            },
        ]
    }
}
