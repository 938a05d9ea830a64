import OrchModel
import OrchStore

/// Looks at a deployment's image, or program, where its runs will start, before the first of them does.
struct ImageCheck: Sendable {
    let store: any Store
    let tasks: AgentTaskBoard
    let vault: BlockVault

    /// What an agent of the deployment's queue finds.
    ///
    /// - Parameter limit: how long to wait for it. Defaults to 20 s.
    func check(
        _ request: DeploymentRequest, atMost limit: Duration = .seconds(20), at now: Timestamp
    ) async throws -> DeploymentCheck {
        let isProcess = request.infrastructure.kind == .process
        // A command names a program that may be in PATH alone; it is looked for when it starts.
        guard !isProcess || request.kind == .sdk else { return DeploymentCheck() }
        let since = now - OrchServerConfiguration.pollingWindow
        let queue = try await store.workQueues(polledSince: since, at: now).first { $0.name == request.workQueue }
        guard let queue, !queue.agents.isEmpty else {
            return DeploymentCheck(warnings: [
                "no agent polls the queue \"\(request.workQueue)\", so that \(request.image) was not looked at: "
                    + "start one with `orch agent start -q \(request.workQueue)`"
            ])
        }
        let image = request.infrastructure.image ?? request.image
        let asked = AgentTaskRequest(
            queue: request.workQueue,
            question: .describeImage(reference: isProcess ? ProgramReference.text(image) : image),
            requires: request.requires)
        let agents = try await tasks.agents(of: queue, meeting: asked.placement)
        guard !agents.isEmpty else {
            return DeploymentCheck(warnings: [
                "no agent of the queue \"\(request.workQueue)\" has \(asked.placement.wanted), so that \(image) was not looked "
                    + "at; it is polled by \(queue.agents.joined(separator: ", "))"
            ])
        }
        let answer = try await tasks.ask(
            asked.question, of: request.workQueue, placement: asked.placement, atMost: limit)
        guard let answer else {
            return DeploymentCheck(warnings: [
                "no agent of the queue \"\(request.workQueue)\" said within \(limit.components.seconds) s what \(image) holds; "
                    + "it is polled by \(agents.joined(separator: ", "))"
            ])
        }
        return Self.findings(request, answer, try await block(of: request))
    }

    /// The block as the deployment's runs will have it; nil where it cannot be.
    private func block(of request: DeploymentRequest) async throws -> DockerContainerBlock? {
        guard request.infrastructure.kind == .docker else { return nil }
        let key = BlockKey(type: DockerContainerBlock.slug, name: request.infrastructure.block ?? "default")
        let overrides = request.infrastructure.overrides ?? [:]
        let document = try await vault.resolved(key, overrides: overrides)
        return try document.map { try JSONValue.object($0).decode(DockerContainerBlock.self) }
    }

    /// What an answer means for a deployment. Pure.
    static func findings(
        _ request: DeploymentRequest, _ answer: AgentTaskAnswer, _ block: DockerContainerBlock?
    ) -> DeploymentCheck {
        let image = request.infrastructure.image ?? request.image
        switch answer {
        case .description(let description):
            var found = findings(request, description)
            if let problem = description.platform?.problem(wanted: block?.platform) {
                found.problems.append("the image \(image) does not run there: \(problem)")
            }
            return found
        case .noDescription(_, let platform):
            var found = DeploymentCheck()
            if let problem = platform?.problem(wanted: block?.platform) {
                found.problems.append("the image \(image) does not run there: \(problem)")
            }
            guard request.kind == .sdk else { return found }
            found.problems.append(
                "the image \(image) holds no \(ImageDescription.path), so it is none that was built with orch's SDK: it has no "
                    + "flow \(request.flowName)")
            return found
        case .noImage(_, let available):
            let near = NearestName.nearest(to: image, in: available)
            let hint = near.isEmpty ? "" : "; there are \(near.joined(separator: ", "))"
            guard request.infrastructure.kind != .process else {
                return DeploymentCheck(problems: ["there is no program \(image) on the agent's host"])
            }
            if block?.imagePullPolicy == .never {
                return DeploymentCheck(problems: [
                    "the image \(image) is not on the agent's host, and image_pull_policy is never\(hint)"
                ])
            }
            return DeploymentCheck(warnings: [
                "the image \(image) is not on the agent's host: its first run pulls it\(hint)"
            ])
        case .failed(let message):
            return request.kind == .sdk && request.infrastructure.kind == .process
                ? DeploymentCheck(problems: [message]) : DeploymentCheck(warnings: [message])
        case .probed:
            return DeploymentCheck(warnings: ["the agent answered another question than was asked"])
        }
    }

    private static func findings(_ request: DeploymentRequest, _ description: ImageDescription) -> DeploymentCheck {
        guard request.kind == .sdk else { return DeploymentCheck() }
        let names = description.flows.map(\.name)
        guard let flow = description.flows.first(where: { $0.name == request.flowName }) else {
            let near = NearestName.nearest(to: request.flowName, in: names, limit: 1).first
            let hint = near.map { "did you mean \($0)?" } ?? "it holds \(names.joined(separator: ", "))"
            return DeploymentCheck(problems: ["\(request.image) holds no flow \"\(request.flowName)\"; \(hint)"])
        }
        var found = DeploymentCheck()
        let command = request.infrastructure.command ?? request.command
        if request.infrastructure.kind != .process, !command.isEmpty, command != flow.command {
            found.warnings.append(
                "its command is \(command.joined(separator: " ")), the image's own for \(flow.name) is "
                    + flow.command.joined(separator: " "))
        }
        if request.parameterSchema != flow.parameters {
            found.warnings.append(
                "its parameter schema is another than that of \(flow.name) in \(request.image): deploy it again")
        }
        return found
    }
}
