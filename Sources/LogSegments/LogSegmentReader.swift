package import OrchModel

/// The lines of one segment, unpacked; read in their order.
package struct LogSegmentReader: Sendable {
    /// One line as it lies in the segment.
    package struct Row: Sendable {
        /// Its place in the segment, from 0.
        package var index: Int
        package var source: LogRecord.Source
        package var level: LogRecord.Level
        package var sequence: Int64
        package var at: Timestamp
        /// The place of its message.
        package var text: Range<Int>
        var logger: Int?
        var task: Int?
        var child: Int?
    }

    /// How many lines.
    package let lines: Int
    private let content: [UInt8]
    private let loggers: [String]
    private let identifiers: [Identifier]
    private let rows: Range<Int>

    /// Bytes it takes unpacked.
    var bytes: Int { content.count }

    /// Unpacks a segment's content.
    ///
    /// - Parameter limit: bytes that it may take unpacked. Defaults to 128 MiB.
    /// - Throws: ``LogSegmentError`` where it is none, or of a newer version.
    package init(
        _ packed: [UInt8], limit: Int = LogSegmentFormat.longestContent
    ) throws(LogSegmentError) {
        content = try ZstdFrame.unpacked(packed, limit: limit)
        var reader = SegmentBytes(content)
        guard let version = reader.byte() else { throw .malformed(reason: "it is empty") }
        guard version == LogSegmentFormat.version else { throw .newerVersion(Int(version)) }
        lines = try reader.count()
        var loggers: [String] = []
        for _ in 0..<(try reader.count()) {
            loggers.append(String(decoding: content[try reader.skip(try reader.count())], as: UTF8.self))
        }
        var identifiers: [Identifier] = []
        for _ in 0..<(try reader.count()) {
            guard let identifier = Identifier(content, at: try reader.skip(16).lowerBound) else {
                throw .malformed(reason: "no identifier")
            }
            identifiers.append(identifier)
        }
        self.loggers = loggers
        self.identifiers = identifiers
        rows = try reader.skip(try reader.count())
    }

    /// Gives `body` each line until that returns false.
    ///
    /// - Throws: ``LogSegmentError/malformed(reason:)`` where the bytes are no lines, or hold more than these.
    package func forEach(_ body: (Row) -> Bool) throws(LogSegmentError) {
        var reader = SegmentBytes(content, in: rows)
        var last: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
        var time: Int64 = 0
        var text = rows.upperBound
        for index in 0..<lines {
            guard let flags = reader.byte() else { throw .malformed(reason: "line \(index + 1) is missing") }
            let level = Int(flags >> 2 & 7)
            guard level < LogSegmentFormat.levels.count else { throw .malformed(reason: "no level of a line") }
            let step = flags & LogSegmentFormat.jumps == 0 ? 1 : LogSegmentFormat.unzigzag(try reader.varint())
            let sequence: Int64
            switch flags & 3 {
            case 0: (last.0, sequence) = (last.0 &+ step, last.0 &+ step)
            case 1: (last.1, sequence) = (last.1 &+ step, last.1 &+ step)
            case 2: (last.2, sequence) = (last.2 &+ step, last.2 &+ step)
            default: (last.3, sequence) = (last.3 &+ step, last.3 &+ step)
            }
            time = time &+ LogSegmentFormat.unzigzag(try reader.varint())
            let length = try reader.varint()
            guard length <= UInt64(content.count - text) else { throw .malformed(reason: "a message is cut off") }
            var row = Row(
                index: index, source: LogSegmentFormat.sources[Int(flags & 3)], level: LogSegmentFormat.levels[level],
                sequence: sequence, at: Timestamp(microseconds: time), text: text..<text + Int(length))
            text += Int(length)
            if flags & LogSegmentFormat.hasExtras != 0 {
                guard let extras = reader.byte() else { throw .malformed(reason: "a line is cut off") }
                if extras & 1 != 0 { row.logger = try reader.index(below: loggers.count) }
                if extras & 2 != 0 { row.task = try reader.index(below: identifiers.count) }
                if extras & 4 != 0 { row.child = try reader.index(below: identifiers.count) }
            }
            guard body(row) else { return }
        }
        guard reader.isAtEnd, text == content.count else {
            throw .malformed(reason: "it holds more than its lines")
        }
    }

    /// The child run that a line belongs to.
    package func child(of row: Row) -> Identifier? { row.child.map { identifiers[$0] } }

    /// A line as a value.
    ///
    /// - Parameters:
    ///   - position: its number in its run.
    ///   - line: its number in its attempt.
    package func record(_ row: Row, attempt: Int, position: Int64 = 0, line: Int64 = 0) -> LogRecord {
        LogRecord(
            position: position, attempt: attempt, line: line, source: row.source, sequence: row.sequence, at: row.at,
            level: row.level, message: String(decoding: content[row.text], as: UTF8.self),
            logger: row.logger.map { loggers[$0] }, taskRunID: row.task.map { identifiers[$0] },
            childRunID: row.child.map { identifiers[$0] })
    }

    /// All lines as values.
    package func records(attempt: Int) throws(LogSegmentError) -> [LogRecord] {
        var records: [LogRecord] = []
        records.reserveCapacity(min(lines, content.count))
        try forEach { row in
            records.append(record(row, attempt: attempt))
            return true
        }
        return records
    }

    /// Where a text is in the messages, from an offset on; nil where it is nowhere behind that.
    ///
    /// A place may lie across two messages: see ``Row/text``.
    package func place(of text: TextPattern, from offset: Int) -> Int? {
        content.withUnsafeBytes { text.firstPlace(in: $0, from: max(offset, rows.upperBound)) }
    }
}
