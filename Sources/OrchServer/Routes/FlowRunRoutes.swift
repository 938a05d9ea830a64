import Hummingbird
import OrchModel
import OrchStore

/// Runs: make, list, read, follow, pause, suspend, resume, cancel.
struct FlowRunRoutes: Sendable {
    let store: any Store
    let wakeups: Wakeups
    let maker: RunMaker
    let canceller: RunCanceller
    let retention: RetentionKeeper
    let heartbeat: Duration

    private var finder: RunFinder { RunFinder(store: store) }

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "flow-runs", .runs, handler: create),
            Endpoint(
                .get, "flow-runs", .adminOnly,
                query: [
                    "state", "deployment", "flow", "parent", "tag", "queue", "schedule", "backfill", "due-before",
                    "before", "limit",
                ], handler: list),
            Endpoint(.get, "flow-runs/:id", .ownRun) { call in try APIJSON.response(try await run(call)) },
            Endpoint(.get, "flow-runs/:id/states", .adminOnly) { call in
                try APIJSON.response(try await store.states(of: try await run(call).id))
            },
            Endpoint(.get, "flow-runs/:id/attempts", .adminOnly) { call in
                try APIJSON.response(try await store.attempts(of: try await run(call).id))
            },
            Endpoint(.get, "flow-runs/:id/task-runs", .adminOnly, query: ["at-work"]) { call in
                let id = try await run(call).id
                let isAtWork = try call.flag("at-work")
                return try APIJSON.response(
                    isAtWork ? try await store.taskRunsAtWork(of: id) : try await store.taskRuns(of: id))
            },
            Endpoint(
                .get, "flow-runs/:id/logs", .adminOnly,
                query: ["after", "limit", "level", "since", "grep", "tail"], handler: logs),
            Endpoint(.get, "flow-runs/:id/follow", .adminOnly, query: ["after"], handler: follow),
            Endpoint(.post, "flow-runs/:id/cancel", .adminOnly, query: ["now", "abandon", "state"], handler: cancel),
            Endpoint(.put, "flow-runs/:id/note", .adminOnly, handler: note),
            Endpoint(.delete, "flow-runs/:id", .adminOnly, handler: remove),
        ]
            + RunRequest.Action.allCases.map { action in
                Endpoint(.post, "flow-runs/:id/\(action.rawValue)", .adminOnly) { call in
                    try await request(action, call)
                }
            }
    }

    private func run(_ call: APICall) async throws -> FlowRun {
        try await finder.find(try call.parameter("id"))
    }

    private func create(_ call: APICall) async throws -> Response {
        let request: FlowRunRequest = try await call.closedBody()
        let parent = try await parent(of: request, call.principal)
        let (run, isNew) = try await maker.make(
            request, parent: parent, by: call.principal.actor, at: call.now())
        wakeups.signal(.queue(run.workQueue))
        let queues = try await store.queues(at: call.now())
        let queue =
            queues.first { $0.name == run.workQueue }
            ?? WorkQueueStatus(name: run.workQueue, waiting: 0, agents: [], lastPolledAt: nil)
        return try APIJSON.response(
            FlowRunReply(run: run, queue: queue, isNew: isNew), status: isNew ? .created : .ok)
    }

    /// The run that makes the new one. A run's own key makes children of that run, or of a sub-flow in its container.
    private func parent(of request: FlowRunRequest, _ principal: Principal) async throws -> Identifier? {
        guard case .run(let own, _) = principal else { return request.parentRunID }
        guard let named = request.parentRunID, named != own else { return own }
        guard let run = try await store.run(named), try await finder.root(of: run) == own else {
            throw APIFailure(
                .forbidden, "forbidden", "this key makes child runs of run \(own) alone, not of run \(named)")
        }
        return named
    }

    private func list(_ call: APICall) async throws -> Response {
        var query = RunQuery(state: try Self.state(call.query("state")), flow: call.query("flow"))
        query.limit = Int(try call.number("limit", in: 1...1000, default: 50))
        if let parent = call.query("parent") { query.parent = try await finder.find(parent).id }
        if let deployment = call.query("deployment") {
            let parts = deployment.split(separator: "/", maxSplits: 1).map(String.init)
            query.deployment = parts.last
            if parts.count == 2 { query.flow = parts[0] }
        }
        query.tag = call.query("tag")
        query.workQueue = call.query("queue")
        if let queue = query.workQueue { try await store.checkQueue(queue) }
        (query.schedule, query.backfill) = (try identifier("schedule", call), try identifier("backfill", call))
        query.dueBefore = try call.time("due-before")
        if let before = call.query("before") { query.before = try await finder.find(before).id }
        return try APIJSON.response(try await store.runs(matching: query))
    }

    private func identifier(_ name: String, _ call: APICall) throws -> Identifier? {
        guard let text = call.query(name) else { return nil }
        guard let id = Identifier(text) else {
            throw APIFailure.badRequest("the query's \(name): expected a UUID, got \(PlainText.quoted(text))")
        }
        return id
    }

    /// A state's type or name, as it was given.
    private static func state(_ text: String?) throws -> String? {
        guard let text else { return nil }
        let known = StateType.allCases.map(\.rawValue) + RunState.narrowNames
        guard !known.contains(where: { $0.lowercased() == text.lowercased() }) else { return text }
        let nearest = NearestName.nearest(to: text, in: known.map { $0.lowercased() }, limit: 1).first
        let hint = nearest.map { "did you mean \($0)?" } ?? "expected one of \(known.joined(separator: ", "))"
        throw APIFailure.badRequest("the query's state: there is no state \(PlainText.quoted(text)); \(hint)")
    }

    private func logs(_ call: APICall) async throws -> Response {
        var query = LogQuery()
        query.after = try call.number("after", in: 0...Int64.max, default: 0)
        query.limit = Int(try call.number("limit", in: 1...10_000, default: 1000))
        if let text = call.query("level") {
            guard let level = LogRecord.Level.allCases.first(where: { $0.label == text.uppercased() }) else {
                let names = LogRecord.Level.allCases.map { $0.label.lowercased() }.joined(separator: ", ")
                throw APIFailure.badRequest(
                    "the query's level: expected one of \(names), got \(PlainText.quoted(text))")
            }
            query.level = level
        }
        query.since = try call.time("since")
        query.containing = call.query("grep")
        if call.query("tail") != nil {
            query.limit = Int(try call.number("tail", in: 1...10_000, default: 1000))
            query.isTail = true
        }
        return try APIJSON.response(try await store.logs(of: try await run(call).id, matching: query))
    }

    private func follow(_ call: APICall) async throws -> Response {
        // An event source that was cut off says itself what it saw last.
        // Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header>
        let seen = call.request.headers.first { $0.name.canonicalName == "last-event-id" }.flatMap { Int64($0.value) }
        let after = try call.number("after", in: 0...Int64.max, default: max(0, seen ?? 0))
        let accepted = call.request.headers[.accept] ?? ""
        let run = try await run(call)
        let follower = RunFollower(
            store: store, wakeups: wakeups, run: run.id, root: try await finder.root(of: run), after: after,
            heartbeat: heartbeat, form: accepted.contains("text/event-stream") ? .serverSentEvents : .lines)
        return Response(
            status: .ok, headers: [.contentType: follower.form.contentType, .cacheControl: "no-store"],
            body: ResponseBody(asyncSequence: follower))
    }

    private func cancel(_ call: APICall) async throws -> Response {
        let id = try await run(call).id
        let request = CancellationRequest(
            by: call.principal.actor, at: call.now(), isImmediate: try call.flag("now") ? true : nil)
        let isAbandoned = try call.flag("abandon")
        let state = call.query("state")
        switch try await canceller.cancel(id, request, inState: state?.uppercased()) {
        case .requested(let run, _) where isAbandoned, .unchanged(let run) where isAbandoned:
            return try APIJSON.response(WishReply(run: try await canceller.abandon(run, request), note: nil))
        case .requested(let run, _):
            // One that was Cancelling before keeps that state.
            let note = request.isImmediate == true && run.state.at < request.at ? "its grace ends now: SIGKILL" : nil
            return try APIJSON.response(WishReply(run: run, note: note))
        case .unchanged(let run):
            return try APIJSON.response(WishReply(run: run, note: Self.unchanged(run)))
        case .ended(let run):
            throw APIFailure.conflict("run \(run.name) has ended already: it is \(run.state.name)")
        case .passedOver(let run):
            throw APIFailure.conflict("run \(run.name) is \(run.state.name) by now: it was left alone")
        case .child(let run):
            throw APIFailure.conflict(
                "run \(run.name) runs inside another one's container and ends with it: cancel run "
                    + "\(try await finder.root(of: run))")
        case .unknown:
            throw APIFailure.notFound("there is no run \(id)")
        }
    }

    private func note(_ call: APICall) async throws -> Response {
        let id = try await run(call).id
        let note: RunNote = try await call.closedBody()
        try RunRequestChecks.check(note: note.note)
        guard let run = try await store.note(note.note, on: id) else {
            throw APIFailure.notFound("there is no run \(id)")
        }
        wakeups.signal(.run(id))
        return try APIJSON.response(run)
    }

    private func remove(_ call: APICall) async throws -> Response {
        let id = try await run(call).id
        switch try await store.remove(id) {
        case .removed(let run):
            retention.ask()
            return try APIJSON.response(run)
        case .refused(let run, let reason): throw APIFailure.conflict("run \(run.name) cannot be removed: \(reason)")
        case .unknown: throw APIFailure.notFound("there is no run \(id)")
        }
    }

    /// What will come of a wish that was made while the container was being stopped.
    private static func note(on run: FlowRun) -> String? {
        run.request?.suspendedBy.map {
            "its container is being stopped already, as \($0) asked: once that has ended, it waits for an agent again"
        }
    }

    /// What is said of a wish that has come true before.
    private static func unchanged(_ run: FlowRun) -> String { "already \(run.state.name), so nothing has changed" }

    private func request(_ action: RunRequest.Action, _ call: APICall) async throws -> Response {
        let id = try await run(call).id
        let request = RunRequest(action, by: call.principal.actor, at: call.now())
        switch try await store.request(request, of: id) {
        case .requested(let run):
            if let agent = run.agent { wakeups.signal(.agent(agent)) }
            if run.state.type == .scheduled { wakeups.signal(.queue(run.workQueue)) }
            wakeups.signal(.run(run.id))
            return try APIJSON.response(WishReply(run: run, note: Self.note(on: run)))
        case .unchanged(let run):
            return try APIJSON.response(
                WishReply(run: run, note: run.request == nil ? Self.unchanged(run) : "already asked for that"))
        case .refused(let run, let expected):
            throw APIFailure.conflict(
                "run \(run.name) is \(run.state.name) and cannot be \(action.participle): expected \(expected)")
        case .child(let run):
            throw APIFailure.conflict(
                "run \(run.name) runs inside another one's container and follows it: \(action.rawValue) run "
                    + "\(try await finder.root(of: run))")
        case .unknown:
            throw APIFailure.notFound("there is no run \(id)")
        }
    }
}
