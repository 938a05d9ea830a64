import CurlTransport
package import OrchModel

extension OrchClient {
    /// Saves a deployment under its flow and name: `POST /api/deployments`.
    ///
    /// - Throws: fault 422 `invalid` where its parameters are not what its schema accepts.
    package func deploy(_ request: DeploymentRequest) async throws(OrchClientError) -> DeploymentReply {
        try await send(Call(.post, "deployments"), request)
    }

    /// What saving a deployment would do: `POST /api/deployments?dry_run=true`.
    ///
    /// - Throws: what saving it would.
    package func preview(_ request: DeploymentRequest) async throws(OrchClientError) -> DeploymentPreview {
        try await send(Call(.post, "deployments").asking([("dry_run", "true")]), request)
    }

    /// Has agents look at the images of deployments, or programs, without saving anything, and answers in the order of the
    /// deployments: `POST /api/deployments/check`.
    package func check(_ request: DeploymentCheckRequest) async throws(OrchClientError) -> [DeploymentCheck] {
        try await send(Call(.post, "deployments", "check"), request)
    }

    /// All deployments by full name: `GET /api/deployments`.
    package func deployments() async throws(OrchClientError) -> [Deployment] {
        try await get(Call(.get, "deployments"))
    }

    /// The deployment called `docker-flow` or `parent_flow_runner/docker-flow`: `GET /api/deployments/lookup`.
    ///
    /// - Throws: fault 404 `not_found` with the nearest names as details; 409 `conflict` where a short name fits
    ///   several.
    package func deployment(named name: String) async throws(OrchClientError) -> Deployment {
        try await get(Call(.get, "deployments", "lookup").asking([("name", name)]))
    }
}
