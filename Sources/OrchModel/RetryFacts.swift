/// What is known of a run when somebody asks what another attempt would do.
package struct RetryFacts: Sendable {
    /// A task run, and the attempt and the sub-flow it belongs to.
    package struct PastTask: Sendable {
        package var task: TaskRun
        package var attempt: Int
        /// nil = the run's own flow.
        package var flow: String?
        /// What its result is known by; nil = none was kept or taken.
        package var key: String?

        package init(task: TaskRun, attempt: Int, flow: String?, key: String? = nil) {
            self.key = key
            self.task = task
            self.attempt = attempt
            self.flow = flow
        }
    }

    package var run: FlowRun
    /// Whether it is a flow program, which has tasks, or a command, which is one whole.
    package var kind: RunEnding.Kind
    /// In the order they were first reported.
    package var tasks: [PastTask]
    /// Results that are kept, by their keys.
    package var results: [String: CacheEntry]
    /// Runs with containers of their own that it made.
    package var children: [FlowRun]

    package init(
        run: FlowRun, kind: RunEnding.Kind, tasks: [PastTask], results: [String: CacheEntry], children: [FlowRun]
    ) {
        self.run = run
        self.kind = kind
        self.tasks = tasks
        self.results = results
        self.children = children
    }
}

extension RetryFacts {
    /// What tells a task of one attempt to be the same as one of another: the flow, what its run is called, and how many of
    /// that name came before.
    private struct Place: Hashable {
        var flow: String?
        var name: String
        var ordinal: Int
    }

    /// Tasks of all attempts, each once: as the newest attempt that kept a result of it has it, else as the newest.
    private var tasksOnce: [PastTask] {
        var order: [Place] = []
        var known: [Place: PastTask] = [:]
        var counts: [Int: [Place: Int]] = [:]
        for past in tasks {
            let first = Place(flow: past.flow, name: past.task.name, ordinal: 0)
            let ordinal = counts[past.attempt]?[first] ?? 0
            counts[past.attempt, default: [:]][first] = ordinal + 1
            let place = Place(flow: past.flow, name: past.task.name, ordinal: ordinal)
            guard let earlier = known[place] else {
                order.append(place)
                known[place] = past
                continue
            }
            // An attempt that was ended before it came to look for the result says nothing about it.
            if past.key != nil || earlier.key == nil { known[place] = past }
        }
        return order.compactMap { known[$0] }
    }

    /// What another attempt would do.
    ///
    /// - Parameters:
    ///   - all: whether all is to be done again.
    ///   - refusal: why the run cannot be tried again; nil = it can.
    ///   - at: the present time.
    package func plan(all: Bool, refusal: String?, at: Timestamp) -> RetryPlan {
        var plan = RetryPlan(run: run, all: all, refusal: refusal)
        guard kind == .sdk else {
            plan.notes.append("It is a command: all of it is done again.")
            return plan
        }
        let since = all ? at : run.retry?.resultsSince
        for past in tasksOnce {
            let finding = finding(past, all: all, since: since, at: at)
            let step = RetryPlan.Step(
                task: past.task.name, flow: past.flow, state: past.task.state.name, why: finding.why)
            if finding.isTaken { plan.taken.append(step) } else { plan.repeated.append(step) }
        }
        plan.children = children.map { child in
            let isOver = child.state.type == .completed
            let isNew = since.map { child.createdAt < $0 } ?? false
            let why =
                child.ties?.place == nil
                ? "nobody knows it by its place: the flow may make another one"
                : isNew
                    ? "another one is made"
                    : isOver
                        ? "its result is taken" : child.state.type.isTerminal ? "it is tried again" : "it is waited for"
            return RetryPlan.Step(task: child.name, flow: child.flowName, state: child.state.name, why: why)
        }
        if !plan.taken.isEmpty, let digest = run.container?.imageDigest {
            plan.notes.append("Results count where \(run.image) is still the build \(digest).")
        }
        if tasks.isEmpty { plan.notes.append("No attempt has come to a task: all is done from the start.") }
        return plan
    }

    private func finding(
        _ past: PastTask, all: Bool, since: Timestamp?, at: Timestamp
    ) -> (isTaken: Bool, why: String) {
        if all { return (false, "all is to be done again") }
        guard past.task.state.type == .completed else { return (false, "it was \(past.task.state.name)") }
        guard let key = past.key else {
            return (false, "no result was kept: it has no `cache:`, or its result could not be kept")
        }
        guard let entry = results[key] else {
            return (false, "its result is not there: it was cleared, or was never kept")
        }
        let maker = "made by run \(entry.runName) at \(entry.madeAt)"
        if let since, entry.madeAt < since { return (false, "its result does not count since \(since): \(maker)") }
        guard entry.expiresAt > at else { return (false, "its result expired at \(entry.expiresAt)") }
        if !entry.codeVersion.isEmpty, let digest = run.container?.imageDigest, entry.codeVersion.hasPrefix("image "),
            entry.codeVersion != "image \(digest)"
        {
            return (false, "its result is of another build of the image (\(entry.codeVersion)): \(maker)")
        }
        return (true, maker)
    }
}
