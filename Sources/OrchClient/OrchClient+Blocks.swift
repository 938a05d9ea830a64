import CurlTransport
package import OrchModel

extension OrchClient {
    /// Saves a block: `PUT /api/blocks/{type}/{name}`. A secret given as ``Secret/placeholder`` keeps its value.
    ///
    /// - Throws: fault 422 `invalid` with each bad field as a detail; 409 `conflict` where another block's environment
    ///   variable would have the same name.
    package func saveBlock(
        type: String, name: String, values: [String: JSONValue]
    ) async throws(OrchClientError) -> BlockDocument {
        try await send(Call(.put, "blocks", type, name), BlockValues(values: values))
    }

    /// All blocks, secrets hidden: `GET /api/blocks`.
    package func blocks() async throws(OrchClientError) -> [BlockDocument] {
        try await get(Call(.get, "blocks"))
    }

    /// One block, secrets hidden: `GET /api/blocks/{type}/{name}`.
    package func block(type: String, name: String) async throws(OrchClientError) -> BlockDocument {
        try await get(Call(.get, "blocks", type, name))
    }

    /// Removes a block: `DELETE /api/blocks/{type}/{name}`.
    ///
    /// - Throws: fault 409 `conflict` where another block refers to it.
    package func deleteBlock(type: String, name: String) async throws(OrchClientError) {
        _ = try await bytes(Call(.delete, "blocks", type, name), body: .none)
    }

    private struct BlockValues: Encodable {
        var values: [String: JSONValue]
    }
}
