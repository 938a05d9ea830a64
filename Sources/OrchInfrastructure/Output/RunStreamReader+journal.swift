package import OrchModel

extension RunStreamReader {
    /// The numbers that miss before the line at which ``read(_:stoppingAtHole:into:)`` stopped; nil where it did not.
    package var hole: ClosedRange<Int>? { decoder?.gap }

    /// Whether lines may be missing behind the last one read: one came torn, or the program's last word did not come.
    package var mayLackItsEnd: Bool {
        guard let decoder else { return false }
        return outcome == nil || decoder.announced > decoder.last
    }

    /// The journal that its files make.
    package func journal(files: [[UInt8]]) -> RunJournal {
        RunJournal(files: files) { decoder?.number(of: $0) }
    }

    /// Reads the lines behind the last one from the program's journal, up to a number, and tells so in one remark.
    ///
    /// What the journal does not hold either is shown with its size. Numbers already read are passed over, so filling
    /// again adds nothing.
    package mutating func fill(
        from journal: RunJournal, through last: Int = .max, into report: inout AttemptReport
    ) {
        guard let start = decoder?.last, last > start else { return }
        var count = 0
        for line in journal.lines(in: start + 1...last) {
            let line = OutputLine(.stdout, time: lastTime, bytes: line)
            for event in decoder?.feed(line.bytes) ?? [] { add(event, of: line, to: &report) }
            count += 1
        }
        guard count > 0 else { return }
        let lines = count == 1 ? "1 line" : "\(count) lines"
        // Numbered by its place: an agent that reads all again finds the same hole and tells of it once.
        report.records.append(
            LogRecord(
                attempt: attempt, source: .orch, sequence: Int64(decoder?.last ?? 0), at: lastTime, level: .info,
                message: "\(lines) of the run's stream that the engine does not have came from the program's journal",
                logger: "orch"))
    }
}
