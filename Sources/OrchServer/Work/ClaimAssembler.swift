import OrchModel
import OrchStore

/// Completes claims with what only the controller knows: true parameters, blocks, tokens.
struct ClaimAssembler: Sendable {
    let store: any Store
    let keys: ServerKeys
    let vault: BlockVault
    let instance: Identifier
    let apiURL: String

    /// What an agent needs to run a claimed attempt.
    ///
    /// - Parameter isNew: false for an attempt whose container may exist already; a block that has gone since is then
    ///   left out, as the container has it.
    /// - Throws: ``Unlaunchable`` where a new attempt cannot be run.
    func assemble(_ claim: Claim, isNew: Bool) async throws -> ClaimedRun {
        let run = claim.run
        var parameters = try SealedParameters.open(
            shown: run.parameters, sealed: claim.sealedParameters, keys: keys)
        let runKey = keys.runKey(run: run.id, attempt: run.attempt)
        var secrets = ["ORCH_API_KEY": runKey]
        var secretTexts = SecretTexts.hidden(of: .object(parameters), shownAs: .object(run.parameters)) + [runKey]
        if claim.launch.isContainerTask == true {
            // Any image of anybody's: it gets what it was given, and no key.
            secrets = SealedParameters.environment(of: parameters)
            secretTexts = secrets.filter { SecretTexts.isTelling($0.key) }.map(\.value)
            parameters = [:]
        }
        for reference in claim.launch.blocks {
            guard let key = reference.key(parameters) else { continue }
            guard let document = try await vault.resolved(key) else {
                if isNew { throw Unlaunchable(reason: "the block \(key) was removed after the run was made") }
                continue
            }
            let variable = BlockEnvironment.variable(type: key.type, name: key.name)
            secrets[variable] = JSONValue.object(document).jsonText
            secretTexts += BlockType.named(key.type)?.secretTexts(in: document) ?? []
        }
        var (container, process, login) = try await container(claim.launch.infrastructure, isNew: isNew)
        if claim.launch.isContainerTask == true {
            // What the task says of a variable wins over what the block says.
            container.env = container.env?.filter { secrets[$0.key] == nil }
        }
        if let grace = claim.launch.policy?.stopGraceSeconds { container.stopGraceSeconds = grace }
        return ClaimedRun(
            runID: run.id, runName: run.name, attempt: run.attempt,
            token: keys.attemptToken(run: run.id, attempt: run.attempt), instance: instance, flowName: run.flowName,
            deploymentName: run.deploymentName, kind: claim.launch.kind, image: run.image,
            command: claim.launch.infrastructure.command ?? claim.launch.command, parameters: parameters,
            container: container, secrets: secrets, secretTexts: secretTexts, apiURL: apiURL,
            scheduledFor: run.firstDue ?? run.scheduledFor, cancellation: run.cancellation, request: run.request,
            pausedSeconds: run.pausedSeconds, pausedSince: claim.pausedSince,
            timeoutSeconds: claim.launch.policy?.timeoutSeconds, registryLogin: login,
            dataInterval: run.dataInterval,
            resumption: claim.launch.kind == .sdk ? run.resumption ?? RunResumption(at: nil, sensors: []) : nil,
            process: process, source: try await source(claim.launch.source, isNew: isNew))
    }

    /// A question as an agent needs it: a probe that names no address gets what runs are given.
    func complete(_ question: AgentTask.Question) async throws -> AgentTask.Question {
        guard case .probe(let image, _, "") = question else { return question }
        let container = try await container(Infrastructure(), isNew: false).block
        return .probe(image: image, container: container, apiURL: apiURL)
    }

    /// Why an attempt cannot be launched.
    struct Unlaunchable: Error {
        var reason: String
    }

    /// The git source with who reads it.
    private func source(_ source: SourceSpec?, isNew: Bool) async throws -> ClaimedSource? {
        guard let source else { return nil }
        guard let name = source.credentials else { return ClaimedSource(source) }
        let key = BlockKey(type: GitCredentialsBlock.slug, name: name)
        guard let document = try await vault.resolved(key) else {
            guard !isNew else { throw Unlaunchable(reason: "the block \(key) was removed after the run was made") }
            return ClaimedSource(source)
        }
        let credentials = try JSONValue.object(document).decode(GitCredentialsBlock.self)
        return ClaimedSource(source, username: credentials.username, token: credentials.token.reveal())
    }

    /// How the container or the process is made, and who pulls its image.
    func container(
        _ infrastructure: Infrastructure, isNew: Bool
    ) async throws -> (block: DockerContainerBlock, process: ProcessBlock?, login: RegistryLogin?) {
        let kind = infrastructure.kind ?? .docker
        let key = BlockKey(type: kind.blockType, name: infrastructure.block ?? "default")
        if isNew, infrastructure.block != nil, try await vault.store.block(key) == nil {
            throw Unlaunchable(reason: "the block \(key) was removed after the run was made")
        }
        let document: [String: JSONValue]?
        do {
            document = try await vault.resolved(key, overrides: infrastructure.overrides ?? [:])
        } catch let fault as OverrideFault {
            guard !isNew else { throw Unlaunchable(reason: "fields in place of those of the block \(key): \(fault)") }
            document = try await vault.resolved(key)
        }
        guard let document else {
            return (DockerContainerBlock(), kind == .process ? ProcessBlock() : nil, nil)
        }
        guard kind == .docker else {
            let process = try JSONValue.object(document).decode(ProcessBlock.self)
            return (process.container, process, nil)
        }
        let credentials = document["registry_credentials"].flatMap { $0 == .null ? nil : $0 }
        return (
            try JSONValue.object(document).decode(DockerContainerBlock.self), nil,
            try credentials?.decode(DockerRegistryCredentialsBlock.self).login
        )
    }
}
