extension FlowContext {
    /// Runs a deployment as a run of its own, in a container of its own, and waits for its end.
    ///
    /// ```swift
    /// let run = try await context.runDeployment("docker-flow", parameters: ["month": 7])
    /// ```
    ///
    /// It is a task of this flow. The same place of the flow, asking for the same, is the same run in each attempt: one that
    /// has completed is not done again, one that goes on is waited for, one that failed is tried again.
    ///
    /// - Parameters:
    ///   - deployment: `docker-flow`, or with its flow: `parent_flow_runner/docker-flow`.
    ///   - parameters: values that differ from the deployment's.
    ///   - options: how the task is named, tried again and ended; at its timeout the run is cancelled. Defaults to a task named
    ///     like the deployment.
    ///   - awaited: whether the task ends with the run, or as soon as that is made. Defaults to true.
    ///   - detached: whether the run goes on where this one is cancelled. Defaults to false.
    ///   - tags: the run's, beside the deployment's. Defaults to none.
    ///   - policy: the run's, in place of the deployment's. Defaults to the deployment's.
    ///   - dependencies: tasks that must have completed first. Defaults to none.
    /// - Returns: the run, as it ended where it was awaited.
    /// - Throws: ``ChildRunFailure`` where the run did not complete; ``OrchError/needsController(_:)`` by hand; what the
    ///   controller refuses.
    @discardableResult
    public func runDeployment(
        _ deployment: String, parameters: [String: JSONValue] = [:], options: TaskOptions? = nil, awaited: Bool = true,
        detached: Bool = false, tags: [String] = [], policy: RunPolicy? = nil,
        waitFor dependencies: [any TaskDependency] = []
    ) async throws -> ChildRun {
        let name = deployment.split(separator: "/").last.map(String.init) ?? deployment
        let request = ChildRunRequest(
            deployment: deployment, parameters: parameters, tags: tags, policy: policy,
            place: ChildPlace(key: "", attempt: ""), isAwaited: awaited, isDetached: detached)
        return try await childRun(
            request, options ?? TaskOptions(name), waitFor: dependencies, what: "the deployment \(deployment)")
    }

    /// Runs a deployment as a run of its own, and returns what that returned.
    ///
    /// ```swift
    /// let rows = try await context.runDeployment("docker-flow", parameters: ["month": 7], as: Int.self)
    /// ```
    ///
    /// - Parameters:
    ///   - deployment: `docker-flow`, or with its flow: `parent_flow_runner/docker-flow`.
    ///   - parameters: values that differ from the deployment's.
    ///   - type: the type of what it returned.
    ///   - options: how the task is named, tried again and ended. Defaults to a task named like the deployment.
    ///   - detached: whether the run goes on where this one is cancelled. Defaults to false.
    ///   - tags: the run's, beside the deployment's. Defaults to none.
    ///   - policy: the run's, in place of the deployment's. Defaults to the deployment's.
    ///   - dependencies: tasks that must have completed first. Defaults to none.
    /// - Throws: ``ChildRunResultError`` where that has another shape; and as
    ///   ``runDeployment(_:parameters:options:awaited:detached:tags:policy:waitFor:)``.
    public func runDeployment<Value: Decodable>(
        _ deployment: String, parameters: [String: JSONValue] = [:], as type: Value.Type, options: TaskOptions? = nil,
        detached: Bool = false, tags: [String] = [], policy: RunPolicy? = nil,
        waitFor dependencies: [any TaskDependency] = []
    ) async throws -> Value {
        let run = try await runDeployment(
            deployment, parameters: parameters, options: options, detached: detached, tags: tags, policy: policy,
            waitFor: dependencies)
        return try await value(of: run, as: type)
    }

    /// What a run returned, read from the flow's result store where it was too large to travel.
    ///
    /// - Throws: ``ChildRunResultError`` where it is of another shape, or cannot be read.
    public func value<Value: Decodable>(of run: ChildRun, as type: Value.Type) async throws -> Value {
        do {
            return try await resolved(run).decode(type)
        } catch {
            try Task.checkCancellation()
            let problem = run.result == nil ? "it returned nothing" : CacheText.problem(error)
            throw ChildRunResultError(run: run.name, id: run.id, expected: "\(type)", problem: problem)
        }
    }

    /// Has a run made as a task of this flow.
    func childRun(
        _ request: ChildRunRequest, _ options: TaskOptions, waitFor dependencies: [any TaskDependency], what: String,
        accepting: Set<Int> = []
    ) async throws -> ChildRun {
        guard let making = services.children else { throw OrchError.needsController(what) }
        let course = TaskCourse(self, options)
        // In the order in which the flow begins its tasks, not in that in which they come to work.
        let place = TaskPlace(
            run: making.run, parameters: parameters, name: course.name,
            ordinal: making.ordinals.next(flow: flowName, name: course.name))
        var request = request
        request.place.key = try ChildCourse.key(of: place, flow: flowName, request)
        let child = ChildCourse(making: making, request: request, context: self, accepting: accepting) {
            course.log($0, $1)
        }
        let attempt = attempt
        return try await course.run(after: dependencies, nil) {
            try await child.run(attempt: "\(attempt).\(TaskScope.current?.attempt ?? 1)")
        }.result.get()
    }
}
