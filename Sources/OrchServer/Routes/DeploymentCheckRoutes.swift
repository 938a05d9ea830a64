import Hummingbird
import OrchModel

/// What agents find of the images of deployments before these are saved.
struct DeploymentCheckRoutes: Sendable {
    let check: ImageCheck

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "deployments/check", .adminOnly, bodyLimit: 32 << 20) { call in
                let request: DeploymentCheckRequest = try await call.closedBody()
                for deployment in request.deployments { try deployment.infrastructure.check() }
                return try APIJSON.response(
                    try await check.check(request.deployments, known: request.known ?? [], at: call.now()))
            }
        ]
    }
}
