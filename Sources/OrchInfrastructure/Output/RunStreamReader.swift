package import OrchModel

/// Turns the lines of one attempt's container into what is reported of it.
///
/// The same lines always yield the same keys (source and sequence), so an agent that lost its memory reads again from
/// the container's first line and the store ignores what it has. Plain lines are counted per stream; records of the run
/// stream carry the program's own numbers; a hole in those is filled from the program's journal, or shown with its size.
package struct RunStreamReader: Sendable {
    /// The longest line kept in one piece, in bytes; a longer one becomes several.
    package static let longestLine = 1 << 20

    /// The program's own last word; nil so far.
    package private(set) var outcome: RunEnding.Outcome?
    /// Lines read so far, of each stream: what to pass over when the same output is read again.
    package private(set) var linesRead: [OutputLine.Stream: Int] = [:]

    let runID: Identifier
    let attempt: Int
    let mask: SecretMask
    var decoder: StreamDecoder?
    /// Whether lines that are no records are kept; they are counted in any case.
    private let keepsPlainLines: Bool
    private var plainLines: (stdout: Int64, stderr: Int64) = (0, 0)
    private var unfinished: [StreamRecord.Stream: StreamRecord.Log] = [:]
    /// Of records that are too long for one line of the log: the parts that were handed out.
    private var partsRead: [StreamRecord.Stream: Int] = [:]
    private var childStarts: [Identifier: Timestamp] = [:]
    /// The artifacts read so far, and their bytes.
    private var artifacts = (count: 0, bytes: 0)
    private(set) var lastTime = Timestamp(microseconds: 0)

    /// A reader that stands before an attempt's first line.
    ///
    /// Only a run of kind `sdk` whose key is known has a run stream; everything else is plain lines.
    package init(_ claimed: ClaimedRun) {
        runID = claimed.runID
        attempt = claimed.attempt
        mask = SecretMask(claimed.secretTexts ?? claimed.secrets["ORCH_API_KEY"].map { [$0] } ?? [])
        keepsPlainLines = claimed.container.streamOutput ?? true
        if claimed.kind == .sdk, let key = claimed.secrets["ORCH_API_KEY"] {
            let nonce = StreamNonce.make(apiKey: Secret(key), attempt: claimed.attempt)
            decoder = StreamDecoder(nonce: nonce, attempt: claimed.attempt)
        }
    }

    /// Reads lines in the order they came and adds what they tell to `report`.
    ///
    /// - Parameter stoppingAtHole: whether to stop before a line that shows a ``hole``, which may be filled first.
    ///   Defaults to false.
    /// - Returns: how many lines were read.
    @discardableResult
    package mutating func read(
        _ lines: some Sequence<OutputLine>, stoppingAtHole: Bool = false, into report: inout AttemptReport
    ) -> Int {
        var counts = (stdout: 0, stderr: 0)
        defer {
            if counts.stdout > 0 { linesRead[.stdout, default: 0] += counts.stdout }
            if counts.stderr > 0 { linesRead[.stderr, default: 0] += counts.stderr }
        }
        if report.records.isEmpty { report.records.reserveCapacity(lines.underestimatedCount) }
        let hasStream = decoder != nil
        for line in lines {
            if line.stream == .stdout, hasStream {
                guard let events = decoder?.feed(line.bytes, stoppingAtGap: stoppingAtHole) else { break }
                for event in events { add(event, of: line, to: &report) }
            } else {
                addPlain(line.bytes, of: line, to: &report)
            }
            if line.stream == .stdout { counts.stdout += 1 } else { counts.stderr += 1 }
            if line.time > lastTime { lastTime = line.time }
        }
        return counts.stdout + counts.stderr
    }

    /// Ends the output: what still waited for its other half is added as it is.
    package mutating func finish(into report: inout AttemptReport) {
        let end = OutputLine(.stdout, time: lastTime, bytes: [])
        for event in decoder?.finish() ?? [] { add(event, of: end, to: &report) }
        guard let sequence = decoder?.last else { return }
        // Numbers past the last one are free: nothing comes any more.
        for (offset, stream) in StreamRecord.Stream.allCases.enumerated() {
            guard let log = unfinished.removeValue(forKey: stream) else { continue }
            let part = partsRead[stream].map { $0 + 1 }
            report.records.append(record(log, part: part, sequence: sequence &+ 1 &+ offset, time: lastTime))
        }
    }

    /// Adds what a line turned out to be.
    mutating func add(_ event: StreamDecoder.Event, of line: OutputLine, to report: inout AttemptReport) {
        let time = line.time
        switch event {
        case .plain(let bytes):
            addPlain(bytes, of: line, to: &report)
        case .record(let sequence, let record):
            add(record, sequence: sequence, to: &report)
        case .gap(let from, let to):
            report.records.append(hole("were lost", from: from, to: to, time: time))
        case .incomplete(let from, let to):
            report.records.append(hole("could not be read", from: from, to: to, time: time))
        }
    }

    private mutating func add(_ stream: StreamRecord, sequence: Int, to report: inout AttemptReport) {
        switch stream.kind {
        case .log(let log):
            add(log, sequence: sequence, time: stream.time, to: &report)
        case .taskState(let task):
            if let log = task.log { add(log, sequence: sequence, time: stream.time, to: &report) }
            report.taskRuns.append(
                TaskRun(
                    id: task.taskRun, flowRunID: task.flowRun ?? runID, name: task.name, attempt: task.attempt,
                    state: masked(task.state), startedAt: task.started, endedAt: task.ended, details: task.details))
        case .childRun(let child):
            report.childRuns.append(childReport(child))
        case .metric(let metric):
            add(metric, sequence: sequence, time: stream.time, to: &report)
        case .result(let value):
            report.result = value
        case .artifact(let artifact):
            add(artifact, sequence: sequence, time: stream.time, to: &report)
        case .asset(let asset):
            report.assets.append(
                AssetReport(flowRunID: asset.flowRun ?? runID, at: stream.time, record: asset.record))
            let child = asset.flowRun == runID ? nil : asset.flowRun
            report.records.append(
                note(.info, "asset \(asset.record.summary)", sequence: sequence, time: stream.time, child: child))
        case .outcome(let outcome):
            self.outcome = outcome
            self.outcome?.message = mask.masked(outcome.message)
        case .hello(let hello):
            guard hello.protocolVersion > StreamRecord.protocolVersion else { return }
            let text =
                "the program speaks version \(hello.protocolVersion) of the run stream, this agent "
                + "\(StreamRecord.protocolVersion): update the agent, what it does not know is left out"
            report.records.append(note(.warning, text, sequence: sequence, time: stream.time))
        case .unknown(let name):
            let text = "the program reported \"\(name)\", which this agent does not know: update the agent"
            report.records.append(note(.debug, text, sequence: sequence, time: stream.time))
        }
    }

    private mutating func add(
        _ log: StreamRecord.Log, sequence: Int, time: Timestamp, to report: inout AttemptReport
    ) {
        var joined = log
        if var start = unfinished.removeValue(forKey: log.stream) {
            start.message += log.message
            joined = start
        }
        if log.continues, joined.message.utf8.count < Self.longestLine {
            unfinished[log.stream] = joined
            return
        }
        let known = partsRead[log.stream] ?? 0
        partsRead[log.stream] = log.continues ? known + 1 : nil
        report.records.append(
            record(joined, part: log.continues || known > 0 ? known + 1 : nil, sequence: sequence, time: time))
    }

    private mutating func childReport(_ child: StreamRecord.ChildRun) -> ChildRunReport {
        if child.state.type == .running, childStarts[child.flowRun] == nil {
            childStarts[child.flowRun] = child.state.at
        }
        return ChildRunReport(
            id: child.flowRun, parentRunID: child.parent ?? runID, flowName: child.flow,
            parameters: child.parameters, state: masked(child.state), startedAt: childStarts[child.flowRun],
            endedAt: child.state.type.isTerminal ? child.state.at : nil)
    }

    /// Numbers of the run itself become its metrics; a child's are shown in its log, as a run has one value a name.
    private func add(
        _ metric: StreamRecord.Metric, sequence: Int, time: Timestamp, to report: inout AttemptReport
    ) {
        guard metric.value.isFinite else {
            let text = "the metric \(metric.name) is not a number"
            report.records.append(note(.warning, text, sequence: sequence, time: time, child: metric.flowRun))
            return
        }
        guard let child = metric.flowRun, child != runID else {
            report.metrics[metric.name] = metric.value
            return
        }
        let text = "\(metric.name) = \(metric.value)"
        report.records.append(note(.debug, text, sequence: sequence, time: time, child: child))
    }
}

extension RunStreamReader {
    private mutating func addPlain(_ bytes: [UInt8], of line: OutputLine, to report: inout AttemptReport) {
        guard bytes.count > Self.longestLine else {
            return addPlain(bytes[...], part: line.part, of: line, to: &report)
        }
        for (index, piece) in Self.pieces(of: bytes).enumerated() {
            addPlain(piece, part: max(line.part, 1) + index, of: line, to: &report)
        }
    }

    /// Adds a line, or a part of one that is too long, which names itself in the place of a logger: its text stays exact.
    private mutating func addPlain(
        _ bytes: ArraySlice<UInt8>, part: Int, of line: OutputLine, to report: inout AttemptReport
    ) {
        let sequence: Int64
        let source: LogRecord.Source
        switch line.stream {
        case .stdout:
            plainLines.stdout += 1
            (sequence, source) = (plainLines.stdout, .stdout)
        case .stderr:
            plainLines.stderr += 1
            (sequence, source) = (plainLines.stderr, .stderr)
        }
        guard keepsPlainLines else { return }
        report.records.append(
            LogRecord(
                attempt: attempt, source: source, sequence: sequence, at: line.time, level: .info,
                message: mask.masked(bytes),
                logger: part == 0 ? nil : Self.named(source.rawValue, part: part)))
    }

    private static func named(_ logger: String, part: Int) -> String { "\(logger) (part \(part))" }

    /// The line in pieces of at most ``longestLine`` bytes, none cut inside a character's encoding.
    static func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while rest.count > longestLine {
            var end = rest.startIndex + longestLine
            while end > rest.startIndex + longestLine - 4, rest[end] & 0xC0 == 0x80 { end -= 1 }
            pieces.append(rest[..<end])
            rest = rest[end...]
        }
        return pieces + [rest]
    }

    private func masked(_ state: RunState) -> RunState {
        var state = state
        state.message = mask.masked(state.message)
        return state
    }

    private func record(_ log: StreamRecord.Log, part: Int?, sequence: Int, time: Timestamp) -> LogRecord {
        LogRecord(
            attempt: attempt, source: .flow, sequence: Int64(sequence), at: time, level: Self.level(log.level),
            message: mask.masked(log.message), logger: part.map { Self.named(log.logger, part: $0) } ?? log.logger,
            taskRunID: log.taskRun,
            childRunID: log.flowRun == runID ? nil : log.flowRun)
    }

    /// Keeps an artifact, where there is room for it; the log tells of each one.
    private mutating func add(
        _ artifact: StreamRecord.Artifact, sequence: Int, time: Timestamp, to report: inout AttemptReport
    ) {
        let child = artifact.flowRun == runID ? nil : artifact.flowRun
        func tell(_ level: LogRecord.Level, _ text: String) {
            report.records.append(note(level, text, sequence: sequence, time: time, child: child))
        }
        let bytes = artifact.data.jsonText.utf8.count
        let refusal: String? =
            if !ArtifactLimits.isKey(artifact.key) {
                "its key is not 1 to \(ArtifactLimits.keyLength) letters, digits, \"-\", \"_\" and \".\""
            } else if bytes > ArtifactLimits.contentBytes * 2 {
                "its content has \(bytes) bytes, more than \(ArtifactLimits.contentBytes)"
            } else if artifacts.count >= ArtifactLimits.perAttempt {
                "an attempt keeps \(ArtifactLimits.perAttempt) artifacts at most"
            } else if artifacts.bytes + bytes > ArtifactLimits.bytesPerAttempt {
                "all artifacts of an attempt have \(ArtifactLimits.bytesPerAttempt) bytes at most"
            } else {
                nil
            }
        let key = String(artifact.key.prefix(ArtifactLimits.keyLength))
        if let refusal { return tell(.warning, "the artifact \(key) is not kept: \(refusal)") }
        artifacts = (artifacts.count + 1, artifacts.bytes + bytes)
        let description = String(artifact.description.prefix(ArtifactLimits.descriptionBytes))
        report.artifacts.append(
            ArtifactReport(
                flowRunID: artifact.flowRun ?? runID, taskRunID: artifact.taskRun, sequence: Int64(sequence), at: time,
                key: key, type: String(artifact.type.prefix(100)), description: description, data: artifact.data))
        let about = description.isEmpty ? "" : ": \(description)"
        tell(.info, "artifact \(key) (\(artifact.type))\(about)")
    }

    private func note(
        _ level: LogRecord.Level, _ message: String, sequence: Int, time: Timestamp, child: Identifier? = nil
    ) -> LogRecord {
        LogRecord(
            attempt: attempt, source: .flow, sequence: Int64(sequence), at: time, level: level,
            message: mask.masked(message), logger: "orch", childRunID: child)
    }

    private func hole(_ what: String, from: Int, to: Int, time: Timestamp) -> LogRecord {
        let count = to &- from &+ 1
        let lines = count == 1 ? "1 line (number \(from))" : "\(count) lines (numbers \(from) to \(to))"
        return LogRecord(
            attempt: attempt, source: .orch, sequence: Int64(from), at: time, level: .warning,
            message: "\(lines) of the run's stream \(what): the engine did not give them back whole", logger: "orch")
    }

    private static func level(_ level: StreamRecord.Level) -> LogRecord.Level {
        switch level {
        case .trace, .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
