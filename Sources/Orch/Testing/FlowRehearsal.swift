/// Runs a flow in memory, where everything around it is given: for tests of flows.
package struct FlowRehearsal: Sendable {
    /// Where its records go.
    package var report: @Sendable (StreamRecord.Kind) -> Void
    package var logLevel: StreamRecord.Level
    package var clock: any Clock<Duration>
    package var now: @Sendable () -> Timestamp
    /// How the time limits of tasks pass; nil: as time does.
    package var limits: (any LimitTimer)?
    package var randomShare: @Sendable () -> Double
    package var scratchRoot: String
    package var cache: (any ResultCache)?
    package var fakes: (any TaskFakes)?
    /// Blocks as they come to a container: documents by their variables.
    package var blockVariables: [String: String]
    package var attempt: Int
    package var dataInterval: DataInterval?

    package init(
        report: @escaping @Sendable (StreamRecord.Kind) -> Void, logLevel: StreamRecord.Level,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Timestamp, limits: (any LimitTimer)?,
        randomShare: @escaping @Sendable () -> Double, scratchRoot: String, cache: (any ResultCache)?,
        fakes: (any TaskFakes)?, blockVariables: [String: String], attempt: Int, dataInterval: DataInterval?
    ) {
        self.report = report
        self.logLevel = logLevel
        self.clock = clock
        self.now = now
        self.limits = limits
        self.randomShare = randomShare
        self.scratchRoot = scratchRoot
        self.cache = cache
        self.fakes = fakes
        self.blockVariables = blockVariables
        self.attempt = attempt
        self.dataInterval = dataInterval
    }

    /// A flow whose parameters are checked as those of a run are, templates in them filled in.
    ///
    /// - Parameters:
    ///   - configure: sets typed parameters.
    ///   - values: parameters as JSON, which win.
    /// - Throws: ``ParameterProblems``; ``OrchError/invalidParameter(flow:name:reason:)``.
    package func prepare<F: Flow>(
        _ type: F.Type, _ values: [String: JSONValue], _ configure: (inout F) -> Void
    ) throws -> (flow: F, values: [String: JSONValue], shown: [String: JSONValue]) {
        var flow = F()
        configure(&flow)
        let schema = try FlowParameters.schema(of: type)
        let given = try FlowParameters.values(of: flow).merging(values) { _, value in value }
        let facts = RunFacts(
            runID: .new(), runName: F.name, flow: F.name, deployment: F.name, scheduledFor: now(),
            dataInterval: dataInterval)
        let complete = try schema.resolve(try RunTemplates(schema).fill(given, with: facts).values)
        return (try FlowParameters.make(type, values: complete), complete, schema.redacted(complete))
    }

    /// Runs a flow that was prepared to its end.
    package func run<F: Flow>(
        _ flow: F, _ values: [String: JSONValue], shown: [String: JSONValue]
    ) async -> (state: RunState, result: Result<F.Output, any Error>) {
        let reporter = RehearsalReporter(take: report)
        let id = Identifier.new()
        let services = RunServices(
            reporter: reporter, logLevel: logLevel, clock: clock, now: now, scratchRoot: scratchRoot,
            randomShare: randomShare,
            caching: cache.map {
                ResultCaching(cache: $0, codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": "test"]), run: id)
            },
            limits: limits ?? RealLimitTimer(), fakes: fakes)
        let context = FlowContext(
            runID: id, flowName: F.name, attempt: attempt, parameters: values, dataInterval: dataInterval,
            blocks: FlowBlocks(variables: blockVariables), services: services,
            directory: Scratch(root: scratchRoot, run: id), childRun: nil, shownParameters: shown)
        let end = await context.conduct(flow) { output, _ in
            guard let encodable = output as? any Encodable else { return }
            reporter.report(.result(try JSONValue(encoding: encodable)))
        }
        reporter.finish(.init(type: end.state.type, name: end.state.name, message: end.state.message))
        return (end.state, end.result)
    }
}

/// Hands records on.
private struct RehearsalReporter: Reporter {
    let take: @Sendable (StreamRecord.Kind) -> Void

    func report(_ kind: StreamRecord.Kind) { take(kind) }
    func finish(_ outcome: RunEnding.Outcome) { take(.outcome(outcome)) }
}
