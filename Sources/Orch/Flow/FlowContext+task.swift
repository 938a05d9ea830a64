extension FlowContext {
    /// Does one step of the flow as a task: with its own states, attempts, duration and logs.
    ///
    /// An error of the last attempt is thrown on as it is. A cancelled task is not tried again.
    ///
    /// - Parameters:
    ///   - name: the task's name, for people.
    ///   - retries: how often it is tried again after it failed. Defaults to 0.
    ///   - retryDelay: the wait before it is tried again. Defaults to none.
    ///   - retryOn: whether an error is worth another attempt. Defaults to every error.
    ///   - body: the work; its log lines belong to the task.
    public func task<Value>(
        _ name: String, retries: Int = 0, retryDelay: RetryDelay = .none,
        retryOn: (any Error) -> Bool = { _ in true }, _ body: () async throws -> Value
    ) async throws -> Value {
        let options = TaskOptions(name, retries: retries, retryDelay: retryDelay)
        return try await TaskCourse(self, options).run(retryOn: retryOn) { _ in .init(try await body()) }.result.get()
    }

    /// Does one step of the flow as a task that has more to it than a name and retries.
    ///
    /// - Parameters:
    ///   - options: how it is named, tried again and ended.
    ///   - body: the work; its log lines belong to the task.
    /// - Throws: what the last attempt threw; ``TaskTimedOut`` where that took too long.
    public func task<Value: Sendable>(
        _ options: TaskOptions, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await task(options, cached: nil, body)
    }

    func task<Value: Sendable>(
        _ options: TaskOptions, cached: CachedTask<Value>?, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let course = TaskCourse(self, options)
        let cached = cached?.begun(as: course)
        return try await course.run(retryOn: options.retryOn) { course in
            options.timeout == nil
                ? try await course.work(cached, body)
                : try await course.leavable { try await course.work(cached, body) }
        }.result.get()
    }

    /// Does a task that is declared elsewhere.
    ///
    /// - Parameters:
    ///   - task: the task.
    ///   - input: what it is given.
    /// - Throws: what the last attempt threw.
    public func task<Input, Output>(_ task: FlowTask<Input, Output>, _ input: Input) async throws -> Output {
        try await self.task(task.options(for: input), cached: task.cached?(input)) { try await task.body(self, input) }
    }
}

extension Duration {
    /// `1.204 s`: seconds with three decimals.
    var inSeconds: String {
        let (seconds, attoseconds) = components
        let milliseconds = String(attoseconds.magnitude / 1_000_000_000_000_000)
        return "\(seconds)." + String(repeating: "0", count: max(0, 3 - milliseconds.count)) + milliseconds + " s"
    }
}
