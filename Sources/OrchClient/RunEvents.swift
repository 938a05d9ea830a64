import CurlTransport
package import OrchModel

/// The events of one run, read from a connection that stays open.
///
/// Single pass. Ends with nil after `.end`, throws where the connection breaks or stays silent for three heartbeats.
/// The server is held back while events wait unread. Dropping the sequence closes the connection.
package struct RunEvents: AsyncSequence, Sendable {
    package typealias Element = RunEvent
    package typealias Failure = OrchClientError

    /// The server sends a heartbeat every 10 s, so 30 s of silence mean a dead connection.
    static let timeouts = HTTPTimeouts(idle: .seconds(30), total: nil)

    let client: OrchClient
    let call: OrchClient.Call
    let body: HTTPResponseBody

    package func makeAsyncIterator() -> Iterator {
        Iterator(client: client, call: call, chunks: body.makeAsyncIterator())
    }

    /// Reads events.
    package struct Iterator: AsyncIteratorProtocol {
        let client: OrchClient
        let call: OrchClient.Call
        var chunks: HTTPResponseBody.Iterator
        var lines = LineSplitter()
        var ended = false

        init(client: OrchClient, call: OrchClient.Call, chunks: HTTPResponseBody.Iterator) {
            self.client = client
            self.call = call
            self.chunks = chunks
        }

        /// The next event, heartbeats among them; nil after the last.
        package mutating func next() async throws(OrchClientError) -> RunEvent? {
            while !ended {
                if let line = lines.next() {
                    guard !line.isEmpty else { continue }
                    let event = try client.decode(line, for: call, as: RunEvent.self)
                    if case .end = event { ended = true }
                    return event
                }
                lines.append(try await chunk())
            }
            return nil
        }

        private mutating func chunk() async throws(OrchClientError) -> [UInt8] {
            do {
                if let chunk = try await chunks.next() { return chunk }
            } catch {
                throw .unreachable(url: client.url, error)
            }
            // The server ends the stream before the run when it stops.
            throw .unreachable(
                url: client.url, .closedEarly(host: client.url, received: lines.taken, expected: nil))
        }

        /// The next event, heartbeats among them; nil after the last.
        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(OrchClientError) -> RunEvent? {
            try await next()
        }
    }
}
