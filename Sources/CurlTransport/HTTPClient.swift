/// Sends requests over libcurl; one thread and one pool of connections per client.
///
/// Any number of tasks may send at once. The thread starts with the first request and ends with `shutdown()`, or when
/// the client and every body it handed out are gone.
package final class HTTPClient: Sendable {
    private let configuration: HTTPClientConfiguration
    private let engine: CurlEngine

    /// A client; nothing is opened before the first request.
    package init(configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
        self.configuration = configuration
        self.engine = CurlEngine(configuration: configuration)
    }

    deinit {
        engine.shutDown()
    }

    /// Sends a request and returns when the head of the final response is there.
    ///
    /// Cancelling the surrounding task aborts the transfer at once.
    /// - Throws: `HTTPClientError`; never for a status code.
    package func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        var follower = RedirectFollower(request: request)
        let deadline = request.timeouts.total.map { ContinuousClock.now.advanced(by: $0) }
        while true {
            let address = try URLAddress(follower.request.url)
            let transfer = try Transfer(
                request: follower.request, address: address, deadline: deadline,
                bufferLimit: configuration.bodyBufferLimit, engine: engine)
            let head = try await start(transfer)
            let response = HTTPResponse(
                status: head.status, headers: head.headers, url: URLAddress.withoutUserInfo(address.text),
                body: HTTPResponseBody(reader: BodyReader(transfer: transfer, client: self)),
                httpVersion: head.httpVersion)
            guard try follower.follow(head, from: address) else { return response }
            try await discard(response)
        }
    }

    /// Ends all transfers with `shutDown` and closes all connections; later requests fail with `shutDown`.
    /// May be called again.
    package func shutdown() {
        engine.shutDown()
    }

    private func start(_ transfer: Transfer) async throws(HTTPClientError) -> HTTPResponseHead {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.awaitHead(continuation)
                transfer.start()
            }
        } onCancel: {
            transfer.abort(.cancelled)
        }
        return try result.get()
    }

    /// Reads the short body of a redirect, so that its connection can be used again; a long one is dropped.
    private func discard(_ response: HTTPResponse) async throws(HTTPClientError) {
        guard let length = response.headers["Content-Length"].flatMap({ Int($0) }), length <= 16_384 else { return }
        do {
            _ = try await response.body.collect(upTo: length)
        } catch {
            guard error.isTransient else { throw error }
            return
        }
    }
}
