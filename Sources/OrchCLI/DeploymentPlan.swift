import OrchModel

/// Decides which deployments `orch deploy` makes of what an agent found in an image.
struct DeploymentPlan {
    var image: String
    var name: String?
    var flow: String?
    var queue: String
    var assignments: [String]
    var tags: [String]
    var command: [String]
    var infrastructure: Infrastructure

    /// The deployments to save, at least one.
    ///
    /// - Throws: a usage message that says what the image holds and what to do.
    func requests(for answer: AgentTaskAnswer) throws -> [DeploymentRequest] {
        switch answer {
        case .description(let description):
            return command.isEmpty ? try flowRequests(for: description) : [try commandRequest()]
        case .noDescription:
            guard !command.isEmpty else {
                throw Message(
                    .usage,
                    """
                    the image \(image) holds no \(ImageDescription.path), so orch cannot tell its flows.
                      An image built with the SDK: add  RUN PROGRAM describe --json > \(ImageDescription.path)  to its \
                    Dockerfile.
                      Any other image: say what it runs, as in  orch deploy --infra docker --image \(image) -n NAME -- COMMAND
                    """)
            }
            return [try commandRequest()]
        case .noImage(_, let available):
            throw Message(.usage, missingImage(available))
        case .failed(let message):
            throw Message(.unreachable, message)
        case .probed:
            throw Message(.unreachable, "the agent answered another question than was asked; are versions equal?")
        }
    }

    private func missingImage(_ available: [String]) -> String {
        guard infrastructure.kind != .process else {
            return "there is no program \(image) on the agent's host; build it there, or copy it to that path"
        }
        let listed =
            available.isEmpty
            ? "That host has no tagged images." : "Images there: \(available.prefix(10).joined(separator: ", "))"
        return """
            the image \(image) is not on the agent's host.
              \(listed)
              Build it:  docker build -t \(image) --target taxi .     Pull it:  docker pull \(image)
            """
    }

    private func commandRequest() throws -> DeploymentRequest {
        guard let name else { throw Message(.usage, "a command needs a name: -n NAME") }
        guard assignments.isEmpty else {
            throw Message(.usage, "-p: a plain command takes no parameters; write them into the command")
        }
        return DeploymentRequest(
            name: name, flowName: flow ?? name, tags: tags, image: image, command: command, kind: .command,
            infrastructure: infrastructure, workQueue: queue, parameterSchema: ParameterSchema())
    }

    private func flowRequests(for description: ImageDescription) throws -> [DeploymentRequest] {
        guard description.orch <= ImageDescription.protocolVersion else {
            throw Message(
                .usage,
                "the image \(image) speaks protocol \(description.orch); this orch knows up to "
                    + "\(ImageDescription.protocolVersion): install a newer orch")
        }
        let chosen = try flow.map { try find($0, in: description) }
        let wanted: [(flow: FlowDescription, defaults: DeploymentDefault)]
        if let name {
            let flow = try chosen ?? onlyFlow(of: description, named: name)
            let defaults = description.deployments.first { $0.name == name && $0.flow == flow.name }
            wanted = [(flow, defaults ?? DeploymentDefault(name: name, flow: flow.name))]
        } else {
            let defaults = description.deployments.filter { chosen == nil || $0.flow == chosen?.name }
            guard !defaults.isEmpty else {
                throw Message(
                    .usage,
                    chosen.map { "the image \(image) brings no deployment of \($0.name); name one: -n NAME" }
                        ?? "the image \(image) brings no deployments; choose one of its flows: --flow \(names(of: description)) -n NAME"
                )
            }
            wanted = try defaults.map { (try find($0.flow, in: description), $0) }
        }
        return try requests(wanted)
    }

    private func requests(
        _ wanted: [(flow: FlowDescription, defaults: DeploymentDefault)]
    ) throws -> [DeploymentRequest] {
        let unknown = assignments.filter { assignment in
            let name = String(assignment.prefix { $0 != "=" })
            return wanted.allSatisfy { $0.flow.parameters[name] == nil }
        }
        guard unknown.isEmpty else {
            _ = try Parameters.read(assignments: unknown, json: nil, by: wanted[0].flow.parameters)
            throw Message(.usage, "unknown parameters: \(unknown.joined(separator: " "))")
        }
        return try wanted.map { flow, defaults in
            let mine = assignments.filter { flow.parameters[String($0.prefix { $0 != "=" })] != nil }
            let given = try Parameters.read(assignments: mine, json: nil, by: flow.parameters)
            return DeploymentRequest(
                name: defaults.name, flowName: flow.name,
                description: defaults.description.isEmpty ? flow.description : defaults.description,
                tags: tags.isEmpty ? defaults.tags : tags, image: image, command: flow.command, kind: .sdk,
                infrastructure: infrastructure, workQueue: queue,
                parameters: defaults.parameters.merging(given) { $1 }, parameterSchema: flow.parameters,
                blocks: flow.blocks, graph: flow.graph)
        }
    }

    private func find(_ name: String, in description: ImageDescription) throws -> FlowDescription {
        if let flow = description.flows.first(where: { $0.name == name }) { return flow }
        let nearest = NearestName.nearest(to: name, in: description.flows.map(\.name), limit: 1).first
        throw Message(
            .usage,
            "the image \(image) holds no flow \"\(name)\"; "
                + (nearest.map { "did you mean \($0)?" } ?? "it holds \(names(of: description))"))
    }

    private func onlyFlow(of description: ImageDescription, named name: String) throws -> FlowDescription {
        if let known = description.deployments.first(where: { $0.name == name }) {
            return try find(known.flow, in: description)
        }
        guard description.flows.count == 1 else {
            throw Message(
                .usage, "the image \(image) holds several flows; choose one: --flow \(names(of: description))")
        }
        return description.flows[0]
    }

    private func names(of description: ImageDescription) -> String {
        description.flows.map(\.name).joined(separator: " | ")
    }
}
