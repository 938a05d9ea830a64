import Synchronization

/// How far the task at work is; see ``FlowContext/progress(total:)``.
public final class TaskProgress: Sendable {
    private struct State {
        var done = 0
        /// What was reported last, and when the next report is due.
        var reported = 0
        var next: ContinuousClock.Instant
        var nextLine: ContinuousClock.Instant
    }

    /// How often it is reported at most, but for the last of all.
    static let pause = Duration.milliseconds(500)
    /// How often the log has a line about it.
    static let linePause = Duration.seconds(10)

    /// What there is to do; nil where nobody knows.
    public let total: Int?
    private let now: @Sendable () -> ContinuousClock.Instant
    private let report: @Sendable (TaskDetails.Progress) -> Void
    private let writeLine: @Sendable (String) -> Void
    private let state: Mutex<State>

    init(
        total: Int?, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        report: @escaping @Sendable (TaskDetails.Progress) -> Void, line: @escaping @Sendable (String) -> Void
    ) {
        self.total = total
        self.now = now
        self.report = report
        writeLine = line
        let start = now()
        state = Mutex(State(next: start, nextLine: start + Self.linePause))
    }

    deinit {
        let (done, isNews) = state.withLock { ($0.done, $0.done != $0.reported) }
        if isNews { report(TaskDetails.Progress(done: done, total: total)) }
    }

    /// What is done.
    public var done: Int { state.withLock { $0.done } }

    /// Says that so much more is done.
    ///
    /// It costs next to nothing: twice a second it is reported, and every 10 s the task's log has a line about it.
    public func advance(by count: Int = 1) {
        let now = now()
        // Within the lock, so that an older number never follows a newer one.
        state.withLock { state in
            let (sum, isTooMuch) = state.done.addingReportingOverflow(count)
            state.done = isTooMuch ? .max : max(0, sum)
            let isComplete = total.map { state.done >= $0 && state.reported < $0 } ?? false
            guard now >= state.next || isComplete else { return }
            state.reported = state.done
            state.next = now + Self.pause
            let progress = TaskDetails.Progress(done: state.done, total: total)
            report(progress)
            guard now >= state.nextLine else { return }
            state.nextLine = now + Self.linePause
            writeLine(progress.text)
        }
    }
}

extension TaskDetails.Progress {
    /// `450 of 1000 (45%)`.
    fileprivate var text: String {
        guard let total, let percent else { return "\(done) done" }
        return "\(done) of \(total) (\(percent)%)"
    }
}

extension FlowContext {
    /// Tells how far the task is that calls this: `orch run` shows a bar, the task run keeps the number.
    ///
    /// ```swift
    /// let progress = context.progress(total: files.count)
    /// for file in files {
    ///     try await load(file)
    ///     progress.advance()
    /// }
    /// ```
    ///
    /// Outside of a task there is nobody to tell it of: the log alone has its lines.
    ///
    /// - Parameter total: what there is to do. Defaults to nil: nobody knows.
    public func progress(total: Int? = nil) -> TaskProgress {
        let logger = logger
        let services = services
        let childRun = childRun
        let task = TaskScope.current
        return TaskProgress(
            total: total,
            report: { progress in
                guard let task else { return }
                // A state that says nothing new but how far it is: programs that do not know it lose nothing.
                let state = services.state(
                    .running, name: task.attempt > 1 ? RunState.retryingName : nil, "attempt \(task.attempt)")
                services.reporter.report(
                    .taskState(
                        .init(
                            taskRun: task.taskRun, name: task.name, flowRun: childRun, attempt: task.attempt,
                            state: state, started: task.started, details: TaskDetails(progress: progress))))
            }, line: { logger.log(.info, $0, of: task) })
    }
}
