import OrchModel
import Testing

@testable import OrchInfrastructure

/// Holes in a run stream, filled from the journal that the program kept.
struct OutputCollectorJournalTests {
    private let collector = OutputCollector(.sample())

    /// Lines `1` to `count` of a run stream, the last of them the outcome.
    private func stream(_ count: Int) -> [OutputLine] {
        let nonce = StreamNonce.make(apiKey: "orch_run_canary", attempt: 2)
        return (1...count).map { number in
            let kind: StreamRecord.Kind =
                number == count
                ? .outcome(.init(type: .completed, name: "Completed", message: "done"))
                : .log(.init(.info, "line \(number)", logger: "flow"))
            let line = StreamRecord(time: Timestamp(microseconds: Int64(number)), kind)
                .encodeLines(nonce: nonce, attempt: 2, firstSequence: number)[0]
            return OutputLine(.stdout, time: Timestamp(microseconds: Int64(number)), bytes: Array(line.dropLast()))
        }
    }

    private func file(_ lines: some Sequence<OutputLine>) -> [UInt8] { lines.flatMap { $0.bytes + [0x0A] } }

    private func flowLines(_ report: AttemptReport) -> [Int64] {
        report.records.filter { $0.source == .flow }.map(\.sequence)
    }

    private func remarks(_ report: AttemptReport) -> [String] {
        report.records.filter { $0.source == .orch }.map(\.message)
    }

    @Test func holeIsFilledInItsPlace() async {
        let all = stream(9)
        let before = await collector.take(Array(all[..<2] + all[5...]))
        #expect(flowLines(before) == [1, 2])
        #expect(await collector.hasHole)
        let after = await collector.fill(from: [file(all[3...]), file(all[..<3])], toEnd: false)
        #expect(flowLines(after) == Array(3...8))
        #expect(
            remarks(after) == [
                "3 lines of the run's stream that the engine does not have came from the program's journal"
            ])
        #expect(await !collector.hasHole)
        #expect(await collector.outcome?.type == .completed)
        #expect(await !collector.mayLackLines)
    }

    @Test func whatTheJournalDoesNotHoldIsShownWithItsCount() async {
        let all = stream(9)
        _ = await collector.take(Array(all[..<1] + all[6...]))
        let after = await collector.fill(from: [file(all[4...])], toEnd: false)
        #expect(after.records.map(\.sequence) == [2, 5, 6, 6, 7, 8])
        #expect(after.records.map(\.source) == [.orch, .flow, .flow, .orch, .flow, .flow])
        #expect(remarks(after).first?.hasPrefix("3 lines (numbers 2 to 4) of the run's stream were lost") == true)
    }

    @Test func severalHolesInABatchAreFilledAtOnce() async {
        let all = stream(12)
        _ = await collector.take([all[0], all[2], all[3], all[6], all[11]])
        let after = await collector.fill(from: [file(all)], toEnd: false)
        #expect(flowLines(after) == Array(2...11))
        #expect(await !collector.hasHole)
    }

    /// By then the program has overwritten what was lost.
    @Test func journalKeptAfterABrokenConnectionFillsAHoleFoundLater() async {
        let all = stream(9)
        _ = await collector.take(Array(all[..<2]))
        await collector.startOver()
        await collector.keep([file(all[..<6])])
        var report = await collector.take(Array(all[..<2] + all[5...]))
        report.append(await collector.fill(from: [file(all[7...])], toEnd: false))
        #expect(flowLines(report) == Array(3...8))
    }

    @Test func endThatNeverCameIsReadFromTheJournal() async {
        let all = stream(9)
        _ = await collector.take(Array(all[..<4]))
        #expect(await collector.mayLackLines)
        // The last line of a killed program is half written.
        let after = await collector.fill(from: [file(all) + Array(all[0].bytes.prefix(50))], toEnd: true)
        #expect(flowLines(after) == Array(5...8))
        #expect(await collector.outcome?.type == .completed)
        #expect(await collector.finish().records.isEmpty)
    }

    @Test func tornLastLineIsAskedForThoughTheOutcomeIsKnown() async {
        let all = stream(3)
        let more = OutputLine(.stdout, time: all[2].time, bytes: Array(all[2].bytes.prefix(90)))
        _ = await collector.take(Array(all[..<2]) + [more])
        #expect(await collector.mayLackLines)
        #expect(remarks(await collector.fill(from: [], toEnd: true)).isEmpty)
        #expect(remarks(await collector.finish()).first?.hasPrefix("1 line (number 3)") == true)
    }

    @Test func whatTheEngineGivesOnceMoreIsPassedOver() async {
        let all = stream(9)
        _ = await collector.take(Array(all[..<2]))
        _ = await collector.fill(from: [file(all[..<6])], toEnd: true)
        await collector.startOver()
        let again = await collector.take(all)
        #expect(flowLines(again) == [7, 8])
        #expect(flowLines(await collector.fill(from: [file(all)], toEnd: true)) == [])
    }

    @Test func fillingAgainYieldsTheSameKeys() async {
        let all = stream(9)
        let given = Array(all[..<2] + all[5...])
        var keys: [[String]] = []
        for _ in 0..<2 {
            let collector = OutputCollector(.sample())
            var report = await collector.take(given)
            report.append(await collector.fill(from: [file(all)], toEnd: false))
            keys.append(report.records.map { "\($0.source) \($0.sequence)" })
        }
        #expect(keys[0] == keys[1])
        #expect(Set(keys[0]).count == keys[0].count)
    }

    @Test func holeIsGivenUpAtTheEndOfAllReading() async {
        let all = stream(5)
        _ = await collector.take([all[0], all[3], all[4]])
        let end = await collector.finish()
        #expect(flowLines(end) == [4])
        #expect(remarks(end).first?.hasPrefix("2 lines (numbers 2 to 3)") == true)
    }

    @Test func anotherAttemptsJournalIsNotTaken() async {
        let all = stream(4)
        _ = await collector.take(Array(all[..<1]))
        let text = String(decoding: file(all), as: UTF8.self)
        let foreign = Array(text.replacing("\"attempt\":2", with: "\"attempt\":1").utf8)
        #expect(await collector.fill(from: [foreign], toEnd: true).isEmpty)
    }

    @Test func commandFlowHasNoJournal() async {
        let collector = OutputCollector(.sample { $0.kind = .command })
        _ = await collector.take(stream(3))
        #expect(await !collector.mayLackLines)
    }
}
