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
            Endpoint(.get, "sensed-runs", .runs, query: ["deployment", "due-from", "due-to"], handler: newest),
        ]
    }

    private func newest(_ call: APICall) async throws -> Response {
        guard let name = call.query("deployment") else {
            throw APIFailure.badRequest("the query's deployment: expected the name of one, got none")
        }
        let deployment = try await registry.find(name).deployment
        let (from, to) = (try call.time("due-from"), try call.time("due-to"))
        var query = RunQuery(deployment: deployment.name, flow: deployment.flowName)
        query.limit = from == nil && to == nil ? 1 : Self.newest
        let run = try await store.runs(matching: query).lazy.map(SensedRun.init).first { run in
            (from.map { run.due >= $0 } ?? true) && (to.map { run.due <= $0 } ?? true)
        }
        return try APIJSON.response(SensedRunReply(run: run))
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
