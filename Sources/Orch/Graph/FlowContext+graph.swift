extension FlowContext {
    /// Runs a graph: each node as a task, with states, attempts and logs of its own, once those before it have ended as
    /// its trigger rule wants it. Nodes that never run are reported as well, with the reason.
    ///
    /// All nodes end before this returns or throws. Where the flow is cancelled, running nodes are, and no other starts.
    ///
    /// - Returns: how the nodes ended, and what they returned.
    /// - Throws: ``GraphError/nodesFailed(_:of:)`` where a node failed, also where nodes after it ran all the same;
    ///   `CancellationError` where the flow was cancelled; ``GraphError/alreadyBuilt(_:)``.
    @discardableResult
    public func run(_ graph: Graph) async throws -> GraphResult {
        try graph.draft.check()
        let outputs = GraphOutputs(of: graph)
        var run = GraphRun(context: self, graph: graph, outputs: outputs)
        try await run.run()
        return GraphResult(outputs: outputs)
    }
}

/// One run of a graph.
private struct GraphRun {
    /// How a node's task ended.
    private enum End: Sendable {
        case success(any Sendable, chosen: Set<Int>?)
        case failure(any Error, isCancelled: Bool)
    }

    private let context: FlowContext
    private let graph: Graph
    private let outputs: GraphOutputs
    private var progress: GraphProgress
    /// Nodes in the order in which they may start; those before `next` have been started.
    private var ready: [Int] = []
    private var next = 0
    private var failures: [(node: Int, error: any Error)] = []

    init(context: FlowContext, graph: Graph, outputs: GraphOutputs) {
        self.context = context
        self.graph = graph
        self.outputs = outputs
        progress = GraphProgress(graph.shape)
    }

    mutating func run() async throws {
        take(progress.start())
        await withTaskGroup(of: (node: Int, end: End).self) { group in
            var running = 0
            while true {
                while next < ready.count, running < graph.maximumConcurrency ?? .max, !Task.isCancelled {
                    let (node, work) = (ready[next], self.work(of: ready[next]))
                    group.addTask { (node, await work()) }
                    next += 1
                    running += 1
                }
                guard let (node, end) = await group.next() else { return }
                running -= 1
                take(node, end)
            }
        }
        let unstarted = (ready[next...] + progress.untouched).sorted()
        for node in unstarted { settle(node, .cancelled, "the run was cancelled before it started") }
        if Task.isCancelled, !unstarted.isEmpty || !failures.isEmpty { throw CancellationError() }
        guard failures.isEmpty else {
            let failed = failures.sorted { $0.node < $1.node }
                .map { NodeFailure(node: graph.nodes[$0.node].name, error: $0.error) }
            throw GraphError.nodesFailed(failed, of: graph.nodes.count)
        }
    }

    /// What a node's Swift task does.
    private func work(of index: Int) -> @Sendable () async -> End {
        let (context, node, shape) = (context, graph.nodes[index], graph.shape)
        let stack = GraphScope.stack + [GraphScope(outputs: outputs, node: index)]
        return {
            do {
                return try await GraphScope.$stack.withValue(stack) {
                    let outcome = try await node.run(context, node.options) { value in
                        try Self.chosen(by: index, value, shape)
                    }
                    return End.success(outcome.value, chosen: outcome.chosen)
                }
            } catch {
                return .failure(error, isCancelled: Task.isCancelled)
            }
        }
    }

    /// Which of the nodes directly after it a node chose; `nil` where it has no choice.
    private static func chosen(by node: Int, _ value: any Sendable, _ shape: GraphShape) throws -> Set<Int>? {
        switch shape.nodes[node].kind {
        case .task: nil
        case .branch: try (value as? BranchChoice).map { try shape.chosen(by: node, $0.names) }
        case .shortCircuit: value as? Bool == false ? [] : nil
        }
    }

    private mutating func take(_ node: Int, _ end: End) {
        switch end {
        case .success(let value, let chosen):
            outputs.set(node, .success, value)
            take(progress.end(node, as: .success, choosing: chosen))
        case .failure(is TaskSkipped, isCancelled: false):
            outputs.set(node, .skipped, nil)
            take(progress.end(node, as: .skipped))
        case .failure(let error, let isCancelled):
            failures.append((node, error))
            let state: NodeState = isCancelled ? .cancelled : .failed
            outputs.set(node, state, nil)
            // Nothing follows from a cancelled run: what has not started never will.
            if !Task.isCancelled { take(progress.end(node, as: state)) }
        }
    }

    private mutating func take(_ steps: [GraphProgress.Step]) {
        for step in steps {
            switch step {
            case .run(let node): ready.append(node)
            case .settle(let node, let state, let reason): settle(node, state, reason)
            }
        }
    }

    /// Reports a node that never runs.
    private func settle(_ node: Int, _ state: NodeState, _ reason: String) {
        outputs.set(node, state, nil)
        let (services, name, id) = (context.services, ReportedText.name(graph.nodes[node].name), Identifier.new())
        let reported =
            switch state {
            case .skipped: services.state(.completed, name: RunState.skippedName, "skipped because \(reason)")
            case .cancelled: services.state(.cancelled, reason)
            case .success, .failed, .upstreamFailed:
                services.state(.failed, name: RunState.upstreamFailedName, reason)
            }
        let line =
            state == .skipped
            ? StreamRecord.TaskState.Line(.info, "Skipped because \(reason)")
            : StreamRecord.TaskState.Line(.warning, "Did not run: \(reason)")
        services.reporter.report(
            .taskState(
                .init(
                    taskRun: id, name: name, flowRun: context.childRun, attempt: 0, state: reported,
                    ended: reported.at,
                    details: TaskCourse.details(of: graph.nodes[node].options, isRenamed: false),
                    line: line.level >= services.logLevel ? line : nil)))
    }
}
