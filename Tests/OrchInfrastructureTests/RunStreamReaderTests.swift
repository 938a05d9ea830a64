import OrchModel
import Testing

@testable import OrchInfrastructure

struct RunStreamReaderTests {
    private static let time = Timestamp(microseconds: 1_000_000)
    private let claimed = ClaimedRun.sample()

    /// The lines a flow program writes for records, numbered from `first`.
    private func lines(_ kinds: [StreamRecord.Kind], first: Int = 1) -> [OutputLine] {
        let nonce = StreamNonce.make(apiKey: "orch_run_canary", attempt: 2)
        var sequence = first
        var lines: [OutputLine] = []
        for kind in kinds {
            let encoded = StreamRecord(time: Self.time, kind)
                .encodeLines(nonce: nonce, attempt: 2, firstSequence: sequence)
            sequence += encoded.count
            lines += encoded.map { OutputLine(.stdout, time: Self.time, bytes: Array($0.dropLast())) }
        }
        return lines
    }

    private func plain(_ text: String, _ stream: OutputLine.Stream = .stdout) -> OutputLine {
        OutputLine(stream, time: Self.time, bytes: Array(text.utf8))
    }

    private func read(_ lines: [OutputLine], of claimed: ClaimedRun? = nil) -> (RunStreamReader, AttemptReport) {
        let claimed = claimed ?? self.claimed
        var reader = RunStreamReader(claimed)
        var report = AttemptReport(token: claimed.token)
        reader.read(lines, into: &report)
        reader.finish(into: &report)
        return (reader, report)
    }

    private func state(_ type: StateType) -> RunState {
        RunState(type, message: "", at: Self.time, actor: "flow")
    }

    @Test func plainLinesAreCountedPerStream() {
        let (_, report) = read([plain("a"), plain("x", .stderr), plain("b"), plain("", .stderr)])
        #expect(report.records.map(\.source) == [.stdout, .stderr, .stdout, .stderr])
        #expect(report.records.map(\.sequence) == [1, 1, 2, 2])
        #expect(report.records.map(\.message) == ["a", "x", "b", ""])
        #expect(report.records.allSatisfy { $0.attempt == 2 && $0.at == Self.time })
    }

    @Test func secretsAreHiddenInLinesAndInStates() {
        let claimed = ClaimedRun.sample { $0.secretTexts = ["hunter22"] }
        var failed = state(.failed)
        failed.message = "no hunter22"
        let kinds: [StreamRecord.Kind] = [
            .log(.init(.info, "with hun", logger: "flow", continues: true)),
            .log(.init(.info, "ter22", logger: "flow")),
            .taskState(
                .init(
                    taskRun: .fixed(5), name: "t", attempt: 1, state: failed, line: .init(.error, "failed: no hunter22")
                )),
            .childRun(.init(flowRun: .fixed(6), flow: "c", parameters: [:], state: failed)),
            .outcome(.init(type: .failed, name: "Failed", message: "no hunter22")),
        ]
        let (reader, report) = read(lines(kinds) + [plain("hunter22", .stderr)], of: claimed)
        let stars = Secret.placeholder
        #expect(Set(report.records.map(\.message)) == ["with \(stars)", "failed: no \(stars)", stars])
        let states = report.taskRuns.map(\.state) + report.childRuns.map(\.state)
        #expect(states.map(\.message) == ["no \(stars)", "no \(stars)"])
        #expect(reader.outcome?.message == "no \(stars)")
    }

    @Test func aRunsOwnKeyIsHiddenAlsoWhereTheControllerDoesNotTell() {
        #expect(
            read([plain("ORCH_API_KEY=orch_run_canary")]).1.records.map(\.message) == [
                "ORCH_API_KEY=\(Secret.placeholder)"
            ])
    }

    @Test func recordsKeepTheProgramsNumbers() {
        let task = Identifier.fixed(5)
        let kinds: [StreamRecord.Kind] = [
            .hello(.init(sdk: "0.1.0", flow: "f")),
            .log(.init(.warning, "slow", logger: "task.extract", taskRun: task)),
            .log(.init(.trace, "fine", logger: "flow", flowRun: .fixed(6))),
        ]
        let (_, report) = read(lines(kinds))
        #expect(report.records.map(\.sequence) == [2, 3])
        #expect(report.records.map(\.source) == [.flow, .flow])
        #expect(report.records.map(\.level) == [.warning, .debug])
        #expect(report.records.first?.taskRunID == task)
        #expect(report.records.last?.childRunID == .fixed(6))
    }

    @Test func theLineOfATasksStateIsALineOfTheLog() {
        let task = StreamRecord.TaskState(
            taskRun: .fixed(5), name: "extract", flowRun: .fixed(6), attempt: 1, state: state(.completed),
            line: .init(.warning, "Completed late"))
        let (_, report) = read(lines([.taskState(task)]))
        #expect(report.taskRuns.map(\.id) == [.fixed(5)])
        let line = report.records.first
        #expect(line?.message == "Completed late" && line?.level == .warning && line?.logger == "extract")
        #expect(line?.taskRunID == .fixed(5) && line?.childRunID == .fixed(6))
        #expect(line?.sequence == 1 && line?.source == .flow)
    }

    @Test func everyKindFindsItsPlace() {
        let details = TaskDetails(tags: ["web"], progress: .init(done: 1, total: 2))
        let kinds: [StreamRecord.Kind] = [
            .taskState(
                .init(
                    taskRun: .fixed(5), name: "extract", attempt: 1, state: state(.running), started: Self.time,
                    details: details)),
            .childRun(.init(flowRun: .fixed(6), flow: "etl", parameters: ["month": 7], state: state(.running))),
            .childRun(.init(flowRun: .fixed(6), flow: "etl", parameters: ["month": 7], state: state(.completed))),
            .metric(.init("rows", 71_974)),
            .metric(.init("rows", 5, flowRun: .fixed(6))),
            .metric(.init("ratio", .nan)),
            .artifact(.init(key: "report", type: "markdown", data: "# x", description: "the month")),
            .asset(.init(Self.asset, flowRun: .fixed(6))),
            .result(["rows": 71_974]),
            .outcome(.init(type: .completed, name: "Completed", message: "done")),
        ]
        let (reader, report) = read(lines(kinds))
        #expect(report.taskRuns.map(\.flowRunID) == [claimed.runID])
        #expect(report.taskRuns.first?.startedAt == Self.time)
        #expect(report.taskRuns.first?.details == details)
        #expect(report.childRuns.map(\.state.type) == [.running, .completed])
        #expect(report.childRuns.map(\.parentRunID) == [claimed.runID, claimed.runID])
        #expect(report.childRuns.last?.startedAt == Self.time)
        #expect(report.childRuns.last?.endedAt == Self.time)
        #expect(report.metrics == ["rows": 71_974])
        #expect(report.result == ["rows": 71_974])
        #expect(reader.outcome == .init(type: .completed, name: "Completed", message: "done"))
        #expect(
            report.records.map(\.message) == [
                "rows = 5.0", "the metric ratio is not a number", "artifact report (markdown): the month",
                "asset green: gs://lake/data/green/x.parquet, 3 rows, 9 bytes, version 1",
            ])
        #expect(report.records.first?.childRunID == .fixed(6))
        #expect(report.records.last?.childRunID == .fixed(6))
        #expect(report.assets == [AssetReport(flowRunID: .fixed(6), at: Self.time, record: Self.asset)])
    }

    @Test func anArtifactIsKeptWithWhoMadeIt() {
        let kinds: [StreamRecord.Kind] = [
            .artifact(.init(key: "report", type: "markdown", data: ["text": "# x"], taskRun: .fixed(5))),
            .artifact(.init(key: "report", type: "table", data: [:], description: "d", flowRun: .fixed(6))),
        ]
        let (_, report) = read(lines(kinds))
        #expect(report.artifacts.map(\.flowRunID) == [claimed.runID, .fixed(6)])
        #expect(report.artifacts.map(\.taskRunID) == [.fixed(5), nil])
        #expect(report.artifacts.map(\.sequence) == [1, 2])
        #expect(report.artifacts.map(\.data) == [["text": "# x"], [:]])
        #expect(report.records.map(\.childRunID) == [nil, .fixed(6)])
        var both = report
        both.append(report)
        #expect(both.artifacts.count == 4)
    }

    @Test func whatIsTooMuchOfArtifactsIsToldAndNotKept() {
        let large: JSONValue = .string(String(repeating: "x", count: 400_000))
        let small = StreamRecord.Kind.artifact(.init(key: "report", type: "markdown", data: ["text": "x"]))
        let kinds: [StreamRecord.Kind] =
            [
                .artifact(.init(key: "a b", type: "markdown", data: [:])),
                .artifact(.init(key: "huge", type: "markdown", data: .array([large, large]))),
            ] + (0..<50).map { _ in .artifact(.init(key: "large", type: "markdown", data: large)) }
            + (0..<1001).map { _ in small }
        let (_, report) = read(lines(kinds))
        #expect(report.artifacts.count == 1000)
        let warnings = report.records.filter { $0.level == .warning }.map(\.message)
        #expect(warnings.first?.hasPrefix("the artifact a b is not kept: its key is not") == true)
        #expect(
            warnings.dropFirst().first
                == "the artifact huge is not kept: its content has 800007 bytes, more than 262144")
        #expect(
            warnings.contains("the artifact large is not kept: all artifacts of an attempt have 16777216 bytes at most")
        )
        #expect(warnings.last == "the artifact report is not kept: an attempt keeps 1000 artifacts at most")
        #expect(report.records.count == kinds.count)
    }

    private static let asset = AssetRecord(
        namespace: "gs://lake", dataset: "green", uri: "gs://lake/data/green/x.parquet", version: "1", rows: 3,
        bytes: 9, sha256: "00")

    @Test func anAssetIsTheRunsOwnWhereNoChildWroteIt() {
        let (_, report) = read(lines([.asset(.init(Self.asset))]))
        #expect(report.assets.map(\.flowRunID) == [claimed.runID])
        #expect(!report.isEmpty)
        var alone = AttemptReport(token: "t")
        alone.assets = report.assets
        #expect(!alone.isEmpty)
        var both = alone
        both.append(alone)
        #expect(both.assets.count == 2)
    }

    @Test func lostLinesAreShownWithTheirCount() {
        let all = lines((1...6).map { .log(.init(.info, "line \($0)", logger: "flow")) })
        let (_, report) = read([all[0], all[4], all[5]])
        #expect(report.records.map(\.source) == [.flow, .orch, .flow, .flow])
        let gap = report.records[1]
        #expect(gap.level == .warning)
        #expect(gap.sequence == 2)
        #expect(gap.message.contains("3 lines (numbers 2 to 4) of the run's stream were lost"))
    }

    @Test func halfARecordIsShown() {
        let long = lines([.log(.init(.info, String(repeating: "x", count: 10_000), logger: "flow"))])
        #expect(long.count > 1)
        let (_, report) = read(Array(long.dropLast()))
        #expect(report.records.map(\.source) == [.orch])
        #expect(report.records.first?.message.contains("could not be read") == true)
    }

    @Test func forgedRecordsArePlainText() {
        let nonce = StreamNonce.make(apiKey: "another key", attempt: 2)
        let outcome = StreamRecord(time: Self.time, .outcome(.init(type: .completed, name: "Completed", message: "")))
        let forged = outcome.encodeLines(nonce: nonce, attempt: 2, firstSequence: 1)
            .map { OutputLine(.stdout, time: Self.time, bytes: Array($0.dropLast())) }
        let (reader, report) = read(forged)
        #expect(reader.outcome == nil)
        #expect(report.records.map(\.source) == [.stdout])
    }

    @Test func recordsOnStandardErrorArePlainText() {
        let onError = lines([.log(.init(.info, "x", logger: "flow"))]).map {
            OutputLine(.stderr, time: $0.time, bytes: $0.bytes)
        }
        #expect(read(onError).1.records.map(\.source) == [.stderr])
    }

    @Test func commandRunsHaveNoRunStream() {
        let command = ClaimedRun.sample { $0.kind = .command }
        let (reader, report) = read(
            lines([.outcome(.init(type: .completed, name: "Completed", message: ""))]), of: command)
        #expect(reader.outcome == nil)
        #expect(report.records.map(\.source) == [.stdout])
    }

    @Test func linesThatContinueAreJoined() {
        let kinds: [StreamRecord.Kind] = [
            .log(.init(.info, "one ", logger: "stdout", stream: .stdout, continues: true)),
            .log(.init(.info, "apart", logger: "flow")),
            .log(.init(.info, "line", logger: "stdout", stream: .stdout)),
        ]
        let (_, report) = read(lines(kinds))
        #expect(report.records.map(\.message) == ["apart", "one line"])
        #expect(report.records.map(\.sequence) == [2, 3])
    }

    @Test func lineThatNeverEndsIsKept() {
        let (_, report) = read(lines([.log(.init(.info, "half", logger: "stdout", stream: .stdout, continues: true))]))
        #expect(report.records.map(\.message) == ["half"])
    }

    @Test func readingAgainYieldsTheSameKeys() {
        let kinds: [StreamRecord.Kind] = (1...20).map { .log(.init(.info, "line \($0)", logger: "flow")) }
        var all = lines(kinds)
        all.remove(at: 7)
        all.insert(plain("from a library"), at: 3)
        all.append(plain("to stderr", .stderr))
        let (_, first) = read(all)
        // Another agent, with other batches.
        var reader = RunStreamReader(claimed)
        var second = AttemptReport(token: claimed.token)
        for line in all { reader.read([line], into: &second) }
        reader.finish(into: &second)
        #expect(first.records == second.records)
        let keys = first.records.map { "\($0.source) \($0.sequence)" }
        #expect(Set(keys).count == keys.count)
    }

    @Test func veryLongLinesBecomeSeveralAndLoseNothing() {
        let text = String(repeating: "é", count: RunStreamReader.longestLine)
        let (_, report) = read([plain("a" + text)])
        #expect(report.records.map(\.sequence) == [1, 2, 3])
        #expect(report.records.map(\.message).joined() == "a" + text)
    }

    @Test func invalidUTF8IsReplaced() {
        let (_, report) = read([OutputLine(.stdout, time: Self.time, bytes: [0x61, 0xFF, 0x00, 0x62])])
        #expect(report.records.map(\.message) == ["a\u{FFFD}\0b"])
    }
}
