extension FlowContext {
    /// How many flows another one may run inside of.
    static let deepest = 64

    /// Runs another flow inside this one, in the same process, as a run with its own identifier, states, parameters and
    /// scratch directory.
    ///
    /// ```swift
    /// let rows = try await context.child(EtlWebToGcs.self) { $0.month = 1 }
    /// ```
    ///
    /// - Parameters:
    ///   - type: the flow.
    ///   - configure: sets parameters that differ from the defaults.
    /// - Returns: what the flow returned.
    /// - Throws: ``ParameterProblems`` where a parameter is not accepted; what the flow threw;
    ///   ``OrchError/nestedTooDeep(flow:limit:)`` inside of 64 flows.
    public func child<F: Flow>(_ type: F.Type, _ configure: (inout F) -> Void = { _ in }) async throws -> F.Output {
        guard depth < Self.deepest else { throw OrchError.nestedTooDeep(flow: F.name, limit: Self.deepest) }
        var flow = F()
        configure(&flow)
        let schema = try FlowParameters.schema(of: type)
        let id = Identifier.new()
        let values = try schema.resolve(try fillDefaults(of: flow, schema, run: id))
        let shown = schema.redacted(values)
        let context = FlowContext(
            runID: id, flowName: F.name, attempt: attempt, parameters: values, dataInterval: dataInterval,
            blocks: blocks, services: services, directory: Scratch(root: services.scratchRoot, run: id), childRun: id,
            shownParameters: shown, depth: depth + 1, results: results,
            insideTask: TaskScope.current?.taskRun ?? insideTask)
        func report(_ state: RunState) {
            services.reporter.report(
                .childRun(.init(flowRun: id, parent: childRun, flow: F.name, parameters: shown, state: state)))
        }
        report(services.state(.running, "started by \(flowName)"))
        context.logger.info("Started with \(JSONValue.object(shown).jsonText)")
        let end = await TaskScope.$current.withValue(nil) { await context.conduct(flow) }
        report(end.state)
        switch end.state.type {
        case .completed: context.logger.info("Completed")
        case .scheduled: context.logger.debug("Ended with its container: \(end.state.message)")
        case .cancelled: context.logger.error("Cancelled: \(end.state.message)")
        default: context.logger.error("Failed: \(end.state.message)")
        }
        return try end.result.get()
    }

    /// The parameters of a child run's flow, the templates in its defaults filled in; what the flow was given stays as it is.
    private func fillDefaults<F: Flow>(
        of flow: F, _ schema: ParameterSchema, run: Identifier
    ) throws -> [String: JSONValue] {
        let values = try FlowParameters.values(of: flow)
        let defaults = schema.defaults
        let own = values.filter { name, value in value == defaults[name] || !Template.isTemplate(value.jsonText) }
        let interval = dataInterval.flatMap { $0.start < $0.end ? $0 : nil }
        // The same in each attempt: what is kept from one for the next is known by the parameters.
        let root = services.caching?.run ?? run
        let facts = RunFacts(
            runID: root, runName: "\(F.name)-\(root.short)", flow: F.name, deployment: F.name,
            scheduledFor: dataInterval?.start ?? services.now(), dataInterval: interval)
        let filled = try RunTemplates(schema).fill(own, with: facts)
        guard !filled.templates.isEmpty else { return values }
        try DeclaredParameters.assign(filled.values.filter { filled.templates[$0.key] != nil }, to: flow)
        return values.merging(filled.values) { _, filled in filled }
    }
}
