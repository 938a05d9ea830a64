import CurlTransport
package import OrchModel

/// What there is to do with a deployment that is saved.
extension OrchClient {
    /// One version of a deployment: `GET /api/deployments/lookup?version=`.
    ///
    /// - Throws: as ``deployment(named:)``, and fault 404 `not_found` where it has no such version.
    package func deployment(named name: String, version: Int) async throws(OrchClientError) -> Deployment {
        try await get(Call(.get, "deployments", "lookup").asking([("name", name), ("version", "\(version)")]))
    }

    /// The versions of a deployment, newest first: `GET /api/deployments/{id}/versions`.
    package func versions(of deployment: Identifier) async throws(OrchClientError) -> [DeploymentVersion] {
        try await get(Call(.get, "deployments", "\(deployment)", "versions"))
    }

    /// Brings the content of an older version back as a new one: `POST /api/deployments/{id}/rollback`.
    ///
    /// - Throws: fault 404 `not_found` where it has no such version.
    package func rollBack(
        _ deployment: Identifier, to version: Int?
    ) async throws(OrchClientError) -> DeploymentReply {
        try await send(
            Call(.post, "deployments", "\(deployment)", "rollback"), DeploymentRollback(version: version))
    }

    /// Pauses a deployment's schedules, or lets them go on: `POST /api/deployments/{id}/pause`. Safe to repeat.
    package func pause(
        _ deployment: Identifier, _ pause: DeploymentPause
    ) async throws(OrchClientError) -> Deployment {
        try await send(Call(.post, "deployments", "\(deployment)", "pause"), pause)
    }

    /// Deletes a deployment; runs that have ended stay: `DELETE /api/deployments/{id}`.
    ///
    /// - Parameters:
    ///   - force: whether runs that have not ended are cancelled.
    ///   - dryRun: whether it is only told what would be done.
    /// - Throws: fault 409 `conflict` where runs have not ended and `force` is not given.
    package func delete(
        _ deployment: Identifier, force: Bool = false, dryRun: Bool = false
    ) async throws(OrchClientError) -> DeploymentDeletion {
        try await get(
            Call(.delete, "deployments", "\(deployment)").asking([
                ("force", force ? "true" : nil), ("dry_run", dryRun ? "true" : nil),
            ]))
    }
}
