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

    @Test("an output that ended without a newline before the tail begins keeps what it ended with")
    func unfinishedLineBeforeTheTailIsKept() async {
        let half = OutputLine(.stderr, time: Timestamp(microseconds: 9), bytes: Array("half".utf8), isComplete: false)
        _ = await collector.take(lines(1...9, .stderr) + lines(1...990) + [half])
        #expect(fresh(await collector.compare(tail: lines(873...1000))) == (991...1000).map { "line \($0)" } + ["half"])
        #expect(await collector.finish().records.isEmpty)
    }

    @Test("a tail that begins within a line of several parts is not matched by one of them")
    func tailWithinALongLineIsReadAgain() async {
        let time = Timestamp(microseconds: 1)
        func part(_ number: Int, _ count: Int) -> OutputLine {
            OutputLine(.stdout, time: time, bytes: Array(repeating: 121, count: count), part: number)
        }
        let mebibyte = 1 << 20
        _ = await collector.take([part(1, mebibyte)])
        let after = OutputLine(.stdout, time: Timestamp(microseconds: 2), bytes: Array("after".utf8))
        // Of 2.5 MiB the last 128 entries hold less than 2 MiB.
        #expect(fresh(await collector.compare(tail: [part(1, mebibyte), part(2, 62 << 14), after])) == nil)
        await collector.startOver()
        let again = await collector.take([part(1, mebibyte), part(2, mebibyte), part(3, mebibyte / 2), after])
        #expect(again.records.map(\.message.utf8.count) == [mebibyte, mebibyte / 2, 5])
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
