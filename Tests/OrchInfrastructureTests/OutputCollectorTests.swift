import OrchModel
import Testing

@testable import OrchInfrastructure

struct OutputCollectorTests {
    private let collector = OutputCollector(.sample { $0.kind = .command })

    private func lines(_ range: ClosedRange<Int>, _ stream: OutputLine.Stream = .stdout) -> [OutputLine] {
        range.map { OutputLine(stream, time: Timestamp(microseconds: Int64($0)), bytes: Array("line \($0)".utf8)) }
    }

    private func fresh(_ verdict: OutputCollector.TailVerdict) -> [String]? {
        if case .complete(let report) = verdict { report.records.map(\.message) } else { nil }
    }

    @Test func newConnectionGivesOnlyWhatIsNew() async {
        _ = await collector.take(lines(1...5) + lines(1...2, .stderr))
        await collector.startOver()
        let again = await collector.take(lines(1...1, .stderr) + lines(1...6) + lines(2...3, .stderr))
        #expect(again.records.map(\.message) == ["line 6", "line 3"])
        #expect(again.records.map(\.sequence) == [6, 3])
    }

    @Test func wholeTailGivesWhatTheConnectionLost() async {
        _ = await collector.take(lines(1...3))
        let verdict = await collector.compare(tail: lines(1...5))
        #expect(fresh(verdict) == ["line 4", "line 5"])
    }

    @Test func fullTailIsMatchedByTheLastLine() async {
        _ = await collector.take(lines(1...998) + lines(1...1, .stderr))
        let verdict = await collector.compare(tail: lines(873...1000))
        #expect(fresh(verdict) == ["line 999", "line 1000"])
    }

    @Test func moreThanTheTailMissingIsReadAgain() async {
        _ = await collector.take(lines(1...5))
        #expect(fresh(await collector.compare(tail: lines(873...1000))) == nil)
    }

    @Test func streamFirstSeenInAFullTailIsReadAgain() async {
        _ = await collector.take(lines(1...872))
        #expect(fresh(await collector.compare(tail: lines(873...1000, .stderr))) == nil)
    }

    @Test func longLinesMakeATailFull() async {
        let long = OutputLine(.stdout, time: Timestamp(microseconds: 1), bytes: Array(repeating: 120, count: 3 << 20))
        #expect(fresh(await collector.compare(tail: [long])) == nil)
    }

    @Test func unfinishedLineCountsOnceAtTheEnd() async {
        let half = OutputLine(.stdout, time: Timestamp(microseconds: 9), bytes: Array("half".utf8), isComplete: false)
        #expect(await collector.take(lines(1...1) + [half]).records.count == 1)
        #expect(fresh(await collector.compare(tail: lines(1...1) + [half])) == ["half"])
        #expect(await collector.finish().records.isEmpty)
    }

    @Test func unfinishedLineIsKeptWhereNoTailCouldBeRead() async {
        let half = OutputLine(.stdout, time: Timestamp(microseconds: 9), bytes: Array("half".utf8), isComplete: false)
        _ = await collector.take([half])
        #expect(await collector.finish().records.map(\.message) == ["half"])
    }

    @Test func onlyLineIsOnlyThatOfStandardError() async {
        #expect(await collector.onlyLine == nil)
        _ = await collector.take(lines(1...1, .stderr))
        #expect(await collector.onlyLine == "line 1")
        _ = await collector.take(lines(1...1))
        #expect(await collector.onlyLine == nil)
    }
}
