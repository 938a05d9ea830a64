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

    /// Returns the run as it ended; throws where the API refuses, not where it is away for a while.
    ///
    /// - Parameters:
    ///   - start: the position after which log lines are shown. Defaults to 0, the beginning.
    ///   - headings: what is told of attempts already; nil for nothing.
    func follow(_ run: FlowRun, after start: Int64 = 0, headings: AttemptHeadings? = nil) async throws -> FlowRun {
        var position = start
        var shown: Set<RunState> = []
        var headings = headings ?? AttemptHeadings(run)
        var pause: Duration = .milliseconds(200)
        var isAway = false
        while true {
            do {
                for try await event in try await client.follow(run.id.description, after: position) {
                    if isAway { remark("The API answers again.\n") }
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
                if !isAway { remark("The API is away (\(error)); the run goes on, trying again.\n") }
                isAway = true
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func show(_ event: RunEvent, of run: FlowRun, _ headings: inout AttemptHeadings) async throws {
        switch form {
        case .jsonLines:
            if case .log(let record) = event { write(try Output.jsonLine(record)) }
        case .text(let printer):
            guard let line = printer.line(for: event) else { return }
            // A heading without the agent is better than none.
            let attempts = { (try? await client.attempts(of: run.id.description)) ?? [] }
            switch event {
            case .log(let record):
                if let heading = await headings.heading(before: record, attempts: attempts) { write(heading) }
            case .state(let state):
                if let heading = await headings.heading(before: state, attempts: attempts) { write(heading) }
            case .heartbeat, .end: break
            }
            write(line)
        }
    }
}
