package import OrchModel

/// Packs lines of one attempt, in their order.
package struct LogSegmentWriter {
    private var rows: [UInt8] = []
    private var texts: [UInt8] = []
    private var loggers = LogSegmentCatalogue<String>()
    private var identifiers = LogSegmentCatalogue<Identifier>()
    private var spans: [LogSegment.Span?] = [nil, nil, nil, nil]
    private var last: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
    private var lastTime: Int64 = 0
    private var earliest = Int64.max
    private var latest = Int64.min
    private var level = LogRecord.Level.debug
    private var children: [Identifier] = []
    private var remarks: [Int64] = []
    private var isOrdered = true

    /// How many lines it holds.
    package private(set) var lines = 0
    /// Bytes of their messages.
    package var bytes: Int { texts.count }

    /// A writer that holds nothing.
    ///
    /// - Parameters:
    ///   - lines: how many lines are to come, about.
    ///   - bytes: how many bytes their messages have, about.
    package init(lines: Int = 0, bytes: Int = 0) {
        rows.reserveCapacity(lines * 6)
        texts.reserveCapacity(bytes)
    }

    /// Adds a line.
    package mutating func append(_ record: LogRecord) {
        let source = LogSegmentFormat.code(of: record.source)
        let before = lastNumber(of: source)
        let step = record.sequence &- before
        let hasExtras = record.logger != nil || record.taskRunID != nil || record.childRunID != nil
        var flags = UInt8(source) | UInt8(record.level.rawValue / 10 - 1) << 2
        if hasExtras { flags |= LogSegmentFormat.hasExtras }
        if step != 1 { flags |= LogSegmentFormat.jumps }
        rows.append(flags)
        if step != 1 { rows.appendVarint(LogSegmentFormat.zigzag(step)) }
        rows.appendVarint(LogSegmentFormat.zigzag(record.at.microseconds &- lastTime))
        let start = texts.count
        // Storage that is not contiguous UTF-8 comes only from other runtimes' strings: `append` reads either.
        if record.message.utf8.withContiguousStorageIfAvailable({ texts.append(contentsOf: $0) }) == nil {
            texts.append(contentsOf: record.message.utf8)
        }
        rows.appendVarint(UInt64(texts.count - start))
        if hasExtras { appendExtras(of: record) }
        note(record.sequence, of: record.source, code: source)
        lastTime = record.at.microseconds
        earliest = min(earliest, lastTime)
        latest = max(latest, lastTime)
        level = max(level, record.level)
        lines += 1
    }

    /// What was added, packed; nil where that is nothing.
    package func finish() throws(LogSegmentError) -> LogSegment? {
        guard lines > 0 else { return nil }
        var content: [UInt8] = [UInt8(LogSegmentFormat.version)]
        content.reserveCapacity(rows.count + texts.count + 64 + identifiers.values.count * 16)
        content.appendVarint(UInt64(lines))
        content.appendVarint(UInt64(loggers.values.count))
        for logger in loggers.values {
            content.appendVarint(UInt64(logger.utf8.count))
            content += logger.utf8
        }
        content.appendVarint(UInt64(identifiers.values.count))
        for identifier in identifiers.values { content += identifier.bytes }
        content.appendVarint(UInt64(rows.count))
        content += rows
        content += texts
        let head = LogSegment.Head(
            lines: lines, bytes: texts.count, earliest: Timestamp(microseconds: earliest),
            latest: Timestamp(microseconds: latest), level: level, children: children, flow: spans[0],
            stdout: spans[1], stderr: spans[2], remarks: remarks, isOrdered: isOrdered)
        return LogSegment(head: head, content: try ZstdFrame.packed(content))
    }

    private mutating func appendExtras(of record: LogRecord) {
        rows.append(
            (record.logger == nil ? 0 : 1) | (record.taskRunID == nil ? 0 : 2) | (record.childRunID == nil ? 0 : 4))
        if let logger = record.logger { rows.appendVarint(loggers.place(of: logger)) }
        if let task = record.taskRunID { rows.appendVarint(identifiers.place(of: task)) }
        guard let child = record.childRunID else { return }
        let known = identifiers.values.count
        rows.appendVarint(identifiers.place(of: child))
        if identifiers.values.count > known || !children.contains(child) { children.append(child) }
    }

    private mutating func note(_ sequence: Int64, of source: LogRecord.Source, code: Int) {
        setLastNumber(sequence, of: code)
        if source == .orch {
            remarks.append(sequence)
            return
        }
        guard var span = spans[code] else {
            spans[code] = LogSegment.Span(first: sequence, last: sequence)
            return
        }
        if sequence <= span.last { isOrdered = false }
        span.first = min(span.first, sequence)
        span.last = max(span.last, sequence)
        spans[code] = span
    }

    private func lastNumber(of code: Int) -> Int64 {
        switch code {
        case 0: last.0
        case 1: last.1
        case 2: last.2
        default: last.3
        }
    }

    private mutating func setLastNumber(_ number: Int64, of code: Int) {
        switch code {
        case 0: last.0 = number
        case 1: last.1 = number
        case 2: last.2 = number
        default: last.3 = number
        }
    }
}

extension LogSegment {
    /// The segment of lines; nil where there are none.
    package static func packing(_ records: some Collection<LogRecord>) throws(LogSegmentError) -> LogSegment? {
        var writer = LogSegmentWriter(
            lines: records.count, bytes: records.reduce(0) { $0 + $1.message.utf8.count })
        for record in records { writer.append(record) }
        return try writer.finish()
    }
}

extension [UInt8] {
    /// Adds a number in groups of seven bits, the lowest first; the top bit says that more follow.
    @inline(__always)
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
