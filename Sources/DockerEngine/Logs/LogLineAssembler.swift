import Glibc

/// A line that a container has printed, or a part of a very long one.
package struct LogLine: Sendable, Hashable {
    /// Which output it comes from; always standard output where the container has a terminal.
    package var stream: LogStream
    /// When the daemon read its first piece; nil where not asked for.
    package var time: EngineTime?
    /// The line without its newline, as the daemon kept it.
    package var bytes: [UInt8]
    /// 0 for a whole line; of one longer than the limit, the number of this part, from 1.
    package var part: Int
    /// False for what came last, without a newline.
    package var isTerminated: Bool

    /// A line.
    package init(
        stream: LogStream, time: EngineTime? = nil, bytes: [UInt8], part: Int = 0, isTerminated: Bool = true
    ) {
        self.stream = stream
        self.time = time
        self.bytes = bytes
        self.part = part
        self.isTerminated = isTerminated
    }
}

/// Joins frames to lines, each stream by itself.
///
/// The daemon keeps entries of at most 16 KiB: a longer line comes in several frames, each with a timestamp of its own,
/// and only the last ends in a newline. A line longer than the limit is handed out in parts, none cut inside a character.
package struct LogLineAssembler: Sendable {
    /// The longest line in one piece where the caller names no limit: 1 MiB.
    package static let defaultLimit = 1 << 20

    private struct Partial {
        var time: EngineTime?
        var bytes: [UInt8] = []
        var part = 0
        var hasBegun = false
    }

    private let hasTimestamps: Bool
    private let limit: Int
    private var stdout = Partial()
    private var stderr = Partial()

    /// - Parameters:
    ///   - hasTimestamps: whether each frame, or each line of a raw stream, begins with a timestamp and a space.
    ///   - limit: bytes of a line that are handed out in one piece, at least 4.
    package init(hasTimestamps: Bool, limit: Int = Self.defaultLimit) {
        self.hasTimestamps = hasTimestamps
        self.limit = max(4, limit)
    }

    /// The lines that a frame completes.
    package mutating func take(_ frame: LogFrame) -> [LogLine] {
        var lines: [LogLine] = []
        take(frame, into: &lines)
        return lines
    }

    /// Adds the lines that a frame completes.
    mutating func take(_ frame: LogFrame, into lines: inout [LogLine]) {
        var payload = frame.payload
        let time = hasTimestamps ? Self.dropTime(from: &payload) : nil
        switch frame.stream {
        case .stdout: append(payload, at: time, to: &stdout, of: .stdout, into: &lines)
        case .stderr: append(payload, at: time, to: &stderr, of: .stderr, into: &lines)
        }
    }

    /// The lines that a chunk of a raw stream completes. Its lines end in a carriage return and a newline, and a
    /// timestamp is known only at their start.
    package mutating func takeRaw(_ chunk: [UInt8]) -> [LogLine] {
        var lines: [LogLine] = []
        append(chunk[...], at: nil, to: &stdout, of: .stdout, into: &lines)
        for index in lines.indices { finishRaw(&lines[index]) }
        return lines
    }

    /// What came last, without a newline; the end of the stream.
    package mutating func finish(isRaw: Bool = false) -> [LogLine] {
        defer { (stdout, stderr) = (Partial(), Partial()) }
        return [(LogStream.stdout, stdout), (.stderr, stderr)].compactMap { stream, partial in
            guard partial.hasBegun else { return nil }
            var line = Self.line(partial, of: stream, isTerminated: false)
            if isRaw { finishRaw(&line) }
            return line
        }
    }

    private func append(
        _ bytes: ArraySlice<UInt8>, at time: EngineTime?, to partial: inout Partial, of stream: LogStream,
        into lines: inout [LogLine]
    ) {
        if !partial.hasBegun { partial.time = time }
        var rest = bytes
        while let newline = Self.newline(in: rest) {
            let text = rest[..<newline]
            if partial.hasBegun || text.count > limit {
                extend(&partial, by: text, of: stream, into: &lines)
                lines.append(Self.line(partial, of: stream, isTerminated: true))
            } else {
                lines.append(LogLine(stream: stream, time: partial.time, bytes: Array(text)))
            }
            rest = rest[(newline + 1)...]
            // More in the same frame is of the same time.
            partial = Partial(time: rest.isEmpty ? nil : partial.time)
        }
        if !rest.isEmpty { extend(&partial, by: rest, of: stream, into: &lines) }
    }

    /// Adds bytes to a line that has not ended; what is beyond the limit becomes its next part.
    private func extend(
        _ partial: inout Partial, by bytes: ArraySlice<UInt8>, of stream: LogStream, into lines: inout [LogLine]
    ) {
        partial.hasBegun = true
        var rest = bytes
        while partial.bytes.count + rest.count > limit {
            let room = limit - partial.bytes.count
            partial.bytes.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            let carried = Self.endOfCharacter(partial.bytes, before: rest.first)
            partial.bytes.removeLast(carried.count)
            partial.part += 1
            lines.append(LogLine(stream: stream, time: partial.time, bytes: partial.bytes, part: partial.part))
            partial.bytes = carried
        }
        partial.bytes.append(contentsOf: rest)
    }

    /// The bytes at the end that belong to a character which goes on with `next`: at most three.
    private static func endOfCharacter(_ bytes: [UInt8], before next: UInt8?) -> [UInt8] {
        guard let next, next & 0xC0 == 0x80 else { return [] }
        let end = bytes.suffix(3)
        guard let start = end.lastIndex(where: { $0 & 0xC0 != 0x80 }), bytes[start] >= 0xC0 else { return [] }
        return Array(end[start...])
    }

    private func finishRaw(_ line: inout LogLine) {
        if line.isTerminated, line.bytes.last == 0x0D { line.bytes.removeLast() }
        guard hasTimestamps, line.part <= 1 else { return }
        var bytes = line.bytes[...]
        line.time = Self.dropTime(from: &bytes)
        line.bytes = Array(bytes)
    }

    private static func line(_ partial: Partial, of stream: LogStream, isTerminated: Bool) -> LogLine {
        LogLine(
            stream: stream, time: partial.time, bytes: partial.bytes, part: partial.part == 0 ? 0 : partial.part + 1,
            isTerminated: isTerminated)
    }

    @inline(__always)
    private static func newline(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, let found = memchr(base, 0x0A, buffer.count) else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(found) - base)
        }
    }

    /// Cuts a timestamp and its space off; leaves bytes that begin otherwise alone and returns nil.
    @inline(__always)
    private static func dropTime(from bytes: inout ArraySlice<UInt8>) -> EngineTime? {
        let end = bytes.startIndex + min(40, bytes.count)
        var space = bytes.startIndex
        while space < end, bytes[space] != 0x20 { space += 1 }
        guard space < end, let time = EngineTime(ascii: bytes[..<space]) else { return nil }
        bytes = bytes[(space + 1)...]
        return time
    }
}
