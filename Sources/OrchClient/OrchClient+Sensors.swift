import CurlTransport
package import OrchModel

extension OrchClient {
    /// How long a look at another run may take: there is a next one.
    private static let patience = 30.0

    /// What a run may know of another one: `GET /api/sensed-runs/{id}`.
    ///
    /// - Throws: fault 404 where there is no such run.
    package func sensedRun(_ id: Identifier) async throws(OrchClientError) -> SensedRun? {
        try await get(
            Call(.get, "sensed-runs", "\(id)").answered(within: Self.patience), SensedRunReply.self
        ).run
    }

    /// The newest run of a deployment: `GET /api/sensed-runs`; nil where there is none.
    ///
    /// - Parameters:
    ///   - dueFrom: only one that was due first at this time or later counts.
    ///   - dueTo: only one that was due first at this time or earlier counts.
    /// - Throws: fault 404 where there is no such deployment.
    package func sensedRun(
        of deployment: String, dueFrom: Timestamp?, dueTo: Timestamp?
    ) async throws(OrchClientError) -> SensedRun? {
        let query: [(String, String?)] = [
            ("deployment", deployment), ("due-from", dueFrom.map { "\($0)" }), ("due-to", dueTo.map { "\($0)" }),
        ]
        return try await get(
            Call(.get, "sensed-runs").asking(query).answered(within: Self.patience), SensedRunReply.self
        ).run
    }
}
