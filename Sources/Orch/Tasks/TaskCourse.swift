/// The course of one task run: its attempts, and the records about them.
struct TaskCourse: Sendable {
    /// How a task run ended.
    struct End<Value> {
        var state: RunState
        var result: Result<Value, any Error>
    }

    let context: FlowContext
    let options: TaskOptions
    /// What the run is called.
    let name: String
    let id: Identifier
    private let details: TaskDetails?
    private let created: Timestamp
    private(set) var attempt = 0

    /// A task run that has not begun.
    init(_ context: FlowContext, _ options: TaskOptions) {
        self.context = context
        self.options = options
        id = .new()
        created = context.services.now()
        var problem: String?
        name = Self.runName(options, context, problem: &problem)
        let details = TaskDetails(
            task: name == options.name ? nil : options.name,
            description: options.description.isEmpty ? nil : options.description,
            tags: options.tags.isEmpty ? nil : options.tags)
        self.details = details.isEmpty ? nil : details
        if let problem { log(.warning, problem) }
    }

    /// Does the work, again where that may help, until it has ended.
    ///
    /// - Parameters:
    ///   - retryOn: whether an error is worth another attempt.
    ///   - body: one attempt.
    func run<Value>(
        retryOn: (any Error) -> Bool, _ body: (TaskCourse) async throws -> Value
    ) async -> End<Value> {
        var course = self
        return await TaskScope.$current.withValue(TaskScope(taskRun: id, name: name)) {
            while true {
                course.start()
                do {
                    try Task.checkCancellation()
                    // The one place where a task's work begins, and its value is known.
                    let value = try await body(course)
                    return End(state: course.complete(), result: .success(value))
                } catch {
                    if Task.isCancelled { return End(state: course.cancel(), result: .failure(error)) }
                    guard course.attempt <= course.options.retries, retryOn(error) else {
                        return End(state: course.fail(error), result: .failure(error))
                    }
                    do {
                        try await course.awaitRetry(error)
                    } catch {
                        return End(state: course.cancel(), result: .failure(error))
                    }
                }
            }
        }
    }

    /// One attempt that is not waited for longer than the options say; see ``LeavableWork``.
    func leavable<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let end = await LeavableWork.run(limit: options.timeout, grace: options.grace, onEvent: tell, body)
        switch end {
        case .ended(let result): return try result.get()
        case .leftCancelled: throw CancellationError()
        case .outOfTime(let wasLeftBehind):
            throw TaskTimedOut(
                task: name, limit: options.timeout ?? .zero, wasLeftBehind: wasLeftBehind, taskRun: id)
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
            let end = error.map { "failed (\(ErrorMessage.text($0)))" } ?? "ended"
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
            report(.running, "started")
        } else {
            report(.running, name: RunState.retryingName, "attempt \(attempt)")
        }
    }

    private func complete() -> RunState {
        let state = report(.completed, attempt == 1 ? "completed" : "completed in attempt \(attempt)")
        let attempts = attempt == 1 ? "" : " in attempt \(attempt)"
        log(.info, "Completed\(attempts) after \((state.at - created).inSeconds)")
        return state
    }

    private func fail(_ error: any Error) -> RunState {
        let message = ErrorMessage.text(error)
        // A task within this one may have been out of time: that is a failure like any other.
        let isOutOfTime = (error as? TaskTimedOut)?.taskRun == id
        let state = report(.failed, name: isOutOfTime ? RunState.timedOutName : nil, message)
        log(.error, "Failed in attempt \(attempt): \(message)")
        return state
    }

    private func cancel() -> RunState {
        let state = report(.cancelled, "cancelled in attempt \(attempt)")
        log(.warning, "Cancelled in attempt \(attempt)")
        return state
    }

    private func awaitRetry(_ error: any Error) async throws {
        let message = ErrorMessage.text(error)
        let wait = options.retryDelay.wait(after: attempt, share: context.services.randomShare)
        report(.scheduled, name: RunState.awaitingRetryName, "attempt \(attempt) failed: \(message)")
        let left = options.retries - attempt
        let retries = left == 1 ? "1 more retry" : "\(left) more retries"
        log(
            .warning,
            "Attempt \(attempt) failed: \(message). Trying again in \(wait.inSeconds), \(retries) left after that")
        try await context.services.clock.sleep(for: wait)
    }

    @discardableResult
    private func report(_ type: StateType, name state: String? = nil, _ message: String) -> RunState {
        let state = context.services.state(type, name: state, message)
        context.services.reporter.report(
            .taskState(
                .init(
                    taskRun: id, name: name, flowRun: context.childRun, attempt: attempt, state: state,
                    started: created, ended: type.isTerminal ? state.at : nil, details: details)))
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
