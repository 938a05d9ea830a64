/// The body of a request.
package enum HTTPRequestBody: Sendable {
    /// No body; verbs that expect one send `Content-Length: 0`.
    case none
    /// Bytes in memory.
    case bytes([UInt8])
    /// A range of a file, read while it is sent.
    case file(path: String, offset: Int64, length: Int64)
    /// Chunks asked for one after the other as the peer takes them; nil ends the body. Sent with a `Content-Length`
    /// where `length` is known, else chunked. `next` runs in a task that is cancelled when the transfer ends.
    case stream(length: Int64?, next: @Sendable () async throws -> [UInt8]?)
}
