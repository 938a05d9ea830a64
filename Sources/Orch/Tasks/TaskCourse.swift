/// The course of one task run: its attempts, and the records about them.
struct TaskCourse: Sendable {
    /// How a task run ended.
    struct End<Value> {
        var state: RunState
        var result: Result<Value, any Error>
    }

    /// What an attempt came to.
    struct Work<Value> {
        var value: Value
        /// Whether the value is an earlier run's.
        var isCached: Bool
        /// What there is to say about that; nil where nothing is.
        var note: String?
        /// What its result is known by where it is kept, sealed; nil where it is not.
        var key: String?

        init(_ value: Value, isCached: Bool = false, note: String? = nil, key: String? = nil) {
            self.key = key
            self.value = value
            self.isCached = isCached
            self.note = note
        }
    }

    let context: FlowContext
    let options: TaskOptions
    /// What the run is called.
    let name: String
    let id: Identifier
    private let details: TaskDetails?
    private var started: Timestamp?
    private(set) var attempt = 0
    /// The slots that the present attempt has; nil where it needs none.
    private var slots: HeldSlots?

    /// A task run that has not begun.
    init(_ context: FlowContext, _ options: TaskOptions, id: Identifier = .new()) {
        self.context = context
        self.options = options
        self.id = id
        var problem: String?
        let runName = Self.runName(options, context, problem: &problem)
        name = ReportedText.name(runName)
        details = Self.details(of: options, isRenamed: runName != options.name)
        if let problem { log(.warning, problem) }
    }

    /// What is known of a task beside its name and its state; nil where nothing is.
    static func details(of options: TaskOptions, isRenamed: Bool) -> TaskDetails? {
        guard isRenamed || !options.description.isEmpty || !options.tags.isEmpty else { return nil }
        return TaskDetails(
            task: isRenamed ? ReportedText.name(options.name) : nil,
            description: options.description.isEmpty ? nil : ReportedText.message(options.description),
            tags: options.tags.isEmpty ? nil : options.tags.prefix(ReportedText.mostTags).map(ReportedText.name))
    }

    /// Does the work, again where that may help, until it has ended.
    ///
    /// - Parameters:
    ///   - retryOn: whether an error is worth another attempt.
    ///   - body: one attempt.
    func run<Value>(
        retryOn: (any Error) -> Bool, _ body: (TaskCourse) async throws -> Work<Value>
    ) async -> End<Value> {
        var course = self
        let services = context.services
        context.isAtWork(id)
        defer { services.waits?.ends(id, at: services.now()) }
        while true {
            do { course.slots = try await context.services.slots.take(for: course) } catch {
                return await course.end(course.cancel(), .failure(error))
            }
            course.start()
            let end = await TaskScope.$current.withValue(course.scope) { await course.attempt(retryOn: retryOn, body) }
            if let end { return end }
        }
    }

    /// One attempt; nil where another one follows.
    private func attempt<Value>(
        retryOn: (any Error) -> Bool, _ body: (TaskCourse) async throws -> Work<Value>
    ) async -> End<Value>? {
        do {
            if Task.isCancelled {
                await slots?.giveBack()
                throw CancellationError()
            }
            // The one place where a task's work begins, and its value is known.
            let work: Work<Value>
            if let given: Work<Value> = try standIn() { work = given } else { work = try await body(self) }
            return await end(complete(work), .success(work.value))
        } catch {
            if Task.isCancelled {
                // What the run leaves to wait elsewhere was not cancelled by anybody: no hook is told.
                if context.services.waits?.isLeaving == true { return End(state: leave(), result: .failure(error)) }
                return await end(cancel(), .failure(error))
            }
            if let skipped = error as? TaskSkipped { return await end(skip(skipped), .failure(error)) }
            guard attempt <= options.retries, retryOn(error) else { return await end(fail(error), .failure(error)) }
            do {
                try await awaitRetry(error)
                return nil
            } catch {
                return await end(cancel(), .failure(error))
            }
        }
    }

    private var scope: TaskScope { TaskScope(taskRun: id, name: name, attempt: attempt, started: started) }

    /// Does work that may be left behind, once the tasks it waits for have completed.
    ///
    /// - Parameter late: whether it had to wait for its turn: then it may have been cancelled before.
    func run<Value: Sendable>(
        after dependencies: [any TaskDependency], late: Bool = false, _ cached: CachedTask<Value>?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async -> End<Value> {
        if late, Task.isCancelled {
            // It was told of when it was submitted.
            context.services.waits?.ends(id, at: context.services.now())
            return await end(cancel(), .failure(CancellationError()))
        }
        if !dependencies.isEmpty {
            report(.pending, "waits for " + dependencies.map(\.name).joined(separator: ", "))
            for dependency in dependencies {
                let other = await dependency.end
                guard other.type != .completed else { continue }
                // Of tasks that are cancelled together, this one may hear of the other's end before its own cancellation.
                if Task.isCancelled || context.submitted.isCancelled {
                    return await end(cancel(), .failure(CancellationError()))
                }
                let failure = DependencyFailure(dependency: dependency.name, stateName: other.name)
                return await end(fail(failure), .failure(failure))
            }
        }
        return await run(retryOn: options.retryOn) { course in
            try await course.leavable { try await course.work(cached, body) }
        }
    }

    /// The work of one attempt, or an earlier run's result. Its slots are given back when it is over, which may be long after
    /// it was left behind.
    func work<Value: Sendable>(
        _ cached: CachedTask<Value>?, _ body: @Sendable () async throws -> Value
    ) async throws -> Work<Value> {
        do {
            let work = if let cached { try await cached.attempt(of: self, body) } else { Work(try await body()) }
            await slots?.giveBack()
            return work
        } catch {
            await slots?.giveBack()
            throw error
        }
    }

    private func end<Value>(_ state: RunState, _ result: Result<Value, any Error>) async -> End<Value> {
        if !options.hooks.isEmpty {
            var error: (any Error)?
            if case .failure(let failure) = result { error = failure }
            let event = StateEvent(
                context: context, name: name, id: id, attempt: attempt, state: state, error: error)
            await TaskScope.$current.withValue(scope) {
                await options.hooks.run(event) { log(.warning, $0) }
            }
        }
        return End(state: state, result: result)
    }

    /// One attempt that is not waited for longer than the options say; see ``LeavableWork``.
    func leavable<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let end = await LeavableWork.run(
            limit: options.timeout, grace: options.grace, timer: context.services.limits, onEvent: tell, body)
        switch end {
        case .ended(let result): return try result.get()
        case .leftCancelled: throw CancellationError()
        case .outOfTime(let wasLeftBehind):
            throw TaskTimedOut(
                task: name, limit: options.timeout ?? .zero, wasLeftBehind: wasLeftBehind, taskRun: id)
        }
    }

    /// What a test has the attempt come to without its work; nil where it is to work.
    private func standIn<Value>() throws -> Work<Value>? {
        guard let fake = context.services.fakes?.outcome(of: options.name, run: name, attempt: attempt) else {
            return nil
        }
        switch fake {
        case .failure(let error): throw error
        case .value(let value):
            guard let value = value as? Value else {
                throw TaskFakeMisfit(
                    description:
                        "the task \"\(name)\" returns \(Value.self), and the test has it return \(type(of: value))")
            }
            return Work(value)
        case .timeout:
            guard let limit = options.timeout else {
                throw TaskFakeMisfit(description: "the task \"\(name)\" has no time limit that could pass")
            }
            tell(LeavableWork<Never>.Event.limitPassed)
            throw TaskTimedOut(task: name, limit: limit, wasLeftBehind: false, taskRun: id)
        }
    }

    private func tell<Value>(_ event: LeavableWork<Value>.Event) {
        let grace = options.grace.inSeconds
        switch event {
        case .limitPassed:
            let limit = (options.timeout ?? .zero).inSeconds
            log(.warning, "Attempt \(attempt) has taken longer than \(limit): it is cancelled, and has \(grace) to end")
        case .leftBehind:
            log(
                .error,
                "Attempt \(attempt) did not end within \(grace) of being cancelled: it is left behind, and may still be at work"
            )
        case .endedLate(let error):
            let end = error.map { "failed (\(ReportedText.message(of: $0)))" } ?? "ended"
            log(.warning, "Attempt \(attempt), which was left behind, has \(end) after all: that counts for nothing")
        }
    }

    /// Writes a line of this task, from wherever it is called.
    func log(_ level: StreamRecord.Level, _ message: @autoclosure () -> String) {
        guard level >= context.services.logLevel else { return }
        context.services.reporter.report(
            .log(.init(level, message(), logger: name, taskRun: id, flowRun: context.childRun)))
    }

    // MARK: - States

    private mutating func start() {
        attempt += 1
        if attempt == 1 {
            started = context.services.now()
            report(.running, "started")
        } else {
            report(.running, name: RunState.retryingName, "attempt \(attempt)")
        }
    }

    private func complete<Value>(_ work: Work<Value>) -> RunState {
        let attempts = attempt == 1 ? "" : " in attempt \(attempt)"
        if work.isCached {
            let note = work.note.map { ": \($0)" } ?? ""
            return report(
                .completed, name: RunState.cachedName, "taken from the cache\(attempts)\(note)", key: work.key
            ) { _ in
                .init(.info, "Taken from the cache\(attempts)\(note)")
            }
        }
        let note = work.note.map { "; not taken from the cache: \($0)" } ?? ""
        return report(.completed, "completed\(attempts)\(note)", key: work.key) { state in
            .init(.info, "Completed\(attempts) after \((state.at - (started ?? state.at)).inSeconds)")
        }
    }

    private func fail(_ error: any Error) -> RunState {
        let message = ReportedText.message(of: error)
        var name: String?
        // A task within this one may have been out of time: that is a failure like any other.
        if (error as? TaskTimedOut)?.taskRun == id { name = RunState.timedOutName }
        if attempt == 0 { name = RunState.upstreamFailedName }
        return report(.failed, name: name, message) { _ in
            .init(.error, attempt == 0 ? "Failed: \(message)" : "Failed in attempt \(attempt): \(message)")
        }
    }

    private func cancel() -> RunState {
        let moment = attempt == 0 ? "before it began" : "in attempt \(attempt)"
        return report(.cancelled, "cancelled \(moment)") { _ in .init(.warning, "Cancelled \(moment)") }
    }

    private func skip(_ skipped: TaskSkipped) -> RunState {
        let message = "skipped: \(ReportedText.message(of: skipped))"
        return report(.completed, name: RunState.skippedName, message) { _ in .init(.info, "S\(message.dropFirst())") }
    }

    private func leave() -> RunState { report(.cancelled, "ended with its container, as the run waits for something") }

    private func awaitRetry(_ error: any Error) async throws {
        let message = ReportedText.message(of: error)
        let wait = options.retryDelay.wait(after: attempt, share: context.services.randomShare)
        let left = options.retries - attempt
        let retries = left == 1 ? "1 more retry" : "\(left) more retries"
        report(.scheduled, name: RunState.awaitingRetryName, "attempt \(attempt) failed: \(message)") { _ in
            .init(
                .warning,
                "Attempt \(attempt) failed: \(message). Trying again in \(wait.inSeconds), \(retries) left after that")
        }
        try await context.services.clock.sleep(for: wait)
    }

    /// Says that the task waits for slots.
    func awaitSlot(_ shortages: [SlotShortage]) {
        let reason = shortages.map(\.text).joined(separator: "; ")
        report(.scheduled, name: RunState.awaitingSlotName, "waits for a slot: \(reason)") { _ in
            .init(.info, "Waiting for a slot: \(reason)")
        }
    }

    /// Says that the task waits for a controller that does not tell whether there are slots.
    func awaitController(_ reason: String) {
        report(.scheduled, name: RunState.awaitingSlotName, "waits for the controller to give a slot: \(reason)") { _ in
            .init(.warning, "Waiting for the controller, which has not said whether there is a slot: \(reason)")
        }
    }

    /// - Parameters:
    ///   - key: what the task's result is known by; by default nothing.
    ///   - line: what the log says of the state; by default nothing.
    @discardableResult
    private func report(
        _ type: StateType, name state: String? = nil, _ message: String, key: String? = nil,
        line: (RunState) -> StreamRecord.TaskState.Line? = { _ in nil }
    ) -> RunState {
        let state = context.services.state(type, name: state, message)
        var details = details
        if let key { details = TaskDetails(result: key).merging(details ?? TaskDetails()) }
        let line = line(state).flatMap { $0.level >= context.services.logLevel ? $0 : nil }
        context.services.reporter.report(
            .taskState(
                .init(
                    taskRun: id, name: name, flowRun: context.childRun, attempt: attempt, state: state,
                    started: started, ended: type.isTerminal ? state.at : nil, details: details, line: line)))
        return state
    }

    // MARK: - Names

    private static func runName(_ options: TaskOptions, _ context: FlowContext, problem: inout String?) -> String {
        guard let text = options.runName else { return options.name }
        // Most names are made by the caller and have no place to fill.
        guard text.contains("{{") else { return text }
        do {
            return try Template(text).render(context.shownParameters)
        } catch {
            problem = "The name \"\(text)\" cannot be made, the run is called \"\(options.name)\": \(error)"
            return options.name
        }
    }
}

extension TaskCourse.End: Sendable where Value: Sendable {}
extension TaskCourse.Work: Sendable where Value: Sendable {}
