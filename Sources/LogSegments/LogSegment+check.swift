package import OrchModel

extension [LogSegment] {
    /// Finds out whether segments that somebody sent can be kept as they are: their contents are read to the end, without
    /// making a text of any line, and the heads agree with them.
    ///
    /// - Throws: ``LogSegmentError/malformed(reason:)`` with the segment's number and what differs where;
    ///   ``LogSegmentError/tooLarge(bytes:limit:)`` where all of them together unpack to more than one segment may hold.
    package func check() throws(LogSegmentError) {
        var room = LogSegmentFormat.longestContent
        for (index, segment) in enumerated() {
            do throws(LogSegmentError) {
                let reader = try LogSegmentReader(segment.content, limit: room)
                room -= reader.bytes
                try reader.check(segment.head)
            } catch {
                guard case .malformed(let reason) = error else { throw error }
                throw .malformed(reason: "segment \(index + 1) of \(count): \(reason)")
            }
        }
    }
}

extension LogSegmentReader {
    /// Compares a head with the lines.
    fileprivate func check(_ head: LogSegment.Head) throws(LogSegmentError) {
        let own = try summary()
        func agree<Value: Equatable>(_ name: String, _ told: Value, _ held: Value) throws(LogSegmentError) {
            guard told != held else { return }
            throw .malformed(reason: "its head has another \(name) than its lines")
        }
        try agree("number of lines", head.lines, own.lines)
        try agree("number of bytes", head.bytes, own.bytes)
        try agree("earliest time", head.earliest, own.earliest)
        try agree("latest time", head.latest, own.latest)
        try agree("level", head.level, own.level)
        try agree("first or last number of flow", head.flow, own.flow)
        try agree("first or last number of stdout", head.stdout, own.stdout)
        try agree("first or last number of stderr", head.stderr, own.stderr)
        try agree("list of remarks", head.remarks, own.remarks)
        try agree("isOrdered", head.isOrdered, own.isOrdered)
        try agree("list of child runs", Set(head.children), Set(own.children))
        for span in [own.flow, own.stdout, own.stderr] {
            guard let last = span?.last, last > LogRecord.greatestSequence else { continue }
            throw .malformed(reason: "a line has the number \(last), expected \(LogRecord.greatestSequence) at most")
        }
    }

    /// The head that the lines have.
    package func summary() throws(LogSegmentError) -> LogSegment.Head {
        var spans: [LogSegment.Span?] = [nil, nil, nil]
        var head = LogSegment.Head(
            lines: 0, bytes: 0, earliest: Timestamp(microseconds: .max), latest: Timestamp(microseconds: .min),
            level: .debug)
        var lastChild: Identifier?
        try forEach { row in
            head.lines += 1
            head.bytes += row.text.count
            head.earliest = min(head.earliest, row.at)
            head.latest = max(head.latest, row.at)
            head.level = max(head.level, row.level)
            // Neighbours mostly are of the same one.
            if let child = child(of: row), child != lastChild {
                lastChild = child
                if !head.children.contains(child) { head.children.append(child) }
            }
            guard row.source != .orch else {
                head.remarks.append(row.sequence)
                return true
            }
            let code = LogSegmentFormat.code(of: row.source)
            guard var span = spans[code] else {
                spans[code] = LogSegment.Span(first: row.sequence, last: row.sequence)
                return true
            }
            if row.sequence <= span.last { head.isOrdered = false }
            span.first = min(span.first, row.sequence)
            span.last = max(span.last, row.sequence)
            spans[code] = span
            return true
        }
        (head.flow, head.stdout, head.stderr) = (spans[0], spans[1], spans[2])
        return head
    }
}
