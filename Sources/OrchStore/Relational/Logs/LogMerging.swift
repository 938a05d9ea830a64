import LogSegments
import OrchModel

/// Joins small segments of an attempt, as a slow flow leaves one for nearly every line.
struct LogMerging {
    /// So many small segments at the end of a log are joined.
    static let smallAtEnd = 32
    /// A segment with fewer lines and fewer bytes is small.
    private static let smallLines = 4096
    private static let smallBytes = 256 << 10
    /// What a segment that is made of others holds at most.
    private static let mergedLines: Int64 = 16_384
    private static let mergedBytes: Int64 = 2 << 20
    /// Segments that are looked at when an attempt ends.
    private static let longestLook = 256

    let state: LogState
    let db: any SQLSession

    static func isSmall(lines: Int, bytes: Int) -> Bool { lines < smallLines && bytes < smallBytes }

    /// Joins the last so many segments of the attempt to one.
    ///
    /// - Returns: how many small segments are at the end now.
    func joinTheLast(_ count: Int) throws -> Int {
        let rows = try last(count)
        guard rows.count > 1, let head = try join(rows) else { return 0 }
        return Self.isSmall(lines: head.lines, bytes: head.bytes) ? 1 : 0
    }

    /// Joins small neighbours among the last segments of the attempt.
    func compact() throws {
        var group: [LogSegmentRow] = []
        var (lines, bytes): (Int64, Int64) = (0, 0)
        func close() throws {
            if group.count > 1 { _ = try join(group) }
            (group, lines, bytes) = ([], 0, 0)
        }
        for row in try last(Self.longestLook) {
            let isSmall = Self.isSmall(lines: Int(row.lines), bytes: Int(row.bytes))
            if !isSmall || lines + row.lines > Self.mergedLines || bytes + row.bytes > Self.mergedBytes { try close() }
            guard isSmall else { continue }
            group.append(row)
            (lines, bytes) = (lines + row.lines, bytes + row.bytes)
        }
        try close()
    }

    private func last(_ count: Int) throws -> [LogSegmentRow] {
        try db.rows(
            """
            SELECT \(LogSegmentRow.columns) FROM log_segment WHERE run = ? AND day = ? AND attempt = ?
            ORDER BY first DESC LIMIT ?
            """,
            [state.run, state.day, state.attempt, count]
        ).map(LogSegmentRow.init).reversed()
    }

    /// Replaces neighbours by one segment; nil where one of them cannot be read, as all of them stay then.
    private func join(_ rows: [LogSegmentRow]) throws -> LogSegment.Head? {
        var writer = LogSegmentWriter(
            lines: rows.reduce(0) { $0 + Int($1.lines) }, bytes: rows.reduce(0) { $0 + Int($1.bytes) })
        do {
            for row in rows {
                let content = try row.content(run: state.run, day: state.day, db)
                try content.forEach { line in
                    writer.append(content.record(line, attempt: row.place.attempt))
                    return true
                }
            }
        } catch is LogSegmentError {
            return nil
        }
        guard let merged = try writer.finish(), let first = rows.first, let last = rows.last else { return nil }
        try db.post(
            "DELETE FROM log_segment WHERE run = ? AND day = ? AND first >= ? AND first <= ?",
            [state.run, state.day, first.place.first, last.place.first])
        try LogSegmentRow.insert(merged, at: first.place, of: state, db)
        return merged.head
    }
}
