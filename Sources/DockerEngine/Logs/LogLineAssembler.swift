/// A line that a container has printed.
package struct LogLine: Sendable, Hashable {
    /// Which output it comes from; always standard output where the container has a terminal.
    package var stream: LogStream
    /// When the daemon read its first piece, RFC 3339 with up to nine digits of fraction; empty where not asked for.
    package var timestamp: String
    /// The line without its newline, as the daemon kept it.
    package var bytes: [UInt8]
    /// True where the line was longer than the limit and is cut.
    package var isTruncated: Bool
    /// False for what came last, without a newline.
    package var isTerminated: Bool

    /// A line.
    package init(
        stream: LogStream, timestamp: String = "", bytes: [UInt8], isTruncated: Bool = false, isTerminated: Bool = true
    ) {
        self.stream = stream
        self.timestamp = timestamp
        self.bytes = bytes
        self.isTruncated = isTruncated
        self.isTerminated = isTerminated
    }

    /// `timestamp` as a point in time; nil where there is none.
    package var time: EngineTime? { EngineTime(rfc3339: timestamp) }
}

/// Joins frames to lines, each stream by itself.
///
/// The daemon keeps entries of at most 16 KiB: a longer line comes in several frames, each with a timestamp of its own,
/// and only the last ends in a newline.
package struct LogLineAssembler: Sendable {
    /// Bytes of a line that are kept where the caller names no limit: 1 MiB.
    package static let defaultLimit = 1 << 20

    private struct Partial {
        var timestamp = ""
        var bytes: [UInt8] = []
        var isTruncated = false
        var hasBegun = false
    }

    private let hasTimestamps: Bool
    private let limit: Int
    private var partials: [LogStream: Partial] = [:]

    /// - Parameters:
    ///   - hasTimestamps: whether each frame, or each line of a raw stream, begins with a timestamp and a space.
    ///   - limit: bytes of a line that are kept.
    package init(hasTimestamps: Bool, limit: Int = Self.defaultLimit) {
        self.hasTimestamps = hasTimestamps
        self.limit = limit
    }

    /// The lines that a frame completes.
    package mutating func take(_ frame: LogFrame) -> [LogLine] {
        var payload = frame.payload[...]
        var partial = partials[frame.stream, default: Partial()]
        if hasTimestamps {
            let timestamp = Self.dropTimestamp(from: &payload)
            if !partial.hasBegun { partial.timestamp = timestamp }
        }
        let lines = append(payload, to: &partial, of: frame.stream)
        partials[frame.stream] = partial
        return lines
    }

    /// The lines that a chunk of a raw stream completes. Its lines end in a carriage return and a newline, and a
    /// timestamp is known only at their start.
    package mutating func takeRaw(_ chunk: [UInt8]) -> [LogLine] {
        var partial = partials[.stdout, default: Partial()]
        var lines = append(chunk[...], to: &partial, of: .stdout)
        partials[.stdout] = partial
        for index in lines.indices { finishRaw(&lines[index]) }
        return lines
    }

    /// What came last, without a newline; the end of the stream.
    package mutating func finish(isRaw: Bool = false) -> [LogLine] {
        defer { partials = [:] }
        return LogStream.allCases.compactMap { stream in
            guard let partial = partials[stream], partial.hasBegun else { return nil }
            var line = Self.line(partial, of: stream, isTerminated: false)
            if isRaw { finishRaw(&line) }
            return line
        }
    }

    private func append(
        _ bytes: ArraySlice<UInt8>, to partial: inout Partial, of stream: LogStream
    ) -> [LogLine] {
        var lines: [LogLine] = []
        var rest = bytes
        while let newline = rest.firstIndex(of: 0x0A) {
            extend(&partial, by: rest[..<newline])
            lines.append(Self.line(partial, of: stream, isTerminated: true))
            rest = rest[rest.index(after: newline)...]
            // More in the same frame is of the same time.
            partial = Partial(timestamp: rest.isEmpty ? "" : partial.timestamp)
        }
        if !rest.isEmpty { extend(&partial, by: rest) }
        return lines
    }

    private func extend(_ partial: inout Partial, by bytes: ArraySlice<UInt8>) {
        partial.hasBegun = true
        let room = limit - partial.bytes.count
        partial.bytes.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { partial.isTruncated = true }
    }

    private func finishRaw(_ line: inout LogLine) {
        if line.isTerminated, !line.isTruncated, line.bytes.last == 0x0D { line.bytes.removeLast() }
        guard hasTimestamps else { return }
        var bytes = line.bytes[...]
        line.timestamp = Self.dropTimestamp(from: &bytes)
        line.bytes = Array(bytes)
    }

    private static func line(_ partial: Partial, of stream: LogStream, isTerminated: Bool) -> LogLine {
        LogLine(
            stream: stream, timestamp: partial.timestamp, bytes: partial.bytes, isTruncated: partial.isTruncated,
            isTerminated: isTerminated)
    }

    /// Cuts a timestamp and its space off; leaves bytes that begin otherwise alone and returns an empty text.
    private static func dropTimestamp(from bytes: inout ArraySlice<UInt8>) -> String {
        guard let space = bytes.prefix(40).firstIndex(of: 0x20), EngineTime(ascii: bytes[..<space]) != nil else {
            return ""
        }
        defer { bytes = bytes[bytes.index(after: space)...] }
        return String(decoding: bytes[..<space], as: UTF8.self)
    }
}
