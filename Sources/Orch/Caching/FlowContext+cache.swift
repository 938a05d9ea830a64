extension FlowContext {
    /// Does one step of the flow as a task, or takes the result of an earlier run; see ``CachePolicy``.
    ///
    /// - Parameters:
    ///   - name: the task's name.
    ///   - cache: what its result depends on, and for how long it is taken.
    ///   - body: the work; its log lines belong to the task.
    /// - Throws: what the last attempt threw.
    public func task<Value: Codable & Sendable>(
        _ name: String, cache: CachePolicy, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await task(TaskOptions(name), cache: cache, body)
    }

    /// Does one step of the flow as a task that has more to it than a name, or takes the result of an earlier run.
    ///
    /// - Parameters:
    ///   - options: how it is named, tried again and ended. The time that it waits for another run's result counts.
    ///   - cache: what its result depends on, and for how long it is taken.
    ///   - body: the work; its log lines belong to the task.
    /// - Throws: what the last attempt threw; ``TaskTimedOut`` where that took too long.
    public func task<Value: Codable & Sendable>(
        _ options: TaskOptions, cache: CachePolicy, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await task(options, cached: CachedTask(cache), body)
    }

    /// Begins a task that runs beside the flow, or takes the result of an earlier run; see
    /// ``submit(_:waitFor:_:)-(String,_,_)``.
    @discardableResult
    public func submit<Value: Codable & Sendable>(
        _ name: String, cache: CachePolicy, waitFor dependencies: [any TaskDependency] = [],
        _ body: @escaping @Sendable () async throws -> Value
    ) -> TaskFuture<Value> {
        submit(TaskOptions(name), cache: cache, waitFor: dependencies, body)
    }

    /// Begins a task that has more to it than a name, or takes the result of an earlier run; see
    /// ``submit(_:waitFor:_:)-(String,_,_)``.
    @discardableResult
    public func submit<Value: Codable & Sendable>(
        _ options: TaskOptions, cache: CachePolicy, waitFor dependencies: [any TaskDependency] = [],
        _ body: @escaping @Sendable () async throws -> Value
    ) -> TaskFuture<Value> {
        submit(options, cached: CachedTask(cache), waitFor: dependencies, body)
    }
}

extension FlowTask where Output: Codable {
    /// A task that takes the result of an earlier run where there is one.
    ///
    /// - Parameters:
    ///   - options: how it is named, tried again and ended.
    ///   - cache: what the result depends on, made of what the task is given.
    ///   - body: the work, done with the flow's context and what the task is given.
    ///   - runName: what a run of it is called, made of what it is given. Defaults to what the options say.
    public init(
        _ options: TaskOptions, cache: @escaping @Sendable (Input) -> CachePolicy,
        _ body: @escaping @Sendable (FlowContext, Input) async throws -> Output,
        runName: (@Sendable (Input) -> String)? = nil
    ) {
        self.init(options, body, runName: runName)
        cached = { CachedTask(cache($0)) }
    }
}
