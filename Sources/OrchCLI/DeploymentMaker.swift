import DeploymentFiles
import OrchModel

/// Makes the request that saves a deployment, of what is said of it and of what an agent found in its image.
///
/// The one way to it: `orch deploy` and `orch deployment apply` differ in where an entry comes from, and in nothing else.
struct DeploymentMaker {
    /// What is wrong with an entry, or to be known of it.
    struct Remark: Error, Hashable {
        /// Which value it is about: `parameters.months[1]`; empty for the deployment as a whole.
        var path: String
        var message: String
    }

    /// All that is wrong with an entry; never empty.
    struct Remarks: Error {
        var remarks: [Remark]
    }

    var entry: DeploymentEntry
    /// The image, or the program, that was asked for.
    var image: String
    /// What an agent found in it.
    var answer: AgentTaskAnswer
    /// What stands in the file where a value was made of variables, by path.
    var sources: [String: String] = [:]

    /// The request, and what to warn of.
    func request() throws(Remarks) -> (request: DeploymentRequest, warnings: [Remark]) {
        if let command = entry.command { return (try commandRequest(command), []) }
        switch answer {
        case .description(let description): return try flowRequest(description)
        case .noDescription: throw refusal("image", Self.noDescription(image))
        case .noImage(_, let available): throw refusal("image", missingImage(available))
        case .failed(let message): throw refusal("image", message)
        case .probed, .pulling:
            throw refusal("", "the agent answered another question than was asked; are versions equal?")
        }
    }

    static let noParameters =
        "a plain command takes no parameters: write them into the command. The interval of a run stands in its environment, as "
        + "ORCH_DATA_INTERVAL_START and ORCH_DATA_INTERVAL_END"

    static func noDescription(_ image: String) -> String {
        """
        the image \(image) holds no \(ImageDescription.path), so orch cannot tell its flows.
          An image built with the SDK: add  RUN PROGRAM describe --json > \(ImageDescription.path)  to its Dockerfile.
          Any other image: say what it runs, as in  orch deploy --infra docker --image \(image) -n NAME -- COMMAND, or by \
        command: in a file
        """
    }

    private func missingImage(_ available: [String]) -> String {
        if entry.infrastructureType == InfrastructureKind.process.rawValue {
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

    private func refusal(_ path: String, _ message: String) -> Remarks {
        Remarks(remarks: [Remark(path: path, message: message)])
    }

    private func commandRequest(_ command: [String]) throws(Remarks) -> DeploymentRequest {
        let schema = entry.parameterSchema.map(ParameterSchema.init(schema:)) ?? ParameterSchema()
        if let parameters = entry.parameters, !parameters.isEmpty, schema.properties.isEmpty {
            throw refusal("parameters", Self.noParameters)
        }
        return request(flow: entry.flowName ?? entry.name, command: command, kind: .command, schema: schema)
    }

    private func flowRequest(
        _ description: ImageDescription
    ) throws(Remarks) -> (request: DeploymentRequest, warnings: [Remark]) {
        let flow = try flow(of: description)
        let defaults = description.deployments.first { $0.name == entry.name && $0.flow == flow.name }
        var request = request(flow: flow.name, command: flow.command, kind: .sdk, schema: flow.parameters)
        request.parameters = entry.parameters ?? defaults?.parameters ?? [:]
        request.tags = entry.tags ?? defaults?.tags ?? []
        if entry.description == nil {
            request.description = defaults.map(\.description).flatMap { $0.isEmpty ? nil : $0 } ?? flow.description
        }
        request.blocks = flow.blocks
        request.graph = flow.graph
        let problems = parameterProblems(request)
        guard problems.isEmpty else { throw Remarks(remarks: problems) }
        return (request, schemaWarnings(flow.parameters))
    }

    private func request(
        flow: String, command: [String], kind: RunEnding.Kind, schema: ParameterSchema
    ) -> DeploymentRequest {
        var request = DeploymentRequest(
            name: entry.name, flowName: flow, description: entry.description ?? "", tags: entry.tags ?? [],
            image: image,
            command: command, kind: kind,
            infrastructure: Infrastructure(
                type: entry.infrastructureType ?? InfrastructureKind.docker.rawValue, block: entry.infrastructureBlock,
                overrides: entry.overrides.isEmpty ? nil : entry.overrides),
            workQueue: entry.workQueue ?? "default", parameters: entry.parameters ?? [:], parameterSchema: schema,
            policy: entry.policy)
        request.versionName = entry.versionName
        request.priority = entry.priority
        request.schedules = entry.schedules
        request.isPaused = entry.isPaused
        request.concurrencyLimit = entry.concurrencyLimit
        request.collisionStrategy = entry.collisionStrategy
        request.enforcesParameterSchema = entry.enforcesParameterSchema
        request.requires = entry.requires
        request.runName = entry.runName
        request.source = entry.source
        request.dependsOnPast = entry.dependsOnPast
        return request
    }

    // MARK: - Flows

    private func flow(of description: ImageDescription) throws(Remarks) -> FlowDescription {
        guard description.orch <= ImageDescription.protocolVersion else {
            throw refusal(
                "image",
                "the image \(image) speaks protocol \(description.orch); this orch knows up to "
                    + "\(ImageDescription.protocolVersion): install a newer orch")
        }
        let names = description.flows.map(\.name)
        if let name = entry.flowName {
            if let flow = description.flow(called: name) { return flow }
            let nearest = NearestName.nearest(to: name, in: names, limit: 1).first
            throw refusal(
                "flow_name",
                "the image \(image) holds no flow \"\(name)\"; "
                    + (nearest.map { "did you mean \($0)?" } ?? "it holds \(names.joined(separator: " | "))"))
        }
        if let known = description.deployments.first(where: { $0.name == entry.name }),
            let flow = description.flow(called: known.flow)
        {
            return flow
        }
        guard let flow = description.flows.first, description.flows.count == 1 else {
            throw refusal(
                "", "the image \(image) holds several flows; choose one by flow_name: \(names.joined(separator: " | "))"
            )
        }
        return flow
    }

    // MARK: - Parameters

    private func parameterProblems(_ request: DeploymentRequest) -> [Remark] {
        guard request.enforcesParameterSchema != false else { return [] }
        let schema = request.parameterSchema
        func problems(_ values: [String: JSONValue], _ path: String) -> [Remark] {
            schema.validate(values, passesTemplates: true).filter { $0.kind != .missing }.map { problem in
                let name = problem.name.hasPrefix("[") ? problem.name : ".\(problem.name)"
                return Remark(
                    path: path + name, message: problem.description + hint(problem, values, schema, at: path + name))
            }
        }
        func templateProblems(_ values: [String: JSONValue], _ path: String) -> [Remark] {
            RunTemplates(schema).problems(in: schema.defaults.merging(values) { $1 }).map { problem in
                Remark(path: "\(path).\(problem.name)", message: problem.description)
            }
        }
        let own = problems(request.parameters, "parameters")
        return own + templateProblems(request.parameters, "parameters")
            + (request.schedules ?? []).enumerated().flatMap { index, schedule in
                let path = "schedules[\(index)].parameters"
                return problems(schedule.parameters, path)
                    + templateProblems(request.parameters.merging(schedule.parameters) { $1 }, path)
            }
    }

    /// What to write where a text stands for a number.
    private func hint(
        _ problem: ParameterProblem, _ values: [String: JSONValue], _ schema: ParameterSchema, at path: String
    ) -> String {
        guard problem.kind == .invalid, case .string(let text) = values[problem.name],
            schema[problem.name]?.isSecret == false, let read = try? schema.parse(text: text, for: problem.name)
        else { return "" }
        if let source = sources[path] {
            guard read.arrayValue == nil, read.objectValue == nil else {
                return
                    " (a text): a variable is a single value; write the list itself, with a line - ${NAME} for each element"
            }
            return
                " (a text): a variable within quotes is a text; write it on a line of its own, without quotes and braces: "
                + "\(problem.name): \(source)"
        }
        return " (a text): without quotes, write \(problem.name): \(read.jsonText)"
    }

    /// A schema in the file is a copy of an older one where the image's own has other parameters.
    private func schemaWarnings(_ schema: ParameterSchema) -> [Remark] {
        guard let copy = entry.parameterSchema.map(ParameterSchema.init(schema:)) else { return [] }
        let (ours, theirs) = (Set(schema.properties.map(\.name)), Set(copy.properties.map(\.name)))
        guard ours != theirs else { return [] }
        return [
            Remark(
                path: "parameter_openapi_schema",
                message:
                    "the image's own schema counts, which has the parameters \(ours.sorted().joined(separator: ", ")); "
                    + "this copy has \(theirs.sorted().joined(separator: ", "))")
        ]
    }
}

extension ImageDescription {
    /// The flow of that name; where none has it, one whose name differs only in `-` and `_`.
    func flow(called name: String) -> FlowDescription? {
        flows.first { $0.name == name } ?? flows.first { DeploymentEntry.isFlow($0.name, called: name) }
    }
}
