import OrchClient
import OrchModel

/// Follows a run to its end over as many connections as it takes; shows each event once.
struct RunFollower: Sendable {
    /// What events look like.
    enum Form: Sendable {
        /// Lines for a person, with a heading where another attempt begins.
        case text(FollowPrinter)
        /// One JSON object a line for each log line; no states.
        case jsonLines
    }

    var client: OrchClient
    var form: Form
    /// Where lines go.
    var write: @Sendable (String) -> Void
    /// Where remarks about the connection go.
    var remark: @Sendable (String) -> Void

    /// Which log lines are shown.
    var filter = LogFilter()
    /// Where the progress of tasks is shown; nil for nowhere.
    var status: StatusLine?

    /// Returns the run as it ended; throws where the API refuses, not where it is away for a while.
    ///
    /// - Parameters:
    ///   - start: the position after which log lines are shown. Defaults to 0, the beginning.
    ///   - headings: what is told of attempts already; nil for nothing.
    func follow(_ run: FlowRun, after start: Int64 = 0, headings: AttemptHeadings? = nil) async throws -> FlowRun {
        guard let status else { return try await followEvents(of: run, after: start, headings) }
        return try await withThrowingTaskGroup(of: FlowRun?.self) { group in
            defer {
                group.cancelAll()
                status.show(nil)
            }
            group.addTask { try await followEvents(of: run, after: start, headings) }
            group.addTask {
                try await showProgress(of: run, on: status)
                return nil
            }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            throw CancellationError()
        }
    }

    /// Shows how far tasks are until it is cancelled. Where the API is away, following the run says so.
    private func showProgress(of run: FlowRun, on status: StatusLine) async throws {
        while true {
            let line = ProgressLine.text(of: (try? await client.taskRunsAtWork(of: run.id.description)) ?? [])
            try Task.checkCancellation()
            status.show(line)
            // A run none of whose tasks tells it is asked less often.
            try await Task.sleep(for: line == nil ? .seconds(3) : .seconds(1))
        }
    }

    private func followEvents(
        of run: FlowRun, after start: Int64, _ headings: AttemptHeadings?
    ) async throws -> FlowRun {
        var position = start
        var shown: Set<RunState> = []
        var headings = headings ?? AttemptHeadings(run)
        var pause: Duration = .milliseconds(200)
        var isAway = false
        while true {
            do {
                for try await event in try await client.follow(run.id.description, after: position) {
                    if isAway { say("The API answers again.\n", remark) }
                    isAway = false
                    pause = .milliseconds(200)
                    switch event {
                    case .log(let record):
                        position = max(position, record.position)
                        guard filter.matches(record) else { continue }
                    case .state(let state): if !shown.insert(state).inserted { continue }
                    case .end(let ended): return ended
                    case .heartbeat: continue
                    }
                    try await show(event, of: run, &headings)
                }
            } catch let error as OrchClientError {
                guard !error.isCancellation else { throw CancellationError() }
                guard error.isTransient else { throw error }
                if !isAway { say("The API is away (\(error)); the run goes on, trying again.\n", remark) }
                isAway = true
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func show(_ event: RunEvent, of run: FlowRun, _ headings: inout AttemptHeadings) async throws {
        switch form {
        case .jsonLines:
            if case .log(let record) = event { say(try Output.jsonLine(record), write) }
        case .text(let printer):
            guard let line = printer.line(for: event) else { return }
            // A heading without the agent is better than none.
            let attempts = { (try? await client.attempts(of: run.id.description)) ?? [] }
            switch event {
            case .log(let record):
                if let heading = await headings.heading(before: record, attempts: attempts) { say(heading, write) }
            case .state(let state):
                if let heading = await headings.heading(before: state, attempts: attempts) { say(heading, write) }
            case .heartbeat, .end: break
            }
            say(line, write)
        }
    }

    private func say(_ text: String, _ write: (String) -> Void) {
        if let status { status.above { write(text) } } else { write(text) }
    }
}
