import OrchModel
import OrchStore

/// Makes runs of deployments: parameters complete and checked, declared blocks there.
struct RunMaker: Sendable {
    let store: any Store
    let keys: ServerKeys
    let deployments: DeploymentRegistry

    /// Makes a run.
    ///
    /// - Parameter parent: the run that makes it; nil = none.
    /// - Returns: the run, and whether it was made now: one with the request's idempotency key is there already.
    /// - Throws: 404, 409 where the name is no deployment's, or where the parent is not there or has ended; 409 where the key made
    ///   a run of another request; 422 with each bad parameter and each missing block.
    func make(
        _ request: FlowRunRequest, parent: Identifier?, by actor: String, at: Timestamp
    ) async throws -> (run: FlowRun, isNew: Bool) {
        let stored = try await deployments.find(request.deployment)
        try RunRequestChecks(request).check()
        // What was made before is told whatever became of its deployment.
        if let key = Self.key(of: request, stored.deployment), let known = try await store.run(key: key) {
            return (try await asKnown(known, by: request), false)
        }
        var draft = try await draft(request, of: stored, by: actor, at: at)
        draft.run.parentRunID = parent
        if let known = try await store.createRun(draft) { return (try await asKnown(known, by: request), false) }
        return (draft.run, true)
    }

    /// A key is its deployment's own, and never that of a slot of a schedule.
    private static func key(of request: FlowRunRequest, _ deployment: Deployment) -> String? {
        request.idempotencyKey.map { "key/\(deployment.id)/\($0)" }
    }

    /// The run that a request's key has made.
    ///
    /// - Throws: 409 where it was another request.
    private func asKnown(_ run: FlowRun, by request: FlowRunRequest) async throws -> FlowRun {
        let known = try await store.requestMarks(ofRun: run.id)
        try comparison(request).check(
            against: known, key: request.idempotencyKey ?? "", made: "run \(run.name)")
        return run
    }

    /// Who asks, and when it is due by the clock of who asks (`--start-in`), is not what is asked for.
    private func comparison(_ request: FlowRunRequest) throws -> RequestComparison {
        try RequestComparison(
            request, ignoring: ["deployment", "idempotencyKey", "parentRunID", "scheduledFor"], keys: keys)
    }

    /// A run of a deployment that is not kept yet.
    func draft(_ request: FlowRunRequest, by actor: String, at: Timestamp) async throws -> RunDraft {
        try await draft(request, of: try await deployments.find(request.deployment), by: actor, at: at)
    }

    /// The same, of a deployment that was found.
    func draft(
        _ request: FlowRunRequest, of stored: StoredDeployment, by actor: String, at: Timestamp
    ) async throws -> RunDraft {
        let deployment = stored.deployment
        try request.policy?.check()
        try RunRequestChecks(request).check()
        let id = Identifier.new()
        let due = request.scheduledFor ?? at
        var facts = RunFacts(
            runID: id, runName: "\(deployment.name)-\(id.short)", flow: deployment.flowName,
            deployment: deployment.name, scheduledFor: due, dataInterval: request.dataInterval)
        let (parameters, templates) = try named(
            request.name ?? deployment.runName, of: stored, with: request.parameters, &facts)
        try await checkBlocks(of: deployment, parameters)
        let hidden = try SealedParameters(parameters, schema: deployment.parameterSchema, keys: keys)
        let queue = request.workQueue ?? deployment.workQueue
        try await store.checkQueue(queue)
        let message = due > at ? "is due at \(due)" : "waits in queue \(queue) for an agent"
        let state = RunState(.scheduled, message: message, at: at, actor: actor)
        var run = FlowRun(
            id: id, name: facts.runName, flowName: deployment.flowName,
            deploymentID: deployment.id, deploymentName: deployment.name, deploymentVersion: deployment.version,
            parameters: hidden.shown,
            tags: deployment.tags + request.tags.filter { !deployment.tags.contains($0) },
            workQueue: queue, image: deployment.infrastructure.image ?? deployment.image, state: state, createdAt: at,
            scheduledFor: due,
            templates: templates.isEmpty ? nil : deployment.parameterSchema.redacted(templates),
            dataInterval: request.dataInterval)
        (run.priority, run.requires) = (request.priority ?? deployment.priority, deployment.placement)
        run.notes = request.notes
        run.idempotencyKey = Self.key(of: request, deployment)
        var infrastructure = deployment.infrastructure
        if let variables = request.jobVariables, !variables.isEmpty {
            infrastructure.overrides = BlockType.merged(infrastructure.overrides ?? [:], variables)
            try infrastructure.check()
            run.image = infrastructure.image ?? run.image
        }
        var launch = RunLaunch(
            kind: deployment.kind, command: deployment.command, infrastructure: infrastructure,
            blocks: deployment.blocks, policy: request.policy ?? deployment.policy)
        launch.source = deployment.source
        launch.dependsOnPast = deployment.dependsOnPast
        var draft = RunDraft(run: run, launch: launch, sealedParameters: hidden.sealed)
        if request.idempotencyKey != nil { draft.requestMarks = try comparison(request).marks }
        return draft
    }

    /// - Throws: 422 where there are more tags than 50, or one is empty, longer than 100 characters or not on one line.
    static func check(tags: [String]) throws {
        guard tags.count <= 50 else {
            throw APIFailure.invalid("the run's tags: expected 50 at most, got \(tags.count)")
        }
        guard tags.allSatisfy(PlainText.isPlain) else {
            throw APIFailure.invalid("the run's tags: expected \(PlainText.expected)")
        }
        for tag in tags where !(1...100).contains(tag.count) {
            throw APIFailure.invalid("the run's tags: expected 1 to 100 characters each, got one of \(tag.count)")
        }
    }

    /// The parameters, once the run has the name that was wished for.
    ///
    /// - Parameter name: a template, which may name parameters, as these may name the run; nil = none was wished for.
    private func named(
        _ name: String?, of stored: StoredDeployment, with given: [String: JSONValue], _ facts: inout RunFacts
    ) throws -> (values: [String: JSONValue], templates: [String: JSONValue]) {
        guard let name = try name.map(RunName.init) else { return try parameters(of: stored, with: given, facts) }
        if name.namesParameters {
            let values = try parameters(of: stored, with: given, facts).values
            facts.runName = try name.text(facts, parameters: stored.deployment.parameterSchema.redacted(values))
        } else {
            facts.runName = try name.text(facts)
        }
        return try parameters(of: stored, with: given, facts)
    }

    /// Flow's defaults, overridden by the deployment's values, overridden by the request's; and what had templates in it.
    private func parameters(
        of stored: StoredDeployment, with given: [String: JSONValue], _ facts: RunFacts
    ) throws -> (values: [String: JSONValue], templates: [String: JSONValue]) {
        let own = try SealedParameters.open(
            shown: stored.deployment.parameters, sealed: stored.sealedParameters, keys: keys)
        let schema = stored.deployment.parameterSchema
        do {
            let filled = try RunTemplates(schema).fill(
                schema.defaults.merging(own) { $1 }.merging(given) { $1 }, with: facts)
            guard stored.deployment.enforcesParameterSchema != false else { return (filled.values, filled.templates) }
            return (try schema.resolve(filled.values), filled.templates)
        } catch {
            throw APIFailure.invalid(
                "the parameters do not fit \(stored.deployment.fullName)", details: error.problems.map(\.description))
        }
    }

    private func checkBlocks(of deployment: Deployment, _ parameters: [String: JSONValue]) async throws {
        var missing: [String] = []
        for reference in deployment.blocks {
            guard let key = reference.key(parameters), try await store.block(key) == nil else { continue }
            let origin = reference.parameter.map { " (parameter \($0))" } ?? ""
            guard BlockEnvironment.isValid(name: key.name) else {
                // It may be an address with a password in it: never repeated.
                missing.append("a \(key.type) block\(origin): expected a block's name, or an address with ://")
                continue
            }
            missing.append("block \(key)\(origin): create it with `orch block create \(key.type) \(key.name)`")
        }
        if let key = deployment.infrastructure.blockKey, try await store.block(key) == nil {
            missing.append(
                "block \(key) (infrastructure): create it with `orch block create \(key.type) \(key.name)`")
        }
        guard missing.isEmpty else {
            throw APIFailure.invalid("\(deployment.fullName) needs blocks that do not exist", details: missing)
        }
    }
}

extension RunPolicy {
    /// - Throws: 422 with each setting that cannot be used.
    func check() throws {
        guard problems.isEmpty else { throw APIFailure.invalid("the run policy cannot be used", details: problems) }
    }
}

extension BlockReference {
    /// The block it means with these parameters; nil where the value is an address, or there is none.
    func key(_ parameters: [String: JSONValue]) -> BlockKey? {
        let value = name ?? parameter.flatMap { parameters[$0]?.stringValue }
        guard let value, !value.isEmpty, !value.contains("://") else { return nil }
        return BlockKey(type: type, name: value)
    }
}
