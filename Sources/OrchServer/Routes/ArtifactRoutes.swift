import Hummingbird
import OrchModel
import OrchStore

/// What runs made to be looked at.
struct ArtifactRoutes: Sendable {
    let store: any Store

    /// Keys that a misspelt one is compared with, at most.
    private static let candidates = 1000

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "artifacts", .adminOnly, query: ["type", "flow-run", "limit", "after"], handler: list),
            Endpoint(.get, "artifacts/history", .adminOnly, query: ["key", "limit", "after"], handler: history),
            Endpoint(.get, "artifacts/:id", .adminOnly, handler: inspect),
        ]
    }

    private func list(_ call: APICall) async throws -> Response {
        var query = try Self.page(of: call, isLatest: true)
        query.type = call.query("type")
        query.flowRun = try await RunFinder(store: store).identifier(in: call)
        return try APIJSON.response(try await store.artifacts(matching: query))
    }

    private func inspect(_ call: APICall) async throws -> Response {
        let name = try call.parameter("id")
        let found: Artifact?
        if let id = Identifier(name) {
            found = try await store.artifact(id)
        } else {
            found = try await store.artifact(named: name)
        }
        guard let found else { throw try await missing(name) }
        return try APIJSON.response(found)
    }

    private func history(_ call: APICall) async throws -> Response {
        var query = try Self.page(of: call, isLatest: false)
        guard let key = call.query("key") else {
            throw APIFailure.badRequest("the query: expected key, an artifact's key")
        }
        query.key = key
        let page = try await store.artifacts(matching: query)
        // Behind the last one there are none, which is no miss.
        if page.artifacts.isEmpty, query.after == nil { throw try await missing(key) }
        return try APIJSON.response(page)
    }

    private static func page(of call: APICall, isLatest: Bool) throws -> ArtifactQuery {
        var query = ArtifactQuery(isLatest: isLatest)
        query.limit = Int(try call.number("limit", in: 1...1000, default: 50))
        if let text = call.query("after") {
            guard let cursor = AssetCursor(text) else {
                throw APIFailure.badRequest(
                    "the query's after: expected the `next` of a page, got \(PlainText.quoted(text))")
            }
            query.after = cursor
        }
        return query
    }

    private func missing(_ key: String) async throws -> APIFailure {
        let keys = try await store.artifactKeys(limit: Self.candidates)
        let nearest = NearestName.nearest(to: key, in: keys)
        let hint = nearest.first.map { ": did you mean \($0)?" } ?? ""
        let advice = keys.isEmpty ? ": none has been made yet, or their runs are gone" : hint
        return .notFound("there is no artifact \(PlainText.quoted(key))\(advice)", details: nearest)
    }
}
