import Hummingbird
import OrchModel
import OrchStore

/// Runs that a run makes with containers of their own, and waits for: with its own key, and for itself alone.
struct ChildRoutes: Sendable {
    let store: any Store
    let wakeups: Wakeups
    let maker: RunMaker
    let metrics: ControllerMetrics
    /// How long one waits at most before looking again.
    let recheck: Duration
    let time: ServerTime

    /// For how long an answer is held back at most, in seconds.
    private static let longestWait: Int64 = 60

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "flow-runs/:id/children", .ownRun, handler: create),
            Endpoint(.get, "flow-runs/:id/children/:child", .ownRun, query: ["wait"], handler: read),
            Endpoint(.post, "flow-runs/:id/children/:child/cancel", .ownRun, handler: cancel),
        ]
    }

    private func create(_ call: APICall) async throws -> Response {
        let parent = try await parent(call)
        let request: ChildRunRequest = try await call.body()
        let outcome = try await maker.makeChild(request, of: parent, by: call.principal, at: call.now())
        switch outcome {
        case .known(let run): return try APIJSON.response(run)
        case .created(let run), .retried(let run):
            wakeups.signal(.queue(run.workQueue))
            wakeups.signal(.run(run.id))
            return try APIJSON.response(run, status: .created)
        }
    }

    /// The run whose children are meant.
    private func parent(_ call: APICall) async throws -> FlowRun {
        let id = try call.identifier("id")
        guard let run = try await store.run(id) else { throw APIFailure.notFound("there is no run \(id)") }
        guard !run.isInParentsContainer else {
            throw APIFailure.conflict("run \(run.name) runs inside another one's container, and makes runs as that one")
        }
        return run
    }

    /// The child that the path names; 404 for any other run.
    private func child(_ call: APICall) async throws -> FlowRun {
        let (parent, id) = (try call.identifier("id"), try call.identifier("child"))
        guard let run = try await store.run(id), run.parentRunID == parent, !run.isInParentsContainer else {
            throw APIFailure.notFound("run \(parent) has made no run \(id)")
        }
        return run
    }

    /// Held back until the child has ended, where that is asked for.
    private func read(_ call: APICall) async throws -> Response {
        let wait = try call.number("wait", in: 0...Self.longestWait, default: 0)
        let waiter = Waiter(time: time)
        let registration = wakeups.register(waiter, for: [.run(try call.identifier("child"))])
        defer { withExtendedLifetime(registration) {} }
        let deadline = time.uptime() + .seconds(wait)
        while true {
            let run = try await child(call)
            let left = deadline - time.uptime()
            guard !run.state.type.isTerminal, left > .zero, !waiter.isClosed else { return try APIJSON.response(run) }
            await waiter.wait(atMost: min(left, recheck))
        }
    }

    private func cancel(_ call: APICall) async throws -> Response {
        let run = try await child(call)
        let request = CancellationRequest(by: call.principal.actor, at: call.now())
        switch try await store.requestCancellation(of: run.id, request) {
        case .requested(let run, let others):
            for run in [run] + others {
                if run.state.type.isTerminal { metrics.ended(run) }
                if let agent = run.agent { wakeups.signal(.agent(agent)) }
                wakeups.signal(.run(run.id))
            }
            return try APIJSON.response(run)
        case .unchanged(let run), .ended(let run), .child(let run), .passedOver(let run):
            return try APIJSON.response(run)
        case .unknown: throw APIFailure.notFound("there is no run \(run.id)")
        }
    }
}
