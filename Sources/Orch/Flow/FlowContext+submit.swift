extension FlowContext {
    /// Begins a task that runs beside the flow.
    ///
    /// ```swift
    /// let january = context.submit("fetch") { try await fetch(1) }
    /// let february = context.submit("fetch", waitFor: [january]) { try await fetch(2) }
    /// let rows = try await january.value + february.value
    /// ```
    ///
    /// Up to 500 are at work at once, however many are submitted; see ``TaskFuture``.
    ///
    /// A task whose end nobody asks for is waited for at the end of the flow, and its failure is the flow's. A flow that
    /// throws, or is cancelled, cancels the tasks that are still at work; one that ignores this is left behind after 5 s.
    ///
    /// - Parameters:
    ///   - name: the task's name, for people.
    ///   - dependencies: tasks that must have completed first. Where one of them did not, the task does not run, and has
    ///     failed. Defaults to none.
    ///   - body: the work; its log lines belong to the task.
    @discardableResult
    public func submit<Value: Sendable>(
        _ name: String, waitFor dependencies: [any TaskDependency] = [],
        _ body: @escaping @Sendable () async throws -> Value
    ) -> TaskFuture<Value> {
        // There may be a hundred thousand that wait for their turn: no more of each is kept than it has.
        let id = Identifier.new()
        isAtWork(id, after: dependencies)
        return submit(id, name: ReportedText.name(name)) { late in
            await TaskCourse(self, TaskOptions(name), id: id).run(after: dependencies, late: late, nil, body)
        }
    }

    /// Begins a task that has more to it than a name; see ``submit(_:waitFor:_:)-(String,_,_)``.
    @discardableResult
    public func submit<Value: Sendable>(
        _ options: TaskOptions, waitFor dependencies: [any TaskDependency] = [],
        _ body: @escaping @Sendable () async throws -> Value
    ) -> TaskFuture<Value> {
        submit(options, cached: nil, waitFor: dependencies, body)
    }

    func submit<Value: Sendable>(
        _ options: TaskOptions, cached: CachedTask<Value>?, waitFor dependencies: [any TaskDependency],
        _ body: @escaping @Sendable () async throws -> Value
    ) -> TaskFuture<Value> {
        let course = TaskCourse(self, options)
        isAtWork(course.id, after: dependencies)
        guard let cached = cached?.begun(as: course) else {
            return submit(course.id, name: course.name) { late in
                await course.run(after: dependencies, late: late, nil, body)
            }
        }
        return submit(course.id, name: course.name) { late in
            await course.run(after: dependencies, late: late, cached, body)
        }
    }

    /// Tells the run's sensors of a task that it is at work from now on, not from when it gets its turn: a run that waits does
    /// not leave in between.
    private func isAtWork(_ task: Identifier, after dependencies: [any TaskDependency]) {
        if dependencies.isEmpty { isAtWork(task) }
    }

    /// Tells the run's sensors of a task that it is at work. To tell it twice is fine.
    func isAtWork(_ task: Identifier) {
        services.waits?.begins(task, in: TaskScope.current?.taskRun ?? insideTask, at: services.now())
    }

    private func submit<Value: Sendable>(
        _ id: Identifier, name: String, _ body: @escaping TaskWork<Value>.Body
    ) -> TaskFuture<Value> {
        let work = TaskWork(id: id, name: name, submitted: submitted, body)
        submitted.submit(work)
        return TaskFuture(work: work)
    }

    /// Begins a task that is declared elsewhere; see ``submit(_:waitFor:_:)-(String,_,_)``.
    @discardableResult
    public func submit<Input, Output>(
        _ task: FlowTask<Input, Output>, _ input: Input, waitFor dependencies: [any TaskDependency] = []
    ) -> TaskFuture<Output> {
        submit(task.options(for: input), cached: task.cached?(input), waitFor: dependencies) {
            try await task.body(self, input)
        }
    }
}

/// Why a task did not run: one that it was to wait for did not complete.
public struct DependencyFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the run of that other task was called.
    public let dependency: String
    /// The name of the state it ended in.
    public let stateName: String

    /// A sentence: what it waited for, and how that ended.
    public var description: String { "it did not run: \"\(dependency)\", which it waited for, is \(stateName)" }
}
