import CurlTransport
package import OrchModel

/// Backfills. `backfill` is an identifier, or a unique beginning or end of one of 6 digits or more.
extension OrchClient {
    /// Makes a backfill, or says what one would do: `POST /api/backfills`.
    package func createBackfill(_ request: BackfillRequest) async throws(OrchClientError) -> BackfillReply {
        try await send(Call(.post, "backfills"), request)
    }

    /// Backfills, the newest first: `GET /api/backfills`.
    package func backfills(limit: Int? = nil) async throws(OrchClientError) -> [Backfill] {
        try await get(Call(.get, "backfills").asking([("limit", limit.map { "\($0)" })]))
    }

    /// A backfill with its intervals: `GET /api/backfills/{id}`.
    package func backfill(_ backfill: String) async throws(OrchClientError) -> BackfillReply {
        try await get(Call(.get, "backfills", backfill))
    }

    /// Carries out a wish: `POST /api/backfills/{id}/{pause,resume,cancel,retry}`. Safe to repeat.
    package func changeBackfill(_ backfill: String, _ wish: String) async throws(OrchClientError) -> Backfill {
        try await get(Call(.post, "backfills", backfill, wish))
    }

    /// Says how many of its runs may be live at once: `PUT /api/backfills/{id}/limit`.
    package func limitBackfill(_ backfill: String, _ limit: BackfillLimit) async throws(OrchClientError) -> Backfill {
        try await send(Call(.put, "backfills", backfill, "limit"), limit)
    }
}
