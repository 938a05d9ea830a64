import LogSegments
import OrchModel

/// Reads pages of a run's log: unpacks one segment at a time, and only those that may hold what is asked for.
struct LogReading {
    /// Bytes of messages that a page has at most, unless a single line is longer.
    private static let pageBytes = 16 << 20
    /// Bytes of messages that are looked through for one page at most.
    private static let longestSearch: Int64 = 256 << 20
    /// Heads of segments that are read at a time.
    private static let headsAtOnce = 256

    /// The run in whose container lines were printed.
    let run: Int64
    /// A child run whose own lines are wanted; nil for all.
    let child: Identifier?
    let query: LogQuery
    let db: any SQLSession

    /// A page.
    struct Page {
        var records: [LogRecord] = []
        /// The position after which to go on.
        var end: Int64
        /// Whether lines that match may follow.
        var hasMore = false
    }

    /// The page that was asked for.
    func page() throws -> Page {
        guard let row = try db.row("SELECT day, lines FROM log_state WHERE run = ?", [run]) else {
            return Page(end: query.after)
        }
        var reader = RowReader(row, table: "log_state")
        let (day, lines): (Int64, Int64) = (try reader.next(), try reader.next())
        return query.isTail ? try tail(of: lines, day) : try next(of: lines, day)
    }

    private func next(of lines: Int64, _ day: Int64) throws -> Page {
        var page = Page(end: query.after)
        var bytes = 0
        var searched: Int64 = 0
        var heads = try heads(
            """
            first >= COALESCE((SELECT MAX(first) FROM log_segment WHERE run = ?1 AND day = ?2 AND first <= ?3), 0)
            ORDER BY first
            """, query.after, day)
        while !heads.isEmpty {
            for head in heads where head.last > query.after {
                if mayMatch(head) {
                    if searched >= Self.longestSearch, head.last > page.end {
                        page.hasMore = true
                        return page
                    }
                    searched += head.bytes
                    var isFull = false
                    try forEachMatch(in: head, day) { record in
                        let size = record.message.utf8.count
                        isFull =
                            page.records.count == query.limit
                            || (bytes + size > Self.pageBytes && !page.records.isEmpty)
                        guard !isFull else { return false }
                        page.records.append(record)
                        page.end = record.position
                        bytes += size
                        return true
                    }
                    if isFull {
                        page.hasMore = true
                        return page
                    }
                }
                page.end = head.last
            }
            guard heads.count == Self.headsAtOnce, let last = heads.last else { break }
            heads = try self.heads("first > ?3 ORDER BY first", last.place.first, day)
        }
        page.end = max(page.end, lines)
        return page
    }

    private func tail(of lines: Int64, _ day: Int64) throws -> Page {
        var newestFirst: [LogRecord] = []
        var bytes = 0
        var heads = try heads("first <= ?3 ORDER BY first DESC", lines, day)
        reading: while !heads.isEmpty {
            for head in heads {
                guard head.last > query.after else { break reading }
                guard mayMatch(head) else { continue }
                // All that match would be too many at once: those that count are the last ones.
                var matches = RecentRecords(limit: query.limit - newestFirst.count, bytes: Self.pageBytes - bytes)
                try forEachMatch(in: head, day) { record in
                    matches.add(record)
                    return true
                }
                newestFirst += matches.records.reversed()
                bytes += matches.bytes
                if newestFirst.count >= query.limit || bytes >= Self.pageBytes || matches.hasDropped { break reading }
            }
            guard heads.count == Self.headsAtOnce, let last = heads.last else { break }
            heads = try self.heads("first < ?3 ORDER BY first DESC", last.place.first, day)
        }
        return Page(records: newestFirst.reversed(), end: lines)
    }

    private func heads(_ condition: String, _ position: Int64, _ day: Int64) throws -> [LogSegmentRow] {
        try db.rows(
            """
            SELECT \(LogSegmentRow.columns) FROM log_segment WHERE run = ?1 AND day = ?2 AND \(condition)
            LIMIT \(Self.headsAtOnce)
            """,
            [run, day, position]
        ).map(LogSegmentRow.init)
    }

    private func mayMatch(_ head: LogSegmentRow) -> Bool {
        if let level = query.level, head.level < level { return false }
        if let since = query.since, head.latest < since { return false }
        if let child, !head.mayHold(child) { return false }
        return true
    }

    /// Gives `body` the lines of a segment that match, until it returns false.
    private func forEachMatch(in head: LogSegmentRow, _ day: Int64, _ body: (LogRecord) -> Bool) throws {
        do {
            let content = try head.content(run: run, day: day, db)
            try forEachMatch(in: content, of: head, body)
        } catch let error as LogSegmentError {
            guard child == nil, query.level ?? .debug <= .error else { return }
            _ = body(Self.replacement(of: head, error))
        }
    }

    private func forEachMatch(
        in content: LogSegmentReader, of head: LogSegmentRow, _ body: (LogRecord) -> Bool
    ) throws(LogSegmentError) {
        let pattern = query.containing.map(TextPattern.init)
        var found: Int?
        if let pattern {
            found = content.place(of: pattern, from: 0)
            if found == nil { return }
        }
        try content.forEach { row in
            let position = head.place.first + Int64(row.index)
            guard position > query.after else { return true }
            if let level = query.level, row.level < level { return true }
            if let since = query.since, row.at < since { return true }
            if let child, content.child(of: row) != child { return true }
            if let pattern {
                if let place = found, place < row.text.lowerBound {
                    found = content.place(of: pattern, from: row.text.lowerBound)
                }
                guard let place = found else { return false }
                guard place + pattern.bytes.count <= row.text.upperBound else { return true }
            }
            return body(
                content.record(
                    row, attempt: head.place.attempt, position: position, line: head.place.line + Int64(row.index)))
        }
    }

    /// What is shown in the place of lines that cannot be read: a hole is never silent.
    private static func replacement(of head: LogSegmentRow, _ error: LogSegmentError) -> LogRecord {
        LogRecord(
            position: head.last, attempt: head.place.attempt, line: head.place.line + head.lines - 1, source: .orch,
            sequence: 0, at: head.latest, level: .error,
            message: "the lines \(head.place.first) to \(head.last) of this log cannot be read: \(error)",
            logger: "server")
    }
}

/// The last of many records, so many or so many bytes at most.
private struct RecentRecords {
    let limit: Int
    let limitBytes: Int
    private var kept: [LogRecord] = []
    private var start = 0
    private(set) var bytes = 0
    /// Whether the first ones had no room.
    private(set) var hasDropped = false

    init(limit: Int, bytes: Int) {
        self.limit = limit
        limitBytes = bytes
    }

    var records: ArraySlice<LogRecord> { kept[start...] }

    mutating func add(_ record: LogRecord) {
        kept.append(record)
        bytes += record.message.utf8.count
        while kept.count - start > limit || (bytes > limitBytes && kept.count - start > 1) {
            bytes -= kept[start].message.utf8.count
            start += 1
            hasDropped = true
        }
        guard start > 1024, start > kept.count / 2 else { return }
        kept.removeFirst(start)
        start = 0
    }
}
