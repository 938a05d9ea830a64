/// Runs one flow of a program to its end and reports everything about it.
struct FlowRunner: Sendable {
    /// How a program ends, as its exit code.
    enum Exit: Int32, Sendable {
        case completed = 0
        case failed = 1
        case usage = 2
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
    func run<F: Flow>(_ type: F.Type, assignments: [String], cancellation: @Sendable () -> String) async -> Exit {
        let reporter = services.reporter
        reporter.report(.hello(.init(sdk: SDKVersion.current, flow: F.name)))
        let schema: ParameterSchema
        let values: [String: JSONValue]
        let flow: F
        do {
            schema = try FlowParameters.schema(of: type)
            let given = try schema.parse(assignments: assignments)
            values = try schema.resolve(launch.parameters.merging(given) { _, given in given })
            flow = try FlowParameters.make(type, values: values)
        } catch {
            reporter.finish(.init(type: .failed, name: "Failed", message: ReportedText.message(of: error)))
            return .usage
        }
        let shown = schema.redacted(values)
        let context = context(for: type, values: values, shown: shown)
        context.logger.info("Started \(F.name), run \(context.runID), with \(JSONValue.object(shown).jsonText)")
        let logger = context.logger
        let end = await context.conduct(flow, keep: { try reportResult($0, logger) }, cancellation: cancellation)
        reporter.finish(.init(type: end.state.type, name: end.state.name, message: end.state.message))
        return switch end.state.type {
        case .completed: .completed
        case .cancelled: .cancelled
        default: .failed
        }
    }

    private func context<F: Flow>(
        for type: F.Type, values: [String: JSONValue], shown: [String: JSONValue]
    ) -> FlowContext {
        let id = launch.attempt?.flowRun ?? .new()
        return FlowContext(
            runID: id, flowName: F.name, attempt: launch.attempt?.number ?? 1, parameters: values,
            dataInterval: launch.dataInterval, blocks: FlowBlocks(variables: variables), services: services,
            directory: Scratch(root: services.scratchRoot, run: id), childRun: nil, shownParameters: shown)
    }

    private func reportResult(_ output: some Sendable, _ logger: FlowLogger) throws {
        guard let encodable = output as? any Encodable else { return }
        let result = try JSONValue(encoding: encodable)
        let bytes = result.jsonText.utf8.count
        guard bytes <= largestResult else {
            return logger.warning(
                "The flow's result is not kept: it has \(bytes) bytes of JSON, and \(largestResult) are the most. Return where it is, such as an object's address"
            )
        }
        services.reporter.report(.result(result))
    }
}
