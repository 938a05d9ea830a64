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
        var run = TaskRun(context: self, name: name)
        return try await TaskScope.$current.withValue(TaskScope(taskRun: run.id, name: name)) {
            while true {
                run.start()
                do {
                    try Task.checkCancellation()
                    let value = try await body()
                    run.complete()
                    return value
                } catch {
                    if Task.isCancelled {
                        run.cancel()
                        throw error
                    }
                    guard run.attempt <= retries, retryOn(error) else {
                        run.fail(error)
                        throw error
                    }
                    let wait = retryDelay.wait(after: run.attempt)
                    run.awaitRetry(error, wait: wait, left: retries - run.attempt)
                    do {
                        try await services.clock.sleep(for: wait)
                    } catch {
                        run.cancel()
                        throw error
                    }
                }
            }
        }
    }
}

/// One task run: its attempts and the records about them.
private struct TaskRun {
    let context: FlowContext
    let name: String
    let id: Identifier
    let created: Timestamp
    var attempt = 0
    var attemptStarted: Timestamp

    init(context: FlowContext, name: String) {
        self.context = context
        self.name = name
        id = .new()
        created = context.services.now()
        attemptStarted = created
    }

    mutating func start() {
        attempt += 1
        attemptStarted = context.services.now()
        if attempt == 1 {
            report(.running, "started")
        } else {
            report(.running, name: "Retrying", "attempt \(attempt)")
        }
    }

    func complete() {
        let ended = report(.completed, attempt == 1 ? "completed" : "completed in attempt \(attempt)", isEnd: true)
        let attempts = attempt == 1 ? "" : " in attempt \(attempt)"
        context.logger.info("Completed\(attempts) after \(Self.shown(ended - created))")
    }

    func fail(_ error: any Error) {
        let message = ErrorMessage.text(error)
        report(.failed, message, isEnd: true)
        context.logger.error("Failed in attempt \(attempt): \(message)")
    }

    func cancel() {
        report(.cancelled, "cancelled in attempt \(attempt)", isEnd: true)
        context.logger.warning("Cancelled in attempt \(attempt)")
    }

    func awaitRetry(_ error: any Error, wait: Duration, left: Int) {
        let message = ErrorMessage.text(error)
        report(.scheduled, name: "AwaitingRetry", "attempt \(attempt) failed: \(message)")
        let retries = left == 1 ? "1 more retry" : "\(left) more retries"
        context.logger.warning(
            "Attempt \(attempt) failed: \(message). Trying again in \(Self.shown(wait)), \(retries) left after that")
    }

    @discardableResult
    private func report(_ type: StateType, name state: String? = nil, _ message: String, isEnd: Bool = false)
        -> Timestamp
    {
        let state = context.services.state(type, name: state, message)
        context.services.reporter.report(
            .taskState(
                .init(
                    taskRun: id, name: name, flowRun: context.childRun, attempt: attempt, state: state,
                    started: created, ended: isEnd ? state.at : nil)))
        return state.at
    }

    private static func shown(_ duration: Duration) -> String {
        duration.inSeconds
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

/// How an error is told to people.
enum ErrorMessage {
    /// The error's own sentence, passwords in URLs hidden; for an error without one, its type and case.
    static func text(_ error: any Error) -> String {
        let text = error is CancellationError ? "the work was cancelled" : String(describing: error)
        return JSONValue.string(text).hidingURLPasswords.stringValue ?? text
    }
}
