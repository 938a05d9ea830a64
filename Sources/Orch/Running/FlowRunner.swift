/// Runs one flow of a program to its end and reports everything about it.
struct FlowRunner: Sendable {
    /// How a program ends, as its exit code.
    enum Exit: Int32, Sendable {
        case completed = 0
        case failed = 1
        case usage = 2
        /// It waits for something, and goes on in another attempt.
        case rescheduled = 75
        case cancelled = 130
    }

    let services: RunServices
    let launch: LaunchEnvironment
    let variables: [String: String]
    /// The largest result that is kept, in bytes of its JSON text. Defaults to 4 MiB.
    var largestResult = 4 << 20

    /// Runs the flow. Cancelling the task that calls this cancels the run.
    ///
    /// - Parameters:
    ///   - type: the flow.
    ///   - assignments: `key=value` parameters, which win over those of the environment.
    ///   - cancellation: what a cancelled run gives as its reason.
    func run<F: Flow>(_ type: F.Type, assignments: [String], cancellation: @escaping @Sendable () -> String) async
        -> Exit
    {
        let reporter = services.reporter
        reporter.report(.hello(.init(sdk: SDKVersion.current, flow: F.name)))
        let run = launch.attempt?.flowRun ?? .new()
        let schema: ParameterSchema
        let values: [String: JSONValue]
        let flow: F
        do {
            schema = try FlowParameters.schema(of: type)
            values = try self.values(of: type, schema, assignments, run)
            flow = try FlowParameters.make(type, values: values)
        } catch {
            reporter.finish(.init(type: .failed, name: "Failed", message: ReportedText.message(of: error)))
            return .usage
        }
        let shown = schema.redacted(values)
        let context = context(for: type, run, values: values, shown: shown)
        context.logger.info("Started \(F.name), run \(context.runID), with \(JSONValue.object(shown).jsonText)")
        let end = await conduct(flow, in: context, cancellation)
        let resumption = services.waits?.resumption(after: end.state.type)
        reporter.finish(
            .init(type: end.state.type, name: end.state.name, message: end.state.message, resumption: resumption))
        return switch end.state.type {
        case .completed: .completed
        case .scheduled: .rescheduled
        case .cancelled: .cancelled
        default: .failed
        }
    }

    /// The run's parameters. By hand, the templates in them are filled in here; otherwise the controller has done so.
    private func values(
        of type: any Flow.Type, _ schema: ParameterSchema, _ assignments: [String], _ run: Identifier
    ) throws(ParameterProblems) -> [String: JSONValue] {
        let isByHand = launch.attempt == nil
        let given = try schema.parse(assignments: assignments, passesTemplates: isByHand)
        let all = launch.parameters.merging(given) { _, given in given }
        guard isByHand else { return try schema.resolve(all) }
        let facts = RunFacts(
            runID: run, runName: type.name, flow: type.name, deployment: type.name, scheduledFor: services.now(),
            dataInterval: launch.dataInterval)
        return try schema.resolve(
            RunTemplates(schema).fill(schema.defaults.merging(all) { _, given in given }, with: facts).values)
    }

    /// Runs the flow; as a Swift task of its own where it may leave its container, which cancels it and nothing else.
    private func conduct<F: Flow>(
        _ flow: F, in context: FlowContext, _ cancellation: @escaping @Sendable () -> String
    ) async -> FlowContext.FlowEnd<F.Output> {
        let conduct: @Sendable () async -> FlowContext.FlowEnd<F.Output> = {
            await context.conduct(flow, keep: { try await reportResult($0, of: $1) }, cancellation: cancellation)
        }
        guard let waits = services.waits else { return await conduct() }
        let work = Task { await conduct() }
        waits.callWhenLeaving { work.cancel() }
        return await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
    }

    private func context<F: Flow>(
        for type: F.Type, _ run: Identifier, values: [String: JSONValue], shown: [String: JSONValue]
    ) -> FlowContext {
        FlowContext(
            runID: run, flowName: F.name, attempt: launch.attempt?.number ?? 1, parameters: values,
            dataInterval: launch.dataInterval, blocks: FlowBlocks(variables: variables), services: services,
            directory: Scratch(root: services.scratchRoot, run: run), childRun: nil, shownParameters: shown)
    }

    private func reportResult<Output: Sendable>(_ output: Output, of context: FlowContext) async throws {
        guard let encodable = output as? any Encodable else { return }
        let result = try await FlowContext.reported(
            encodable, type: "\(Output.self)", flow: context.flowName, in: context.results)
        let bytes = result.jsonText.utf8.count
        guard bytes <= largestResult else {
            return context.logger.warning(
                "The flow's result is not kept: it has \(bytes) bytes of JSON, and \(largestResult) are the most. Return where it is, such as an object's address"
            )
        }
        services.reporter.report(.result(result))
    }
}
