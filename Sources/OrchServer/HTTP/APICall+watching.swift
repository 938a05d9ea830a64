import Hummingbird

extension APICall {
    /// Answers a call that may wait, with an eye on the connection. That is closed after the answer, or the refusal, as watching
    /// it has used up what may follow on it.
    ///
    /// - Parameters:
    ///   - waiter: closed when who asks has gone away.
    ///   - work: what is answered to the body.
    /// - Throws: ``WatchedFailure`` for whatever `work` throws.
    func answer(
        watching waiter: Waiter, _ work: (RequestBody) async throws -> some Encodable & Sendable
    ) async throws -> Response {
        do {
            let answer = try await request.body.consumeWithInboundCloseHandler(work) { waiter.close() }
            var response = try APIJSON.response(answer)
            response.headers[.connection] = "close"
            return response
        } catch {
            throw WatchedFailure(reason: error)
        }
    }
}

/// Why a call was refused whose connection was watched, and serves no other one.
struct WatchedFailure: Error {
    var reason: any Error
}
