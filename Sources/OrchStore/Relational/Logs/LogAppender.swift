import LogSegments
import OrchModel

/// Adds lines to the log of a run: each once, in the order they come.
///
/// The transaction holds the row of the run. ``close()`` writes what changed.
struct LogAppender {
    /// Bytes of messages that the log of a run may have where nobody says otherwise: 1 GiB.
    static let defaultLimit: Int64 = 1 << 30

    private let db: any SQLSession
    private let limit: Int64
    private var state: LogState
    /// The numbers of remarks that are known; nil until they are asked for.
    private var remarks: Set<Int64>?
    private var hasChanged = false

    /// Opens the log of a run.
    ///
    /// - Parameter limit: bytes of messages that are kept; from the first line of an attempt that does not fit, lines are
    ///   counted and dropped, but for remarks.
    init(_ run: RunRow, attempt: Int, limit: Int64 = Self.defaultLimit, _ db: any SQLSession) throws {
        self.db = db
        self.limit = limit
        state = try LogState(of: run, attempt: attempt, db)
    }

    /// Adds the lines of a report that are not known: packed ones first.
    mutating func append(_ report: AttemptReport) throws {
        for segment in report.segments { try append(segment) }
        try append(report.records)
    }

    /// Adds lines that are not known.
    mutating func append(_ records: [LogRecord]) throws {
        if let segment = try LogSegment.packing(records) { try append(segment) }
    }

    /// Adds a segment as it came, or those of its lines that are not known.
    mutating func append(_ segment: LogSegment) throws {
        let head = segment.head
        let known = head.remarks.isEmpty ? [] : try knownRemarks()
        let repeated = Set(head.remarks).intersection(known)
        let areRemarksNew = repeated.isEmpty && Set(head.remarks).count == head.remarks.count
        switch state.marks.relation(to: head) {
        case .above where areRemarksNew:
            try keep(segment)
        case .known where repeated.count == head.remarks.count:
            return
        case .above, .known, .mixed:
            if let rest = try LogSegment.packing(try unknown(of: segment, known)) { try keep(rest) }
        }
        hasChanged = true
        state.marks.raise(by: head)
        try note(head.remarks)
    }

    /// Adds a remark of the controller itself. Its number counts down from -1, so that it never meets an agent's.
    mutating func remark(_ message: String, level: LogRecord.Level, at: Timestamp) throws {
        let lowest = min(0, try knownRemarks().min() ?? 0)
        try append([
            LogRecord(
                attempt: state.attempt, source: .orch, sequence: lowest &- 1, at: at, level: level, message: message,
                logger: "server")
        ])
    }

    /// Ends the attempt's part of the log: tells of what found no room, and joins small segments.
    mutating func finish(at: Timestamp) throws {
        guard state.attemptLines > 0 || state.droppedLines > 0 else { return }
        if state.droppedLines > state.toldLines {
            state.toldLines = state.droppedLines
            hasChanged = true
            try remark(
                "\(state.droppedLines) lines with \(state.droppedBytes) bytes were dropped, as the run's log had reached "
                    + "its limit of \(limit) bytes",
                level: .error, at: at)
        }
        try LogMerging(state: state, db: db).compact()
        state.small = 0
        hasChanged = true
    }

    /// Writes what changed.
    func close() throws {
        if hasChanged { try state.save(db) }
    }

    private mutating func unknown(of segment: LogSegment, _ known: Set<Int64>) throws -> [LogRecord] {
        var marks = state.marks
        var seen = known
        return try lines(of: segment).filter { record in
            record.source == .orch ? seen.insert(record.sequence).inserted : marks.raise(by: record)
        }
    }

    private func lines(of segment: LogSegment) throws -> [LogRecord] {
        do throws(LogSegmentError) {
            return try LogSegmentReader(segment.content).records(attempt: state.attempt)
        } catch {
            throw StoreError.unreadableLines("\(error)")
        }
    }

    /// Keeps a segment, or those of its lines that find room: up to the first one that does not.
    private mutating func keep(_ segment: LogSegment) throws {
        var room = state.droppedLines == 0 ? limit - state.bytes : 0
        if room > 0, segment.head.bytes <= room { return try insert(segment) }
        var records: [LogRecord] = []
        var bytes: Int64 = 0
        if room > 0 || !segment.head.remarks.isEmpty {
            for record in try lines(of: segment) {
                let size = Int64(record.message.utf8.count)
                let fits = room > 0 && size <= room
                guard fits || record.source == .orch else {
                    room = 0
                    continue
                }
                room -= size
                bytes += size
                records.append(record)
            }
        }
        if let kept = try LogSegment.packing(records) { try insert(kept) }
        let isFirst = state.droppedLines == 0
        let dropped = segment.head.lines - records.count
        guard dropped > 0 else { return }
        state.droppedLines += Int64(dropped)
        state.droppedBytes += Int64(segment.head.bytes) - bytes
        guard isFirst else { return }
        hasChanged = true
        try remark(
            "the run's log has reached its limit of \(limit) bytes: from here on lines are dropped, and counted at the end "
                + "of the attempt",
            level: .error, at: segment.head.earliest)
    }

    private mutating func insert(_ segment: LogSegment) throws {
        // Retention may have dropped the day, if no other run had lines of it.
        try db.prepareLogs(of: state.day)
        let place = LogSegmentRow.Place(
            first: state.lines + 1, attempt: state.attempt, line: state.attemptLines + 1)
        try LogSegmentRow.insert(segment, at: place, of: state, db)
        state.lines += Int64(segment.head.lines)
        state.attemptLines += Int64(segment.head.lines)
        state.bytes += Int64(segment.head.bytes)
        state.small = LogMerging.isSmall(lines: segment.head.lines, bytes: segment.head.bytes) ? state.small + 1 : 0
        guard state.small >= LogMerging.smallAtEnd else { return }
        state.small = try LogMerging(state: state, db: db).joinTheLast(state.small)
    }

    private mutating func knownRemarks() throws -> Set<Int64> {
        if let remarks { return remarks }
        let rows = try db.rows(
            "SELECT sequence FROM log_remark WHERE run = ? AND attempt = ?", [state.run, state.attempt])
        let known = try Set(
            rows.map { row in
                var reader = RowReader(row, table: "log_remark")
                return try reader.next(Int64.self)
            })
        remarks = known
        return known
    }

    private mutating func note(_ sequences: [Int64]) throws {
        for sequence in sequences {
            remarks?.insert(sequence)
            try db.post(
                "INSERT INTO log_remark (run, attempt, sequence) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [state.run, state.attempt, sequence])
        }
    }
}
