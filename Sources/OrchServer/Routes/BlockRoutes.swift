import Hummingbird
import OrchModel
import OrchStore

/// Blocks; their secrets go in and never come out here.
struct BlockRoutes: Sendable {
    let vault: BlockVault

    private struct Values: Decodable {
        var values: [String: JSONValue]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "blocks", .adminOnly) { _ in try APIJSON.response(try await vault.documents()) },
            Endpoint(.get, "blocks/:type/:name", .adminOnly) { call in
                try APIJSON.response(try await vault.document(try key(call)))
            },
            Endpoint(.put, "blocks/:type/:name", .adminOnly) { call in
                let body: Values = try await call.body()
                return try APIJSON.response(try await vault.save(try key(call), values: body.values, at: call.now()))
            },
            Endpoint(.delete, "blocks/:type/:name", .adminOnly) { call in
                try await vault.delete(try key(call))
                return APIJSON.noContent
            },
        ]
    }

    private func key(_ call: APICall) throws -> BlockKey {
        BlockKey(type: try call.parameter("type"), name: try call.parameter("name"))
    }
}
