import CurlTransport
package import OrchModel

extension OrchClient {
    /// What is kept, and what a pass of retention would remove: `GET /api/retention`.
    package func retention() async throws(OrchClientError) -> RetentionStatus {
        try await get(Call(.get, "retention"))
    }

    /// Has a pass of retention begin: `POST /api/retention`; the answer is what it will remove.
    package func prune() async throws(OrchClientError) -> RetentionStatus {
        try await get(Call(.post, "retention"))
    }
}
