import CurlTransport
package import OrchModel

/// Which assets a list holds; what is nil does not narrow it.
package struct AssetFilter: Sendable, Hashable {
    /// The dataset's name.
    package var dataset: String?
    /// What the object's address starts with.
    package var prefix: String?
    /// The run that wrote it: its id, a part of it, or its name.
    package var flowRun: String?
    /// ``AssetPage/next`` of the page before; nil for the first page.
    package var after: String?
    /// How many at most; nil = the server's default, 50.
    package var limit: Int?

    package init(
        dataset: String? = nil, prefix: String? = nil, flowRun: String? = nil, after: String? = nil, limit: Int? = nil
    ) {
        self.dataset = dataset
        self.prefix = prefix
        self.flowRun = flowRun
        self.after = after
        self.limit = limit
    }
}

/// What a history is asked of.
package enum AssetSubject: Sendable, Hashable {
    /// One object, by its address.
    case object(String)
    /// All objects of a dataset, by its name.
    case dataset(String)

    /// What a person means: an address has a scheme.
    package init(_ text: String) {
        self = text.contains("://") ? .object(text) : .dataset(text)
    }
}

extension OrchClient {
    /// The last record of each object, newest first: `GET /api/assets`.
    package func assets(_ filter: AssetFilter = AssetFilter()) async throws(OrchClientError) -> AssetPage {
        let query: [(String, String?)] = [
            ("dataset", filter.dataset), ("prefix", filter.prefix), ("flow-run", filter.flowRun),
            ("after", filter.after), ("limit", filter.limit.map { "\($0)" }),
        ]
        return try await get(Call(.get, "assets").asking(query))
    }

    /// One record, by its id, or the last one of an object, by its address: `GET /api/assets/{id}`.
    ///
    /// - Throws: fault 404 `not_found` with the nearest addresses as details.
    package func asset(_ name: String) async throws(OrchClientError) -> Asset {
        try await get(Call(.get, "assets", name))
    }

    /// Every record of an object or a dataset, newest first: `GET /api/assets/history`.
    ///
    /// - Parameters:
    ///   - after: ``AssetPage/next`` of the page before; nil for the first page.
    ///   - limit: how many at most; nil = the server's default, 50.
    /// - Throws: fault 404 `not_found` with the nearest names as details.
    package func assetHistory(
        of subject: AssetSubject, after: String? = nil, limit: Int? = nil
    ) async throws(OrchClientError) -> AssetPage {
        var query: [(String, String?)] = [("after", after), ("limit", limit.map { "\($0)" })]
        switch subject {
        case .object(let uri): query.append(("uri", uri))
        case .dataset(let name): query.append(("dataset", name))
        }
        return try await get(Call(.get, "assets", "history").asking(query))
    }
}
