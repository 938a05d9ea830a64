import CurlTransport
package import OrchModel

/// Which runs a list holds; what is nil does not narrow it.
package struct FlowRunFilter: Sendable, Hashable {
    /// A state's name or type, in any case: `Running`, `FAILED`.
    package var state: String?
    /// A deployment's short or full name.
    package var deployment: String?
    package var flow: String?
    /// The run whose children are listed; nil lists runs that have a container of their own.
    package var parent: String?
    /// A tag of theirs.
    package var tag: String?
    package var workQueue: String?
    package var schedule: Identifier?
    package var backfill: Identifier?
    /// Runs that were due before it.
    package var dueBefore: Timestamp?
    /// The run before which a further page begins.
    package var before: String?
    /// How many at most; nil = the server's default, 50.
    package var limit: Int?

    package init(
        state: String? = nil, deployment: String? = nil, flow: String? = nil, parent: String? = nil, limit: Int? = nil
    ) {
        self.state = state
        self.deployment = deployment
        self.flow = flow
        self.parent = parent
        self.limit = limit
    }
}

/// Wherever a run is asked for, `run` is its id, a unique beginning or end of it of 6 characters or more, or its name.
extension OrchClient {
    /// Makes a run of a deployment, due now: `POST /api/flow-runs`.
    ///
    /// - Throws: fault 422 `invalid` with each bad parameter or missing block as a detail; 404, 409 as
    ///   ``deployment(named:)``.
    package func createRun(_ request: FlowRunRequest) async throws(OrchClientError) -> FlowRunReply {
        try await send(Call(.post, "flow-runs"), request)
    }

    /// Runs, newest first: `GET /api/flow-runs`.
    package func runs(_ filter: FlowRunFilter = FlowRunFilter()) async throws(OrchClientError) -> [FlowRun] {
        let query: [(String, String?)] = [
            ("state", filter.state), ("deployment", filter.deployment), ("flow", filter.flow),
            ("parent", filter.parent), ("tag", filter.tag), ("queue", filter.workQueue),
            ("schedule", filter.schedule?.description),
            ("backfill", filter.backfill?.description), ("due-before", filter.dueBefore?.description),
            ("before", filter.before), ("limit", filter.limit.map { "\($0)" }),
        ]
        return try await get(Call(.get, "flow-runs").asking(query))
    }

    /// One run: `GET /api/flow-runs/{id}`.
    package func run(_ run: String) async throws(OrchClientError) -> FlowRun {
        try await get(Call(.get, "flow-runs", run))
    }

    /// The states a run has been in, oldest first: `GET /api/flow-runs/{id}/states`.
    package func states(of run: String) async throws(OrchClientError) -> [RunState] {
        try await get(Call(.get, "flow-runs", run, "states"))
    }

    /// The attempts of a run, oldest first: `GET /api/flow-runs/{id}/attempts`.
    package func attempts(of run: String) async throws(OrchClientError) -> [RunAttempt] {
        try await get(Call(.get, "flow-runs", run, "attempts"))
    }

    /// The task runs of a run: `GET /api/flow-runs/{id}/task-runs`.
    package func taskRuns(of run: String) async throws(OrchClientError) -> [TaskRun] {
        try await get(Call(.get, "flow-runs", run, "task-runs"))
    }

    /// The task runs of a run that are at work: `GET /api/flow-runs/{id}/task-runs?at-work=true`.
    package func taskRunsAtWork(of run: String) async throws(OrchClientError) -> [TaskRun] {
        try await get(Call(.get, "flow-runs", run, "task-runs").asking([("at-work", "true")]))
    }

    /// A page of a run's log: `GET /api/flow-runs/{id}/logs`.
    ///
    /// - Parameters:
    ///   - after: the position after which the page starts; 0 for the beginning.
    ///   - limit: lines at most; nil = the server's default, 1000.
    ///   - filter: which lines; all by default.
    ///   - tail: so many of the last lines in place of the first; nil for the first.
    package func logs(
        of run: String, after: Int64 = 0, limit: Int? = nil, filter: LogFilter = LogFilter(), tail: Int? = nil
    ) async throws(OrchClientError) -> LogPage {
        let query: [(String, String?)] = [
            ("after", "\(after)"), ("limit", limit.map { "\($0)" }), ("level", filter.level?.label.lowercased()),
            ("since", filter.since?.description), ("grep", filter.containing), ("tail", tail.map { "\($0)" }),
        ]
        return try await get(Call(.get, "flow-runs", run, "logs").asking(query))
    }

    /// What happens to a run, as it happens: `GET /api/flow-runs/{id}/follow`.
    ///
    /// The states so far come first, then the log after `after`, then both as they come; `.end` is the last event.
    /// A broken connection ends the sequence with an error; call again with the last position to go on.
    ///
    /// - Parameter after: the position after which log lines are sent; 0 for all of them.
    package func follow(_ run: String, after: Int64 = 0) async throws(OrchClientError) -> RunEvents {
        let call = Call(.get, "flow-runs", run, "follow").asking([("after", "\(after)")])
        let response = try await open(call, timeouts: RunEvents.timeouts)
        return RunEvents(client: self, call: call, body: response.body)
    }

    /// Asks for a run to be paused, suspended or resumed: `POST /api/flow-runs/{id}/{pause,suspend,resume}`.
    ///
    /// One that no agent holds follows at once; the answer of any other still has its old state, and the wish.
    /// One that is so already is left as it is, and the answer's note says so.
    /// - Throws: fault 409 `conflict` where the run's state forbids it.
    package func ask(_ action: RunRequest.Action, of run: String) async throws(OrchClientError) -> WishReply {
        try await get(Call(.post, "flow-runs", run, action.rawValue))
    }

    /// What another attempt of a run would do: `GET /api/flow-runs/{id}/retry`.
    ///
    /// - Parameter all: whether all is to be done again, whatever results are kept.
    package func retryPlan(of run: String, all: Bool) async throws(OrchClientError) -> RetryPlan {
        try await get(Call(.get, "flow-runs", run, "retry").asking([("all", all ? "true" : nil)]))
    }

    /// Asks for another attempt of a run that has ended: `POST /api/flow-runs/{id}/retry`.
    ///
    /// - Throws: fault 409 `conflict` where the run's state forbids it; 422 where blocks that it needs are gone.
    package func retry(_ run: String, _ request: RetryRequest) async throws(OrchClientError) -> WishReply {
        try await send(Call(.post, "flow-runs", run, "retry"), request)
    }

    /// Asks for the end of a run and of those it made; one that has not started is Cancelled at once: `POST /api/flow-runs/{id}/cancel`.
    ///
    /// - Parameters:
    ///   - isImmediate: whether its container is killed at once, with no time to end by itself. Defaults to false.
    ///   - isAbandoned: whether it is ended without its agent, where that is not heard from. Defaults to false.
    /// - Throws: fault 409 `conflict` where the run has ended otherwise, or its agent is there.
    package func cancel(
        _ run: String, isImmediate: Bool = false, isAbandoned: Bool = false, inState state: String? = nil
    ) async throws(OrchClientError) -> WishReply {
        var call = Call(.post, "flow-runs", run, "cancel")
        call.query = [("now", isImmediate), ("abandon", isAbandoned)].filter(\.1).map { ($0.0, "true") }
        if let state { call.query.append(("state", state)) }
        return try await get(call)
    }

    /// Sets what people have written about a run: `PUT /api/flow-runs/{id}/note`.
    package func note(_ note: RunNote, on run: String) async throws(OrchClientError) -> FlowRun {
        try await send(Call(.put, "flow-runs", run, "note"), note)
    }

    /// Removes a run that has ended, with its log: `DELETE /api/flow-runs/{id}`.
    ///
    /// - Throws: fault 409 `conflict` where it has not ended.
    package func remove(_ run: String) async throws(OrchClientError) -> FlowRun {
        try await get(Call(.delete, "flow-runs", run))
    }
}

/// Which lines of a log are wanted; what is nil does not narrow it.
package struct LogFilter: Hashable, Sendable {
    /// The least level.
    package var level: LogRecord.Level?
    /// The earliest time.
    package var since: Timestamp?
    /// A text that a line holds, in just this case.
    package var containing: String?

    package init(level: LogRecord.Level? = nil, since: Timestamp? = nil, containing: String? = nil) {
        self.level = level
        self.since = since
        self.containing = containing
    }

    /// Whether a line is wanted; always the one that says that there are none any more.
    package func matches(_ record: LogRecord) -> Bool {
        if record.tellsOfRemoval { return true }
        if let level, record.level < level { return false }
        if let since, record.at < since { return false }
        if let containing, !record.message.contains(containing) { return false }
        return true
    }
}
