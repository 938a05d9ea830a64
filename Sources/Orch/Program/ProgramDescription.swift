/// Describes a program, and finds its flows by name.
enum ProgramDescription {
    /// What `describe --json` prints.
    ///
    /// - Throws: an ``OrchError`` where the program contradicts itself, so that no image is built of it.
    static func make(_ program: any FlowProgram.Type) throws -> ImageDescription {
        var flows: [FlowDescription] = []
        for flow in program.flows {
            guard isValid(flow.name) else { throw OrchError.invalidFlowName(flow.name) }
            guard !flows.contains(where: { $0.name == flow.name }) else { throw OrchError.duplicateFlow(flow.name) }
            flows.append(try describe(flow, program: program.name))
        }
        for deployment in program.deployments { try check(deployment, flows) }
        return ImageDescription(
            sdk: SDKVersion.current, program: program.name, flows: flows, deployments: program.deployments)
    }

    /// The flow of that name.
    ///
    /// - Throws: ``OrchError/unknownFlow(_:nearest:known:)``.
    static func flow(_ name: String, in program: any FlowProgram.Type) throws -> any Flow.Type {
        if let flow = program.flows.first(where: { $0.name == name }) { return flow }
        let known = program.flows.map { $0.name }
        throw OrchError.unknownFlow(name, nearest: NearestName.nearest(to: name, in: known), known: known)
    }

    private static func describe(_ flow: any Flow.Type, program: String) throws -> FlowDescription {
        let schema = try FlowParameters.schema(of: flow)
        let named = schema.properties.compactMap { property in
            property.block.map { BlockReference(type: $0, parameter: property.name) }
        }
        return FlowDescription(
            name: flow.name, description: flow.summary, parameters: schema, blocks: named + flow.blocks,
            command: [program, "run", flow.name], graph: try graph(of: flow))
    }

    /// The graph that a flow declares; `nil` where it declares none.
    private static func graph(of flow: any Flow.Type) throws -> GraphDescription? {
        guard let type = flow as? any GraphFlow.Type else { return nil }
        do {
            return try UnsetParameters.$isExpected.withValue(true) { try type.init().graph().description }
        } catch {
            throw OrchError.invalidGraph(flow: flow.name, reason: ReportedText.message(of: error))
        }
    }

    private static func check(_ deployment: DeploymentDefault, _ flows: [FlowDescription]) throws {
        guard let flow = flows.first(where: { $0.name == deployment.flow }) else {
            let reason = "no flow is called \"\(deployment.flow)\""
            throw OrchError.invalidDeployment(deployment.name, reason: reason)
        }
        // A parameter that the flow requires may still come with each run.
        let schema = flow.parameters
        let problems =
            schema.validate(deployment.parameters, passesTemplates: true).filter { $0.kind != .missing }
            + RunTemplates(schema).problems(in: schema.defaults.merging(deployment.parameters) { $1 })
        guard problems.isEmpty else {
            throw OrchError.invalidDeployment(deployment.name, reason: ParameterProblems(problems).description)
        }
    }

    private static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || scalar == "-" || scalar == "_"
            }
    }
}
