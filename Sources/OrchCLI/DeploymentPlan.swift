import DeploymentFiles
import OrchModel

/// Decides which deployments `orch deploy` and `orch deployment build` make of what an agent found in an image.
struct DeploymentPlan {
    var image: String
    var name: String?
    var flow: String?
    var queue: String
    var assignments: [String]
    var tags: [String]
    var command: [String]
    var infrastructure: Infrastructure
    /// Parameters as one JSON object; assignments win.
    var parametersJSON: String?
    /// How a flow of several is chosen.
    var choice = "--flow"

    /// The deployments to save, at least one.
    ///
    /// - Throws: a usage message that says what the image holds and what to do.
    func requests(for answer: AgentTaskAnswer) throws -> [DeploymentRequest] {
        try entries(for: answer).map { entry in
            do throws(DeploymentMaker.Remarks) {
                return try DeploymentMaker(entry: entry, image: image, answer: answer).request().request
            } catch {
                throw Message(.usage, error.remarks.map(\.message).joined(separator: "\n"))
            }
        }
    }

    /// What is said of these deployments, at least one.
    ///
    /// - Throws: a usage message that says what the image holds and what to do.
    func entries(for answer: AgentTaskAnswer) throws -> [DeploymentEntry] {
        guard command.isEmpty else { return [try commandEntry()] }
        switch answer {
        case .description(let description): return try flowEntries(for: description)
        case .failed(let message): throw Message(.unreachable, message)
        case .probed, .pulling:
            throw Message(.unreachable, "the agent answered another question than was asked; are versions equal?")
        case .noDescription, .noImage:
            var entry = DeploymentEntry(name: name ?? "")
            entry.infrastructureType = infrastructure.type
            do throws(DeploymentMaker.Remarks) {
                _ = try DeploymentMaker(entry: entry, image: image, answer: answer).request()
            } catch {
                throw Message(.usage, error.remarks.map(\.message).joined(separator: "\n"))
            }
            return []
        }
    }

    private func entry(named name: String, flow: String) -> DeploymentEntry {
        var entry = DeploymentEntry(name: name)
        entry.flowName = flow
        entry.image = image
        entry.workQueue = queue
        entry.infrastructureType = infrastructure.type
        entry.infrastructureBlock = infrastructure.block
        entry.overrides = infrastructure.overrides ?? [:]
        return entry
    }

    private func commandEntry() throws -> DeploymentEntry {
        guard let name else { throw Message(.usage, "a command needs a name: -n NAME") }
        guard assignments.isEmpty, parametersJSON == nil else {
            throw Message(.usage, "-p: \(DeploymentMaker.noParameters)")
        }
        var entry = entry(named: name, flow: flow ?? name)
        entry.command = command
        entry.tags = tags
        return entry
    }

    private func flowEntries(for description: ImageDescription) throws -> [DeploymentEntry] {
        let wanted = try wanted(of: description)
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
            let given = try Parameters.read(assignments: mine, json: parametersJSON, by: flow.parameters)
            var entry = entry(named: defaults.name, flow: flow.name)
            let text = defaults.description.isEmpty ? flow.description : defaults.description
            entry.description = text.isEmpty ? nil : text
            entry.tags = tags.isEmpty ? defaults.tags : tags
            entry.parameters = defaults.parameters.merging(given) { $1 }
            return entry
        }
    }

    private func wanted(
        of description: ImageDescription
    ) throws -> [(flow: FlowDescription, defaults: DeploymentDefault)] {
        let chosen = try flow.map { try find($0, in: description) }
        if let name {
            let flow = try chosen ?? onlyFlow(of: description, named: name)
            let defaults = description.deployments.first { $0.name == name && $0.flow == flow.name }
            return [(flow, defaults ?? DeploymentDefault(name: name, flow: flow.name))]
        }
        let defaults = description.deployments.filter { chosen == nil || $0.flow == chosen?.name }
        guard !defaults.isEmpty else {
            throw Message(
                .usage,
                chosen.map { "the image \(image) brings no deployment of \($0.name); name one: -n NAME" }
                    ?? "the image \(image) brings no deployments; choose one of its flows: --flow \(names(of: description)) -n NAME"
            )
        }
        return try defaults.map { (try find($0.flow, in: description), $0) }
    }

    private func find(_ name: String, in description: ImageDescription) throws -> FlowDescription {
        if let flow = description.flow(called: name) { return flow }
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
                .usage, "the image \(image) holds several flows; choose one: \(choice) \(names(of: description))")
        }
        return description.flows[0]
    }

    private func names(of description: ImageDescription) -> String {
        description.flows.map(\.name).joined(separator: " | ")
    }
}
