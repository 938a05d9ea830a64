import OrchModel
import OrchStore

/// Saves deployments and finds them by the names people type.
struct DeploymentRegistry: Sendable {
    let store: any Store
    let keys: ServerKeys

    /// Saves a deployment.
    ///
    /// - Throws: 422 where its name or its parameters cannot be used.
    func save(_ request: DeploymentRequest, at: Timestamp) async throws -> DeploymentReply {
        var reply = try await store.saveDeployment(try await draft(of: request, at: at), at: at)
        reply.warnings = try await scheduleWarnings(of: reply.deployment, at: at)
        return reply
    }

    /// What saving a deployment would do.
    ///
    /// - Throws: what saving it would.
    func preview(_ request: DeploymentRequest, at: Timestamp) async throws -> DeploymentPreview {
        var preview = try await store.previewDeployment(try await draft(of: request, at: at), at: at)
        let warnings = ScheduleChecks(preview.next).warnings(preview.next.schedules ?? [], at: at)
        preview.warnings = warnings.isEmpty ? nil : warnings
        return preview
    }

    /// What may surprise of the schedules that a deployment has, however they were made; nil = nothing.
    func scheduleWarnings(of deployment: Deployment, at: Timestamp) async throws -> [String]? {
        let schedules = try await store.schedules(ofDeployment: deployment.id).readable.map(\.spec)
        let warnings = ScheduleChecks(deployment).warnings(schedules, at: at)
        return warnings.isEmpty ? nil : warnings
    }

    /// What the store is given, checked.
    private func draft(of request: DeploymentRequest, at: Timestamp) async throws -> DeploymentDraft {
        try DeploymentChecks(request, at: at).check()
        try await checkNeeds(of: request)
        let parameters = try SealedParameters(request.parameters, schema: request.parameterSchema, keys: keys)
        var shown = request
        shown.parameters = parameters.shown
        let fingerprint = keys.fingerprint(of: try JSONValue(encoding: request).jsonText)
        return DeploymentDraft(request: shown, sealedParameters: parameters.sealed, fingerprint: fingerprint)
    }

    /// A flow's name without what does not tell flows apart: `-` and `_`, upper and lower case.
    private static func folded(_ name: String) -> String {
        String(name.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
    }

    /// - Throws: 404 where the queue is not there that a deployment names; 422 where a block is not, or its source cannot be
    ///   used.
    func checkNeeds(of request: DeploymentRequest) async throws {
        try await store.checkQueue(request.workQueue)
        try await checkContainerBlock(of: request)
        try await check(request.source)
    }

    private func check(_ source: SourceSpec?) async throws {
        guard let source else { return }
        if let problem = source.problem {
            throw APIFailure.invalid("the source \(source.url) cannot be used: \(problem)")
        }
        guard let name = source.credentials else { return }
        let key = BlockKey(type: GitCredentialsBlock.slug, name: name)
        guard try await store.block(key) == nil else { return }
        throw APIFailure.invalid("there is no block \(key): create it with `orch block create \(key.type) \(key.name)`")
    }

    private func checkContainerBlock(of request: DeploymentRequest) async throws {
        guard let key = request.infrastructure.blockKey else { return }
        guard try await store.block(key) == nil else { return }
        let names = try await store.blocks().filter { $0.key.type == key.type }.map(\.key.name)
        throw APIFailure.invalid(
            "there is no block \(key): create it with `orch block create \(key.type) \(key.name)`",
            details: NearestName.nearest(to: key.name, in: names))
    }

    /// The deployment called `docker-flow` or `parent_flow_runner/docker-flow`.
    ///
    /// - Throws: 404 with the nearest names; 409 where a short name fits several.
    func find(_ name: String) async throws -> StoredDeployment {
        // A database would end the name there, and find another one.
        guard !name.utf8.contains(0) else { throw APIFailure.badRequest("the deployment's name holds a NUL") }
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (flow, short) = parts.count == 2 ? (parts[0], parts[1]) : (nil, name)
        var found = try await store.deployments(named: short, flow: flow)
        if let flow, found.isEmpty {
            // A flow has another name in other files than in the image.
            found = try await store.deployments(named: short, flow: nil).filter {
                Self.folded($0.deployment.flowName) == Self.folded(flow)
            }
        }
        if found.count == 1 { return found[0] }
        guard found.isEmpty else {
            throw APIFailure.conflict(
                "\(PlainText.quoted(name)) fits several deployments: name the flow too",
                details: found.map(\.deployment.fullName))
        }
        let all = try await store.deployments()
        let candidates = flow == nil ? all.map(\.name) : all.map(\.fullName)
        let nearest = NearestName.nearest(to: name, in: Set(candidates))
        let hint = nearest.first.map { ": did you mean \($0)?" } ?? ""
        let advice = all.isEmpty ? ": `orch deploy` makes one" : hint
        throw APIFailure.notFound("there is no deployment \(PlainText.quoted(name))\(advice)", details: nearest)
    }
}
