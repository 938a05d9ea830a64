import Hummingbird
import OrchModel
import OrchStore

/// Another attempt of a run that has ended: what it would do, and the wish for it.
struct RetryRoutes: Sendable {
    let store: any Store
    let keys: ServerKeys
    let wakeups: Wakeups

    private var finder: RunFinder { RunFinder(store: store) }
    private var checks: RetryChecks { RetryChecks(store: store) }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "flow-runs/:id/retry", .adminOnly, query: ["all"], handler: plan),
            Endpoint(.post, "flow-runs/:id/retry", .adminOnly, handler: retry),
        ]
    }

    private func plan(_ call: APICall) async throws -> Response {
        let id = try await finder.find(try call.parameter("id")).id
        let all = try call.flag("all")
        let keys = keys
        let found = try await store.retryFacts(of: id) { sealed, attempt in
            ResultKeySeal(runKey: Secret(keys.runKey(run: id, attempt: attempt))).open(sealed)
        }
        guard let facts = found else { throw APIFailure.notFound("there is no run \(id)") }
        let refusal = try await refusal(of: facts.run, all: all, at: call.now())
        return try APIJSON.response(facts.plan(all: all, refusal: refusal, at: call.now()))
    }

    /// Why a run cannot be tried again; nil where it can.
    private func refusal(of run: FlowRun, all: Bool, at: Timestamp) async throws -> String? {
        if run.isInParentsContainer { return try await childRefusal(run) }
        switch RetryRequest(all: all).effect(on: run, by: "", at: at) {
        case .refuse(let reason): return reason
        case .repeated(let note): return note
        case .enter:
            if let lost = RetryChecks.lostLog(of: run) { return lost }
            let missing = try await checks.missingBlocks(of: [run])
            return missing.isEmpty ? nil : "run \(run.name) needs \(missing.joined(separator: ", "))"
        }
    }

    private func childRefusal(_ run: FlowRun) async throws -> String {
        "run \(run.name) runs inside another one's container and is tried again with it: retry run "
            + "\(try await finder.root(of: run))"
    }

    private func retry(_ call: APICall) async throws -> Response {
        let id = try await finder.find(try call.parameter("id")).id
        let request: RetryRequest = try await call.closedBody()
        if let run = try await store.run(id), run.state.type.isTerminal, !run.isInParentsContainer {
            try await checks.check([run], called: "run \(run.name)")
        }
        switch try await store.retry(request, of: id, by: call.principal.actor, at: call.now()) {
        case .requested(let run):
            wakeups.signal(.queue(run.workQueue))
            wakeups.signal(.run(run.id))
            return try APIJSON.response(WishReply(run: run))
        case .unchanged(let run, let note):
            return try APIJSON.response(WishReply(run: run, note: "\(note), so nothing has changed"))
        case .refused(_, let reason): throw APIFailure.conflict(reason)
        case .child(let run): throw APIFailure.conflict(try await childRefusal(run))
        case .unknown: throw APIFailure.notFound("there is no run \(id)")
        }
    }
}
