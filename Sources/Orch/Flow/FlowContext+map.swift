extension FlowContext {
    /// Does a task for each element of a sequence, several at once.
    ///
    /// ```swift
    /// let rows = try await context.map("load", 1...12, concurrency: 4) { month in try await load(month) }
    /// ```
    ///
    /// The runs are called `load[0]`, `load[1]` and so on. No element is an empty list and no task. Where a task fails, the
    /// others go on.
    ///
    /// - Parameters:
    ///   - name: the task's name, for people.
    ///   - items: what the task is done for.
    ///   - concurrency: how many are at work at the same time at most. Defaults to 8; less than 1 is 1.
    ///   - body: the work; its log lines belong to the task.
    /// - Returns: what the tasks returned, in the order of `items`.
    /// - Throws: ``TaskFailures`` once all have ended, naming those that failed; `CancellationError`.
    public func map<Items: Sequence, Value: Sendable>(
        _ name: String, _ items: Items, concurrency: Int = 8,
        _ body: @escaping @Sendable (Items.Element) async throws -> Value
    ) async throws -> [Value] where Items.Element: Sendable {
        try await map(TaskOptions(name), items, concurrency: concurrency, body)
    }

    /// Does a task that has more to it than a name for each element of a sequence.
    ///
    /// - Parameters:
    ///   - options: how each is named, tried again and ended.
    ///   - items: what the task is done for.
    ///   - concurrency: how many are at work at the same time at most. Defaults to 8; less than 1 is 1.
    ///   - stopsOnFailure: whether the first failure cancels those at work, and begins no further ones. Defaults to false.
    ///   - body: the work; its log lines belong to the task.
    /// - Returns: what the tasks returned, in the order of `items`.
    /// - Throws: ``TaskFailures`` once all have ended, naming those that failed; `CancellationError`.
    public func map<Items: Sequence, Value: Sendable>(
        _ options: TaskOptions, _ items: Items, concurrency: Int = 8, stopsOnFailure: Bool = false,
        _ body: @escaping @Sendable (Items.Element) async throws -> Value
    ) async throws -> [Value] where Items.Element: Sendable {
        try await mapping(items, concurrency, stopsOnFailure) { index, item in
            var options = options
            options.runName = "\(options.runName ?? options.name)[\(index)]"
            return (options, nil, { try await body(item) })
        }
    }

    /// Does a task that is declared elsewhere for each element of a sequence.
    ///
    /// - Parameters:
    ///   - task: the task. Its runs are called by its `runName`; without one, by its name and a number in brackets.
    ///   - inputs: what it is given.
    ///   - concurrency: how many are at work at the same time at most. Defaults to 8; less than 1 is 1.
    ///   - stopsOnFailure: whether the first failure cancels those at work, and begins no further ones. Defaults to false.
    /// - Returns: what the tasks returned, in the order of `inputs`.
    /// - Throws: ``TaskFailures`` once all have ended, naming those that failed; `CancellationError`.
    public func map<Inputs: Sequence, Output>(
        _ task: FlowTask<Inputs.Element, Output>, _ inputs: Inputs, concurrency: Int = 8, stopsOnFailure: Bool = false
    ) async throws -> [Output] {
        try await mapping(inputs, concurrency, stopsOnFailure) { index, input in
            var options = task.options(for: input)
            if task.runName == nil { options.runName = "\(options.runName ?? options.name)[\(index)]" }
            return (options, task.cached?(input), { try await task.body(self, input) })
        }
    }

    private func mapping<Items: Sequence, Value: Sendable>(
        _ items: Items, _ concurrency: Int, _ stopsOnFailure: Bool,
        _ task: (Int, Items.Element) -> (TaskOptions, CachedTask<Value>?, @Sendable () async throws -> Value)
    ) async throws -> [Value] {
        var ends: [Result<Value, any Error>?] = []
        var failures: [(index: Int, failure: TaskFailures.Failure)] = []
        await withTaskGroup(of: (Int, String, TaskCourse.End<Value>).self) { group in
            var rest = items.makeIterator()
            var atWork = 0
            var isStopped = false
            while true {
                while atWork < max(1, concurrency), !isStopped, !Task.isCancelled, let item = rest.next() {
                    let index = ends.count
                    let (options, cached, body) = task(index, item)
                    let course = TaskCourse(self, options)
                    let begun = cached?.begun(as: course)
                    ends.append(nil)
                    group.addTask { (index, course.name, await course.run(after: [], begun, body)) }
                    atWork += 1
                }
                guard let (index, name, end) = await group.next() else { return }
                atWork -= 1
                ends[index] = end.result
                guard end.state.type == .failed, case .failure(let error) = end.result else { continue }
                failures.append((index, .init(task: name, error: error)))
                if stopsOnFailure {
                    isStopped = true
                    group.cancelAll()
                }
            }
        }
        try Task.checkCancellation()
        guard failures.isEmpty else {
            failures.sort { $0.index < $1.index }
            throw TaskFailures(failures: failures.map(\.failure), total: ends.count)
        }
        return try ends.compactMap { try $0?.get() }
    }
}
