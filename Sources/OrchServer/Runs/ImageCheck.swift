import OrchModel
import OrchStore

/// Looks at the images of deployments, or programs, where their runs will start, before the first of them does.
struct ImageCheck: Sendable {
    let store: any Store
    let tasks: AgentTaskBoard
    let vault: BlockVault

    /// What became of a question.
    private enum Outcome {
        case answer(AgentTaskAnswer)
        /// Nobody answered, for this reason.
        case nobody(String)
    }

    /// What agents of the deployments' queues find, in the order of the deployments. However many have one image, an agent is asked
    /// once for each queue and each demand on the agent.
    ///
    /// - Parameters:
    ///   - known: what is not asked again.
    ///   - limit: how long to wait for an answer. Defaults to 20 s.
    func check(
        _ requests: [DeploymentRequest], known: [DeploymentCheckRequest.Known] = [],
        atMost limit: Duration = .seconds(20), at now: Timestamp
    ) async throws -> [DeploymentCheck] {
        let answers = Dictionary(known.map { (Self.plain($0.question), $0.answer) }) { first, _ in first }
        let questions = requests.map(Self.question)
        var outcomes = answers.mapValues(Outcome.answer)
        try await withThrowingTaskGroup(of: (AgentTaskRequest, Outcome).self) { group in
            for question in Set(questions.compactMap(\.self)) where outcomes[question] == nil {
                group.addTask { (question, try await ask(question, atMost: limit, at: now)) }
            }
            for try await (question, outcome) in group { outcomes[question] = outcome }
        }
        var checks: [DeploymentCheck] = []
        for (request, question) in zip(requests, questions) {
            switch question.flatMap({ outcomes[$0] }) {
            case nil: checks.append(DeploymentCheck())
            case .nobody(let reason): checks.append(DeploymentCheck(warnings: [reason]))
            case .answer(let answer):
                checks.append(Self.findings(request, answer, try await block(of: request)))
            }
        }
        return checks
    }

    /// What is asked about a deployment; nil where a command names a program that may be in PATH alone, which is looked for when it
    /// starts.
    private static func question(_ request: DeploymentRequest) -> AgentTaskRequest? {
        let isProcess = request.infrastructure.kind == .process
        guard !isProcess || request.kind == .sdk else { return nil }
        let image = request.infrastructure.image ?? request.image
        return plain(
            AgentTaskRequest(
                queue: request.workQueue,
                question: .describeImage(reference: isProcess ? ProgramReference.text(image) : image),
                requires: request.requires))
    }

    /// A question without what does not tell it from others: how its image is pulled, too.
    private static func plain(_ asked: AgentTaskRequest) -> AgentTaskRequest {
        let requires = asked.requires.flatMap { $0.isEmpty ? nil : $0 }
        var question = asked.question
        if case .describeImage(let reference, _) = question { question = .describeImage(reference: reference) }
        return AgentTaskRequest(queue: asked.queue, question: question, requires: requires)
    }

    private func ask(
        _ asked: AgentTaskRequest, atMost limit: Duration, at now: Timestamp
    ) async throws -> Outcome {
        let since = now - OrchServerConfiguration.pollingWindow
        let queue = try await store.workQueues(polledSince: since, at: now).first { $0.name == asked.queue }
        let image = asked.question.image
        guard let queue, !queue.agents.isEmpty else {
            return .nobody(
                "no agent polls the queue \"\(asked.queue)\", so that \(image) was not looked at: "
                    + "start one with `orch agent start -q \(asked.queue)`")
        }
        let agents = try await tasks.agents(of: queue, meeting: asked.placement)
        guard !agents.isEmpty else {
            return .nobody(
                "no agent of the queue \"\(asked.queue)\" has \(asked.placement.wanted), so that \(image) was not looked "
                    + "at; it is polled by \(queue.agents.joined(separator: ", "))")
        }
        let answer = try await tasks.ask(
            asked.question, of: asked.queue, placement: asked.placement, atMost: limit)
        return answer.map(Outcome.answer)
            ?? .nobody(
                "no agent of the queue \"\(asked.queue)\" said within \(limit.components.seconds) s what \(image) holds; "
                    + "it is polled by \(agents.joined(separator: ", "))")
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
        case .probed, .pulling:
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
