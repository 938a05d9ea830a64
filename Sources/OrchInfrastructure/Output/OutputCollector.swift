import OrchModel

/// Reads a container's output over any number of connections, each line once.
///
/// A new connection starts at the first line again (``startOver()``); lines already read are passed over by count, as
/// times are not ordered across the two streams. What was printed without a newline counts only at the very end, when
/// nothing can be added to it any more.
actor OutputCollector {
    /// Entries asked for when the end of an output is read once more.
    static let tailEntries = 128

    private var reader: RunStreamReader
    private let token: String
    private var toSkip: [OutputLine.Stream: Int] = [:]
    private var lastLine: [OutputLine.Stream: OutputLine] = [:]
    private var skipsLines: Bool { toSkip.contains { $0.value > 0 } }
    private var unfinished: [OutputLine] = []
    /// Lines that come after a hole in the run stream, until that is filled or given up.
    private var waiting: [OutputLine] = []
    /// The program's journal as it was when a connection had broken; dropped once it has been of use.
    private var kept: [[UInt8]] = []
    /// Grows with every batch; tells a slow connection from a dead one.
    private(set) var batches = 0

    init(_ claimed: ClaimedRun) {
        reader = RunStreamReader(claimed)
        token = claimed.token
    }

    /// The program's own last word.
    var outcome: RunEnding.Outcome? { reader.outcome }

    /// What was printed on standard error, where that was a single line and nothing else was printed.
    var onlyLine: String? {
        guard reader.linesRead == [.stderr: 1] else { return nil }
        return lastLine[.stderr].map { reader.mask.masked($0.bytes[...]) }
    }

    /// Whether the program's journal should be read now: lines wait behind a hole.
    var hasHole: Bool { !waiting.isEmpty }

    /// Whether the program's journal should be read after the end of the output.
    var mayLackLines: Bool { hasHole || reader.mayLackItsEnd }

    /// A new connection follows, which gives all lines again.
    func startOver() {
        toSkip = reader.linesRead
        unfinished = []
        waiting = []
    }

    /// Reads a batch of the connection, up to a hole; see ``fill(from:toEnd:)``.
    func take(_ lines: [OutputLine]) -> AttemptReport {
        batches += 1
        guard skipsLines || lines.contains(where: { !$0.isComplete }) else { return read(lines[...]) }
        var fresh: [OutputLine] = []
        fresh.reserveCapacity(lines.count)
        for line in lines {
            if let skip = toSkip[line.stream], skip > 0 {
                toSkip[line.stream] = skip - 1
            } else if line.isComplete {
                fresh.append(line)
            } else {
                unfinished.append(line)
            }
        }
        return read(fresh[...])
    }

    /// Keeps the journal's files for the next ``fill(from:toEnd:)``.
    func keep(_ files: [[UInt8]]) { kept = files }

    /// Fills holes from the program's journal and reads what waited behind them.
    ///
    /// - Parameters:
    ///   - files: the journal's files; what they do not hold is shown as lost.
    ///   - toEnd: whether what the journal holds behind the last line is read as well.
    func fill(from files: [[UInt8]], toEnd: Bool) -> AttemptReport {
        let journal = reader.journal(files: kept + files)
        kept = []
        var report = AttemptReport(token: token)
        while !waiting.isEmpty {
            if let hole = reader.hole { reader.fill(from: journal, through: hole.upperBound, into: &report) }
            // What is still missing before the first line is missing for good.
            settle(reader.read(waiting.prefix(1), into: &report))
            settle(reader.read(waiting, stoppingAtHole: true, into: &report))
        }
        if toEnd { reader.fill(from: journal, into: &report) }
        return report
    }

    /// What a second look at the end of an output showed.
    enum TailVerdict: Sendable {
        /// Everything is read; the report holds what the connection had not given.
        case complete(AttemptReport)
        /// More than the tail is missing: read everything again.
        case readAgain
    }

    /// Compares the end of the output, read after the container's end, with what was read before.
    ///
    /// A connection that broke off has given all entries up to some place, and none behind it: so where the tail has the
    /// last line that was read of an output, it has all that was not read of either.
    ///
    /// - Parameter tail: all lines of the last ``tailEntries`` entries of the container's log.
    func compare(tail: [OutputLine]) -> TailVerdict {
        var fresh: [OutputLine] = []
        // Fewer entries than were asked for: the tail reaches back to the first line.
        let isWhole = tail.reduce(0) { $0 + Self.entries(of: $1) } < Self.tailEntries
        for stream in OutputLine.Stream.allCases {
            let lines = tail.filter { $0.stream == stream }
            if isWhole {
                fresh += lines.dropFirst(reader.linesRead[stream] ?? 0)
            } else if lines.isEmpty {
                // All that is of this output lies before the tail, also what it ended with.
                fresh += unfinished.filter { $0.stream == stream }
            } else {
                // The tail may begin within a long line, whose parts it then cuts elsewhere.
                guard let last = lastLine[stream], last.part == 0, let index = lines.lastIndex(of: last) else {
                    return .readAgain
                }
                fresh += lines[(index + 1)...]
            }
        }
        unfinished = []
        return .complete(read(fresh.map(Self.completed)[...]))
    }

    /// Ends the output: what was printed last, without a newline, is a line now.
    func finish() -> AttemptReport {
        var report = AttemptReport(token: token)
        reader.read(waiting + unfinished.map(Self.completed), into: &report)
        (waiting, unfinished) = ([], [])
        reader.finish(into: &report)
        return report
    }

    private func read(_ lines: ArraySlice<OutputLine>) -> AttemptReport {
        var report = AttemptReport(token: token)
        guard waiting.isEmpty else {
            waiting += lines
            settle(reader.read(waiting, stoppingAtHole: true, into: &report))
            return report
        }
        let count = reader.read(lines, stoppingAtHole: true, into: &report)
        note(lines.prefix(count))
        waiting += lines.dropFirst(count)
        return report
    }

    /// So many of the lines that waited are read.
    private func settle(_ count: Int) {
        note(waiting.prefix(count))
        waiting.removeFirst(count)
    }

    /// Keeps the last line of each stream.
    private func note(_ lines: ArraySlice<OutputLine>) {
        for stream in OutputLine.Stream.allCases {
            if let last = lines.last(where: { $0.stream == stream }) { lastLine[stream] = last }
        }
    }

    /// The entries of the engine's log file that a line takes, or more: it stores chunks of 16,384 bytes.
    private static func entries(of line: OutputLine) -> Int { (line.bytes.count + 16_384) / 16_384 }

    private static func completed(_ line: OutputLine) -> OutputLine {
        var line = line
        line.isComplete = true
        return line
    }
}
