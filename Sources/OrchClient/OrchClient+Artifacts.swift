import CurlTransport
package import OrchModel

/// Which artifacts a list holds; what is nil does not narrow it.
package struct ArtifactFilter: Sendable, Hashable {
    /// The type's name: `markdown`, `table`, `link`, `image`.
    package var type: String?
    /// The run that made it: its id, a part of it, or its name.
    package var flowRun: String?
    /// ``ArtifactPage/next`` of the page before; nil for the first page.
    package var after: String?
    /// How many at most; nil = the server's default, 50.
    package var limit: Int?

    package init(type: String? = nil, flowRun: String? = nil, after: String? = nil, limit: Int? = nil) {
        self.type = type
        self.flowRun = flowRun
        self.after = after
        self.limit = limit
    }
}

extension OrchClient {
    /// The last artifact of each key, newest first, without content: `GET /api/artifacts`.
    package func artifacts(_ filter: ArtifactFilter = ArtifactFilter()) async throws(OrchClientError) -> ArtifactPage {
        let query: [(String, String?)] = [
            ("type", filter.type), ("flow-run", filter.flowRun), ("after", filter.after),
            ("limit", filter.limit.map { "\($0)" }),
        ]
        return try await get(Call(.get, "artifacts").asking(query))
    }

    /// One artifact, by its id, or the last one of a key, with its content: `GET /api/artifacts/{id}`.
    ///
    /// - Throws: fault 404 `not_found` with the nearest keys as details.
    package func artifact(_ name: String) async throws(OrchClientError) -> Artifact {
        try await get(Call(.get, "artifacts", name))
    }

    /// Every artifact of a key, newest first, without content: `GET /api/artifacts/history`.
    ///
    /// - Parameters:
    ///   - after: ``ArtifactPage/next`` of the page before; nil for the first page.
    ///   - limit: how many at most; nil = the server's default, 50.
    /// - Throws: fault 404 `not_found` with the nearest keys as details.
    package func artifactHistory(
        of key: String, after: String? = nil, limit: Int? = nil
    ) async throws(OrchClientError) -> ArtifactPage {
        let query: [(String, String?)] = [("key", key), ("after", after), ("limit", limit.map { "\($0)" })]
        return try await get(Call(.get, "artifacts", "history").asking(query))
    }
}
