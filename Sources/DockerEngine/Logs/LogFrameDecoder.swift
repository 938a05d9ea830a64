/// Which of a container's outputs.
package enum LogStream: UInt8, Sendable, Hashable, CaseIterable {
    /// Standard output.
    case stdout = 1
    /// Standard error.
    case stderr = 2
}

/// What the daemon sends in one piece: an entry of the log, or up to 16 KiB of a long one.
package struct LogFrame: Sendable, Hashable {
    /// Which output it comes from.
    package var stream: LogStream
    /// The bytes without the header; they lie in the chunk that they came in.
    package var payload: ArraySlice<UInt8>

    /// A frame.
    package init(stream: LogStream, payload: some Collection<UInt8>) {
        self.stream = stream
        self.payload = payload as? ArraySlice<UInt8> ?? Array(payload)[...]
    }

    init(stream: LogStream, slice: ArraySlice<UInt8>) {
        self.stream = stream
        payload = slice
    }
}

/// Takes the multiplexed stream of a container without terminal apart, wherever its chunks are cut.
///
/// A frame has a header of eight bytes: the stream (0 standard input, 1 standard output, 2 standard error, 3 an error
/// of the daemon), three zeros and the length of the payload, most significant byte first
/// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach).
package struct LogFrameDecoder: Sendable {
    /// More than any daemon sends: beyond it, what was read is no header.
    static let longestPayload = 16 << 20

    /// What has come of a frame that is not whole.
    private var rest: [UInt8] = []

    /// At the start of a stream.
    package init() {}

    /// The frames that `chunk` completes.
    ///
    /// - Throws: `DockerError.malformedLogs`.
    package mutating func take(_ chunk: [UInt8]) throws(DockerError) -> [LogFrame] {
        let bytes = rest.isEmpty ? chunk : rest + chunk
        var frames: [LogFrame] = []
        var start = 0
        while let header = try Self.header(of: bytes, at: start) {
            let payload = start + 8
            guard bytes.count - payload >= header.length else { break }
            frames.append(try Self.frame(header.kind, bytes[payload..<payload + header.length]))
            start = payload + header.length
        }
        rest = start == bytes.count ? [] : Array(bytes[start...])
        return frames
    }

    /// Ends the stream; returns what has come of a frame that was cut off.
    package mutating func finish() throws(DockerError) -> LogFrame? {
        defer { rest = [] }
        guard let header = try Self.header(of: rest, at: 0), rest.count > 8 else { return nil }
        return try Self.frame(header.kind, rest[8...])
    }

    @inline(__always)
    private static func header(of bytes: [UInt8], at start: Int) throws(DockerError) -> (kind: UInt8, length: Int)? {
        guard bytes.count - start >= 8 else { return nil }
        let kind = bytes[start]
        let length =
            Int(bytes[start + 4]) << 24 | Int(bytes[start + 5]) << 16 | Int(bytes[start + 6]) << 8
            | Int(bytes[start + 7])
        guard kind <= 3, bytes[start + 1] | bytes[start + 2] | bytes[start + 3] == 0, length <= longestPayload else {
            throw .malformedLogs(reason: "\(Array(bytes[start..<start + 8])) is no header of a frame")
        }
        return (kind, length)
    }

    @inline(__always)
    private static func frame(_ kind: UInt8, _ payload: ArraySlice<UInt8>) throws(DockerError) -> LogFrame {
        guard kind != 3 else { throw .malformedLogs(reason: String(decoding: payload, as: UTF8.self)) }
        return LogFrame(stream: LogStream(rawValue: kind) ?? .stdout, slice: payload)
    }
}
