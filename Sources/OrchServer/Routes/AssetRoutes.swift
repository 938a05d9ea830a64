import Hummingbird
import OrchModel
import OrchStore

/// What runs wrote.
struct AssetRoutes: Sendable {
    let store: any Store

    /// Names that a misspelt one is compared with, at most.
    private static let candidates = 1000

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, "assets", .adminOnly, query: ["dataset", "prefix", "flow-run", "limit", "after"], handler: list),
            Endpoint(
                .get, "assets/history", .adminOnly, query: ["uri", "dataset", "limit", "after"], handler: history),
            Endpoint(.get, "assets/:id", .adminOnly, handler: inspect),
        ]
    }

    private func list(_ call: APICall) async throws -> Response {
        var query = try Self.page(of: call, isLatest: true)
        query.dataset = call.query("dataset")
        query.prefix = call.query("prefix")
        query.flowRun = try await RunFinder(store: store).identifier(in: call)
        return try APIJSON.response(try await store.assets(matching: query))
    }

    private func inspect(_ call: APICall) async throws -> Response {
        let name = try call.parameter("id")
        let found: Asset?
        if let id = Identifier(name) {
            found = try await store.asset(id)
        } else {
            found = try await store.assets(matching: AssetQuery(isLatest: true, uri: name, limit: 1)).assets.first
        }
        guard let found else { throw try await missing(name, isDataset: false) }
        return try APIJSON.response(found)
    }

    private func history(_ call: APICall) async throws -> Response {
        var query = try Self.page(of: call, isLatest: false)
        query.uri = call.query("uri")
        query.dataset = call.query("dataset")
        guard (query.uri == nil) != (query.dataset == nil), let name = query.uri ?? query.dataset else {
            throw APIFailure.badRequest("the query: expected either uri (an object's address) or dataset (a name)")
        }
        let page = try await store.assets(matching: query)
        // Behind the last record there are none, which is no miss.
        if page.assets.isEmpty, query.after == nil { throw try await missing(name, isDataset: query.dataset != nil) }
        return try APIJSON.response(page)
    }

    private static func page(of call: APICall, isLatest: Bool) throws -> AssetQuery {
        var query = AssetQuery(isLatest: isLatest)
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

    private func missing(_ name: String, isDataset: Bool) async throws -> APIFailure {
        let names = try await store.assetNames(limit: Self.candidates)
        let nearest = NearestName.nearest(to: name, in: isDataset ? names.datasets : names.uris)
        let hint = nearest.first.map { ": did you mean \($0)?" } ?? ""
        let advice = names.uris.isEmpty ? ": none has been reported yet" : hint
        let what = isDataset ? "dataset" : "asset"
        return .notFound("there is no \(what) \(PlainText.quoted(name))\(advice)", details: nearest)
    }
}
