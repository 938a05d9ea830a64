/// The bytes of a response, in chunks as they come.
///
/// Single pass, one reader at a time. The transfer is paused while more than the client's `bodyBufferLimit` waits.
/// Ends with nil at the end of the body, or throws once. Cancelling the reading task, or dropping the body before its
/// end, closes the connection. Content encodings are not undone.
package struct HTTPResponseBody: AsyncSequence, Sendable {
    /// A chunk, never empty.
    package typealias Element = [UInt8]
    /// Why the body broke off.
    package typealias Failure = HTTPClientError

    private let reader: BodyReader

    init(reader: BodyReader) {
        self.reader = reader
    }

    /// Reads on from where the last reader stopped.
    package func makeAsyncIterator() -> Iterator {
        Iterator(reader: reader)
    }

    /// The rest of the body in one piece.
    ///
    /// - Throws: `bodyTooLarge` when more than `limit` bytes come, which also ends the transfer.
    package func collect(upTo limit: Int) async throws(HTTPClientError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try await reader.next() {
            guard bytes.count + chunk.count <= limit else {
                reader.abandon()
                throw .bodyTooLarge(limit: limit)
            }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        return bytes
    }

    /// Reads chunks.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: BodyReader

        /// The next chunk, nil at the end.
        package mutating func next() async throws(HTTPClientError) -> [UInt8]? {
            try await reader.next()
        }

        /// The next chunk, nil at the end.
        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPClientError) -> [UInt8]? {
            try await reader.next()
        }
    }
}

/// Ties a transfer to those who hold its body: when the last one goes, the transfer is aborted.
final class BodyReader: Sendable {
    private let transfer: Transfer
    /// Held so that a client whose bodies are still being read stays alive.
    private let client: HTTPClient

    init(transfer: Transfer, client: HTTPClient) {
        self.transfer = transfer
        self.client = client
    }

    deinit {
        transfer.abort(.cancelled)
    }

    func next() async throws(HTTPClientError) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { transfer.awaitChunk($0) }
        } onCancel: {
            transfer.abort(.cancelled)
        }
        return try result.get()
    }

    func abandon() {
        transfer.abort(.cancelled)
    }
}
