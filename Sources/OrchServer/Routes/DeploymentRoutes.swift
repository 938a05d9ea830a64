import Hummingbird
import OrchModel
import OrchStore

/// Deployments.
struct DeploymentRoutes: Sendable {
    let store: any Store
    let registry: DeploymentRegistry
    let canceller: RunCanceller

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "deployments", .adminOnly, query: ["dry_run"], bodyLimit: 4 << 20) { call in
                guard try !call.flag("dry_run") else {
                    return try APIJSON.response(
                        try await registry.preview(try await call.closedBody(), at: call.now()))
                }
                let reply = try await registry.save(try await call.closedBody(), at: call.now())
                return try APIJSON.response(reply, status: reply.outcome == .created ? .created : .ok)
            },
            Endpoint(.get, "deployments", .adminOnly) { _ in try APIJSON.response(try await store.deployments()) },
            Endpoint(.get, "deployments/lookup", .adminOnly, query: ["name", "version"]) { call in
                guard let name = call.query("name") else {
                    throw APIFailure.badRequest("the query's name: expected `flow/deployment` or `deployment`")
                }
                let deployment = try await registry.find(name).deployment
                guard call.query("version") != nil else { return try APIJSON.response(deployment) }
                let version = Int(try call.number("version", in: 1...Int64(Int32.max), default: 1))
                return try APIJSON.response(try await self.version(version, of: deployment))
            },
            Endpoint(.get, "deployments/:id/versions", .adminOnly) { call in
                let deployment = try await deployment(call)
                return try APIJSON.response(try await store.versions(ofDeployment: deployment.id))
            },
            Endpoint(.post, "deployments/:id/rollback", .adminOnly, handler: rollBack),
            Endpoint(.post, "deployments/:id/pause", .adminOnly) { call in
                let request: DeploymentPause = try await call.closedBody()
                let id = try call.identifier("id")
                guard let deployment = try await store.pauseDeployment(id, request, at: call.now()) else {
                    throw Self.unknown(id)
                }
                return try APIJSON.response(deployment)
            },
            Endpoint(.delete, "deployments/:id", .adminOnly, query: ["force", "dry_run"], handler: delete),
        ]
    }

    private static func unknown(_ id: Identifier) -> APIFailure { .notFound("there is no deployment \(id)") }

    private func deployment(_ call: APICall) async throws -> Deployment {
        let id = try call.identifier("id")
        guard let stored = try await store.deployment(id) else { throw Self.unknown(id) }
        return stored.deployment
    }

    /// A deployment as an older version of it was.
    private func version(_ version: Int, of deployment: Deployment) async throws -> Deployment {
        let versions = try await store.versions(ofDeployment: deployment.id)
        guard let found = versions.first(where: { $0.version == version }) else {
            throw Self.missing(version, of: deployment, versions.map(\.version))
        }
        return Deployment(
            id: deployment.id, version: version, request: found.content, createdAt: deployment.createdAt,
            updatedAt: found.createdAt)
    }

    private static func missing(_ version: Int?, of deployment: Deployment, _ versions: [Int]) -> APIFailure {
        guard let version else { return .notFound("\(deployment.fullName) has one version, and none before it") }
        return .notFound(
            "\(deployment.fullName) has no version \(version)",
            details: ["there are \(versions.prefix(20).map { "\($0)" }.joined(separator: ", "))"])
    }

    private func rollBack(_ call: APICall) async throws -> Response {
        let request: DeploymentRollback = try await call.closedBody()
        let deployment = try await deployment(call)
        let versions = try await store.versions(ofDeployment: deployment.id)
        let wanted = request.version ?? versions.first { $0.version < deployment.version }?.version
        if let chosen = versions.first(where: { $0.version == wanted }), chosen.version != deployment.version {
            try await registry.checkNeeds(of: chosen.content)
        }
        switch try await store.rollBackDeployment(deployment.id, to: wanted, at: call.now()) {
        case .missing: throw Self.unknown(deployment.id)
        case .noVersion(let versions): throw Self.missing(request.version, of: deployment, versions)
        case .done(var reply):
            reply.warnings = try await registry.scheduleWarnings(of: reply.deployment, at: call.now())
            return try APIJSON.response(reply)
        }
    }

    private func delete(_ call: APICall) async throws -> Response {
        let deployment = try await deployment(call)
        let (isForced, isDry) = (try call.flag("force"), try call.flag("dry_run"))
        var open = try await store.openRuns(ofDeployment: deployment.id)
        let count = open.count
        guard !isDry else {
            return try APIJSON.response(
                DeploymentDeletion(deployment: deployment, openRuns: count, isDeleted: false))
        }
        guard open.isEmpty || isForced else {
            throw APIFailure.conflict(
                "\(deployment.fullName) has \(count) run\(count == 1 ? "" : "s") that \(count == 1 ? "has" : "have") not ended: "
                    + "wait for \(count == 1 ? "it" : "them"), or delete with force, which cancels \(count == 1 ? "it" : "them")"
            )
        }
        let wish = CancellationRequest(by: call.principal.actor, at: call.now())
        // A run may have been made meanwhile.
        for _ in 0..<3 where !open.isEmpty {
            for run in open { try await canceller.cancel(run, wish) }
            open = try await store.openRuns(ofDeployment: deployment.id).filter { !open.contains($0) }
        }
        guard try await store.deleteDeployment(deployment.id) else { throw Self.unknown(deployment.id) }
        return try APIJSON.response(DeploymentDeletion(deployment: deployment, openRuns: count, isDeleted: true))
    }
}
