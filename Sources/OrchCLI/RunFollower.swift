import OrchClient
import OrchModel

/// Follows a run to its end over as many connections as it takes; shows each event once.
struct RunFollower: Sendable {
    var client: OrchClient
    var printer: FollowPrinter
    /// Where lines go.
    var write: @Sendable (String) -> Void
    /// Where remarks about the connection go.
    var remark: @Sendable (String) -> Void

    /// Which log lines are shown.
    var filter = LogFilter()

    /// Returns the run as it ended; throws where the API refuses, not where it is away for a while.
    ///
    /// - Parameter start: the position after which log lines are shown. Defaults to 0, the beginning.
    func follow(_ run: FlowRun, after start: Int64 = 0) async throws -> FlowRun {
        var position = start
        var shown: Set<RunState> = []
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
                    if let line = printer.line(for: event) { write(line) }
                }
            } catch {
                guard !error.isCancellation else { throw CancellationError() }
                guard error.isTransient else { throw error }
                if !isAway { remark("The API is away (\(error)); the run goes on, trying again.\n") }
                isAway = true
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }
}
