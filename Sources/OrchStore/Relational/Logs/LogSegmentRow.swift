import LogSegments
import OrchModel

/// A row of `log_segment` without its content.
struct LogSegmentRow {
    /// Where the lines of a segment are in the log.
    struct Place {
        /// The position of the first one.
        var first: Int64
        var attempt: Int
        /// The first one's number in its attempt.
        var line: Int64
    }

    /// More child runs than this are not told apart.
    private static let mostChildren = 32
    private static let anyChild = "*"

    var place: Place
    var lines: Int64
    var bytes: Int64
    var latest: Timestamp
    var level: LogRecord.Level
    private var children: String?

    /// The position of the last line.
    var last: Int64 { place.first + lines - 1 }

    /// The columns that ``init(_:)`` reads, in its order.
    static let columns = "first, attempt, line, lines, bytes, latest, level, children"

    init(_ row: SQLRow) throws {
        var reader = RowReader(row, table: "log_segment")
        try self.init(&reader)
    }

    init(_ reader: inout RowReader) throws {
        place = Place(first: try reader.next(), attempt: try reader.next(), line: try reader.next())
        (lines, bytes) = (try reader.next(), try reader.next())
        latest = try reader.time()
        level = try reader.word()
        children = try reader.optional()
    }

    /// Whether it may hold lines of a child run.
    func mayHold(_ child: Identifier) -> Bool {
        guard let children else { return false }
        return children == Self.anyChild || children.contains("\(child)")
    }

    /// The lines.
    ///
    /// - Throws: `LogSegmentError` where they cannot be unpacked.
    func content(run: Int64, day: Int64, _ db: any SQLSession) throws -> LogSegmentReader {
        let row = try db.row(
            "SELECT content FROM log_segment WHERE run = ? AND day = ? AND first = ?", [run, day, place.first])
        guard let row else { throw LogSegmentError.malformed(reason: "it is gone") }
        var reader = RowReader(row, table: "log_segment")
        return try content(of: try reader.next())
    }

    private func content(of bytes: [UInt8]) throws -> LogSegmentReader {
        let content = try LogSegmentReader(bytes)
        guard content.lines == Int(lines) else {
            throw LogSegmentError.malformed(reason: "it holds \(content.lines) lines, not \(lines)")
        }
        return content
    }

    /// Reads the lines to their end.
    ///
    /// - Throws: `LogSegmentError` where they cannot be unpacked, or are others than this row says.
    func check(_ bytes: [UInt8]) throws {
        let summary = try content(of: bytes).summary()
        guard summary.bytes == self.bytes, summary.latest == latest, summary.level == level else {
            throw LogSegmentError.malformed(reason: "they are others than were written down")
        }
    }

    static func insert(_ segment: LogSegment, at place: Place, of state: LogState, _ db: any SQLSession) throws {
        let head = segment.head
        let children =
            head.children.count > mostChildren ? anyChild : head.children.map(\.description).joined(separator: " ")
        try db.post(
            """
            INSERT INTO log_segment (day, run, first, attempt, line, lines, bytes, earliest, latest, level, children,
                content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                state.day, state.run, place.first, place.attempt, place.line, head.lines, head.bytes,
                head.earliest.microseconds, head.latest.microseconds, head.level.rawValue,
                children.isEmpty ? nil : children, segment.content,
            ])
    }
}
