import Hummingbird
import OrchModel

/// What an agent finds of a deployment's image before the deployment is saved.
struct DeploymentCheckRoutes: Sendable {
    let check: ImageCheck

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "deployments/check", .adminOnly, bodyLimit: 4 << 20) { call in
                let request: DeploymentRequest = try await call.closedBody()
                try request.infrastructure.check()
                return try APIJSON.response(try await check.check(request, at: call.now()))
            }
        ]
    }
}
