import Hummingbird
import OrchModel
import OrchStore

/// What a run may know of others that it waits for: that they are there, and their states. Neither parameters nor results,
/// metrics or lines.
struct SensorRoutes: Sendable {
    let store: any Store
    let registry: DeploymentRegistry

    /// How many of a deployment's newest runs are looked at.
    private static let newest = 200

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "sensed-runs/:id", .runs) { call in
                let id = try call.identifier("id")
                guard let run = try await store.run(id) else { throw APIFailure.notFound("there is no run \(id)") }
                return try APIJSON.response(SensedRunReply(run: SensedRun(run)))
            },
            Endpoint(.get, "sensed-runs", .runs, handler: newest),
        ]
    }

    private func newest(_ call: APICall) async throws -> Response {
        guard let name = call.query("deployment") else {
            throw APIFailure.badRequest("the query's deployment: expected the name of one, got none")
        }
        let deployment = try await registry.find(name).deployment
        let (from, to) = (try Self.time("due-from", call), try Self.time("due-to", call))
        var query = RunQuery(deployment: deployment.name, flow: deployment.flowName)
        query.limit = from == nil && to == nil ? 1 : Self.newest
        let run = try await store.runs(matching: query).lazy.map(SensedRun.init).first { run in
            (from.map { run.due >= $0 } ?? true) && (to.map { run.due <= $0 } ?? true)
        }
        return try APIJSON.response(SensedRunReply(run: run))
    }

    private static func time(_ name: String, _ call: APICall) throws -> Timestamp? {
        guard let text = call.query(name) else { return nil }
        guard let time = Timestamp(text) else {
            throw APIFailure.badRequest(
                "the query's \(name): expected a time such as 2020-07-01T08:00:00Z, got \"\(text)\"")
        }
        return time
    }
}

extension SensedRun {
    init(_ run: FlowRun) {
        var state = run.state
        // The words of another flow's error, maybe.
        state.message = ""
        self.init(
            id: run.id, name: run.name, deploymentName: run.deploymentName, state: state,
            due: run.firstDue ?? run.scheduledFor, endedAt: run.endedAt)
    }
}
