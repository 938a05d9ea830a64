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
    /// The bytes without the header.
    package var payload: [UInt8]

    /// A frame.
    package init(stream: LogStream, payload: [UInt8]) {
        self.stream = stream
        self.payload = payload
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

    private var buffer: [UInt8] = []

    /// At the start of a stream.
    package init() {}

    /// The frames that `chunk` completes.
    ///
    /// - Throws: `DockerError.malformedLogs`.
    package mutating func take(_ chunk: [UInt8]) throws(DockerError) -> [LogFrame] {
        buffer.append(contentsOf: chunk)
        var frames: [LogFrame] = []
        var start = 0
        while let header = try Self.header(of: buffer[start...]) {
            let payload = start + 8
            guard buffer.count - payload >= header.length else { break }
            let bytes = Array(buffer[payload..<payload + header.length])
            frames.append(try Self.frame(header.kind, bytes))
            start = payload + header.length
        }
        buffer.removeFirst(start)
        return frames
    }

    /// Ends the stream; returns what has come of a frame that was cut off.
    package mutating func finish() throws(DockerError) -> LogFrame? {
        defer { buffer = [] }
        guard let header = try Self.header(of: buffer[...]), buffer.count > 8 else { return nil }
        return try Self.frame(header.kind, Array(buffer[8...]))
    }

    private static func header(of bytes: ArraySlice<UInt8>) throws(DockerError) -> (kind: UInt8, length: Int)? {
        guard bytes.count >= 8 else { return nil }
        let header = Array(bytes.prefix(8))
        let length = header[4...].reduce(0) { $0 << 8 | Int($1) }
        guard header[0] <= 3, header[1] == 0, header[2] == 0, header[3] == 0, length <= longestPayload else {
            throw .malformedLogs(reason: "\(header) is no header of a frame")
        }
        return (header[0], length)
    }

    private static func frame(_ kind: UInt8, _ payload: [UInt8]) throws(DockerError) -> LogFrame {
        guard kind != 3 else { throw .malformedLogs(reason: String(decoding: payload, as: UTF8.self)) }
        return LogFrame(stream: LogStream(rawValue: kind) ?? .stdout, payload: payload)
    }
}
