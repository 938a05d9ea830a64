extension FlowContext {
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
    /// - Throws: ``ParameterProblems`` where a parameter is not accepted; what the flow threw.
    public func child<F: Flow>(_ type: F.Type, _ configure: (inout F) -> Void = { _ in }) async throws -> F.Output {
        var flow = F()
        configure(&flow)
        let schema = try FlowParameters.schema(of: type)
        let values = try schema.resolve(try FlowParameters.values(of: flow))
        let id = Identifier.new()
        let shown = schema.redacted(values)
        let context = FlowContext(
            runID: id, flowName: F.name, attempt: attempt, parameters: values, dataInterval: dataInterval,
            blocks: blocks, services: services, directory: Scratch(root: services.scratchRoot, run: id), childRun: id,
            shownParameters: shown)
        func report(_ type: StateType, _ message: String) {
            services.reporter.report(
                .childRun(
                    .init(
                        flowRun: id, parent: childRun, flow: F.name, parameters: shown,
                        state: services.state(type, message))))
        }
        report(.running, "started by \(flowName)")
        context.logger.info("Started with \(JSONValue.object(shown).jsonText)")
        do {
            let output = try await context.directory.during {
                try await TaskScope.$current.withValue(nil) { try await flow.run(context) }
            } onLeftover: {
                context.logger.warning($0)
            }
            report(.completed, "completed")
            context.logger.info("Completed")
            return output
        } catch {
            let message = ErrorMessage.text(error)
            report(Task.isCancelled ? .cancelled : .failed, message)
            context.logger.error("\(Task.isCancelled ? "Cancelled" : "Failed"): \(message)")
            throw error
        }
    }
}
