import Hummingbird
import OrchModel
import OrchStore

/// Schedules of deployments, and what became of their slots.
struct ScheduleRoutes: Sendable {
    let store: any Store
    let registry: DeploymentRegistry

    private var finder: ScheduleFinder { ScheduleFinder(store: store, registry: registry) }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "schedules", .adminOnly, query: ["deployment"]) { call in
                var deployment: Deployment?
                if let name = call.query("deployment") { deployment = try await registry.find(name).deployment }
                return try APIJSON.response(try await finder.list(of: deployment, at: call.now()))
            },
            Endpoint(.post, "schedules", .adminOnly, handler: save),
            Endpoint(.put, "schedules", .adminOnly, bodyLimit: 4 << 20, handler: replace),
            Endpoint(.get, "schedules/lookup", .adminOnly, query: ["name"]) { call in
                guard let name = call.query("name") else {
                    throw APIFailure.badRequest("the query's name: expected `deployment/schedule`")
                }
                return try APIJSON.response(try await finder.find(name, at: call.now()))
            },
            Endpoint(.get, "schedules/:id", .adminOnly) { call in
                try APIJSON.response(try await finder.find("\(try call.identifier("id"))", at: call.now()))
            },
            Endpoint(.post, "schedules/:id/pause", .adminOnly, handler: pause),
            Endpoint(.get, "schedules/:id/slots", .adminOnly, query: ["limit"]) { call in
                let id = try call.identifier("id")
                let limit = Int(try call.number("limit", in: 1...1000, default: 50))
                guard try await store.schedule(id) != nil else { throw ScheduleFinder.unknown("\(id)", []) }
                return try APIJSON.response(try await store.slots(ofSchedule: id, limit: limit))
            },
            Endpoint(.delete, "schedules/:id", .adminOnly) { call in
                let id = try call.identifier("id")
                guard try await store.deleteSchedule(id) else { throw ScheduleFinder.unknown("\(id)", []) }
                return APIJSON.noContent
            },
        ]
    }

    private func save(_ call: APICall) async throws -> Response {
        let request: ScheduleRequest = try await call.closedBody()
        let deployment = try await registry.find(request.deployment).deployment
        let now = call.now()
        let checks = ScheduleChecks(deployment)
        try checks.check([request.schedule], at: now)
        let known = try await store.schedules(ofDeployment: deployment.id)
        let slugs = known.readable.map(\.spec.slug) + known.unreadable.map(\.slug)
        guard slugs.count < 100 || slugs.contains(request.schedule.slug) else {
            throw APIFailure.invalid("\(deployment.fullName) has 100 schedules: expected at most so many")
        }
        let saving = try await store.saveSchedule(
            request.schedule, of: deployment.id, replaces: request.replaces ?? false, at: now)
        switch saving {
        case .exists:
            throw APIFailure.conflict(
                "\(deployment.fullName) has a schedule \"\(request.schedule.slug)\" already: give the new one another slug, or "
                    + "change that one (`orch schedule create --replace`)")
        case .noDeployment: throw APIFailure.notFound("there is no deployment \(deployment.fullName) any more")
        case .saved(let stored, let isNew):
            let reply = ScheduleReply(
                schedule: try await finder.shown(stored, at: now),
                warnings: checks.warnings([request.schedule], at: now))
            return try APIJSON.response(reply, status: isNew ? .created : .ok)
        }
    }

    private func replace(_ call: APICall) async throws -> Response {
        let request: ScheduleReplacementRequest = try await call.closedBody()
        let deployment = try await registry.find(request.deployment).deployment
        let now = call.now()
        let checks = ScheduleChecks(deployment)
        try checks.check(request.schedules, at: now)
        guard request.schedules.count <= 100 else {
            throw APIFailure.invalid(
                "at .schedules: expected 100 at most for a deployment, got \(request.schedules.count)")
        }
        let seen = request.seen.map { Dictionary($0.map { ($0.id, $0.updatedAt) }) { $1 } }
        let replacement = try await store.replaceSchedules(
            of: deployment.id, with: request.schedules, seen: seen, at: now)
        switch replacement {
        case .changed(let schedules):
            throw APIFailure.conflict(
                "somebody has changed the schedules of \(deployment.fullName) meanwhile, so nothing was done: look at them "
                    + "(`orch schedule ls \(deployment.fullName)`) and ask again",
                details: schedules.map(\.spec.slug))
        case .noDeployment: throw APIFailure.notFound("there is no deployment \(deployment.fullName) any more")
        case .done(let kept, let removed):
            let reply = ScheduleReplacementReply(
                schedules: kept.map { finder.shown($0, of: deployment, at: now) },
                removed: removed.map { finder.shown($0, of: deployment, at: now) },
                warnings: checks.warnings(request.schedules, at: now))
            return try APIJSON.response(reply)
        }
    }

    private func pause(_ call: APICall) async throws -> Response {
        let id = try call.identifier("id")
        var pause: SchedulePause = try await call.closedBody()
        if let reason = pause.reason {
            guard (1...500).contains(reason.count), PlainText.isPlain(reason) else {
                throw APIFailure.invalid("at .reason: expected 1 to 500 characters on one line")
            }
        } else if pause.isPaused {
            pause.reason = "by \(call.principal.actor)"
        }
        guard let stored = try await store.pauseSchedule(id, pause, at: call.now()) else {
            throw ScheduleFinder.unknown("\(id)", [])
        }
        return try APIJSON.response(try await finder.shown(stored, at: call.now()))
    }
}
