import LogSegments
import OrchModel

/// How far the log of a run has come, and that of one of its attempts.
///
/// Read and written in the transaction that adds lines, so the marks and the lines never differ.
struct LogState {
    let run: Int64
    let attempt: Int
    /// The day of the run's creation, counted from 1970: what PostgreSQL partitions segments by.
    var day: Int64
    /// Lines of the run, which is the position of the last one, and the bytes of their messages.
    var lines: Int64 = 0
    var bytes: Int64 = 0
    /// Lines of the attempt.
    var attemptLines: Int64 = 0
    /// The greatest number of each source whose numbers rise.
    var marks = LogMarks()
    /// Small segments at the end of the attempt's.
    var small = 0
    /// Lines that found no room, their bytes, and how many of them a remark has told of.
    var droppedLines: Int64 = 0
    var droppedBytes: Int64 = 0
    var toldLines: Int64 = 0
    /// Whether nothing of the run's log is kept yet.
    private(set) var isNew = true

    /// The state of a run's log; that of an empty one where nothing is kept.
    init(of run: RunRow, attempt: Int, _ db: any SQLSession) throws {
        (self.run, self.attempt) = (run.number, attempt)
        day = run.run.createdAt.day
        let row = try db.row(
            """
            SELECT log_state.day, log_state.lines, log_state.bytes, log_attempt.lines, flow, stdout, stderr, small,
                dropped_lines, dropped_bytes, told_lines
            FROM log_state LEFT JOIN log_attempt
                ON log_attempt.run = log_state.run AND log_attempt.attempt = ?1
            WHERE log_state.run = ?2
            """,
            [attempt, run.number])
        guard let row else { return }
        isNew = false
        var reader = RowReader(row, table: "log_state")
        (day, lines, bytes) = (try reader.next(), try reader.next(), try reader.next())
        guard let known: Int64 = try reader.optional() else { return }
        attemptLines = known
        marks = LogMarks(flow: try reader.next(), stdout: try reader.next(), stderr: try reader.next())
        small = try reader.next()
        (droppedLines, droppedBytes, toldLines) = (try reader.next(), try reader.next(), try reader.next())
    }

    /// Keeps the state.
    func save(_ db: any SQLSession) throws {
        try db.post(
            """
            INSERT INTO log_state (run, day, lines, bytes) VALUES (?, ?, ?, ?)
            ON CONFLICT (run) DO UPDATE SET lines = excluded.lines, bytes = excluded.bytes
            """,
            [run, day, lines, bytes])
        try db.post(
            """
            INSERT INTO log_attempt (run, attempt, lines, flow, stdout, stderr, small, dropped_lines, dropped_bytes,
                told_lines)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, attempt) DO UPDATE SET lines = excluded.lines, flow = excluded.flow,
                stdout = excluded.stdout, stderr = excluded.stderr, small = excluded.small,
                dropped_lines = excluded.dropped_lines, dropped_bytes = excluded.dropped_bytes,
                told_lines = excluded.told_lines
            """,
            [
                run, attempt, attemptLines, marks.flow, marks.stdout, marks.stderr, small, droppedLines,
                droppedBytes, toldLines,
            ])
    }
}

/// The greatest number of each source of an attempt that is known: what is not above it came before.
///
/// orch's own remarks are numbered by several at once and in any order; they are known one by one.
struct LogMarks: Hashable {
    /// Below every number.
    static let none = Int64.min

    var flow = none
    var stdout = none
    var stderr = none

    /// The mark of a source; nil for remarks.
    subscript(source: LogRecord.Source) -> Int64? {
        switch source {
        case .flow: flow
        case .stdout: stdout
        case .stderr: stderr
        case .orch: nil
        }
    }

    /// What a segment's lines are to them, its remarks aside.
    enum Relation {
        /// All of them are new.
        case above
        /// All of them are known.
        case known
        /// Some are known, or only a look at each line tells.
        case mixed
    }

    func relation(to head: LogSegment.Head) -> Relation {
        guard head.isOrdered else { return .mixed }
        let spans = [(head.flow, flow), (head.stdout, stdout), (head.stderr, stderr)]
        if spans.allSatisfy({ span, mark in span.map { $0.first > mark } ?? true }) { return .above }
        return spans.allSatisfy { span, mark in span.map { $0.last <= mark } ?? true } ? .known : .mixed
    }

    /// Takes note of a segment's lines.
    mutating func raise(by head: LogSegment.Head) {
        flow = max(flow, head.flow?.last ?? flow)
        stdout = max(stdout, head.stdout?.last ?? stdout)
        stderr = max(stderr, head.stderr?.last ?? stderr)
    }

    /// Takes note of a line; false where it was known.
    mutating func raise(by record: LogRecord) -> Bool {
        guard let mark = self[record.source] else { return true }
        guard record.sequence > mark else { return false }
        switch record.source {
        case .flow: flow = record.sequence
        case .stdout: stdout = record.sequence
        case .stderr: stderr = record.sequence
        case .orch: break
        }
        return true
    }
}

extension Timestamp {
    /// The day it lies in, counted from 1970, UTC.
    var day: Int64 { Int64((Double(microseconds) / 86_400_000_000).rounded(.down)) }
}
