import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

/// Lines that the engine lost, on their way from the program's journal to the controller.
@Suite(.timeLimit(.minutes(10)))
struct JournalTests {
    private let claimed = ClaimedRun.sample { $0.kind = .sdk }

    private func stream(_ count: Int) -> [OutputLine] {
        let nonce = StreamNonce.make(apiKey: Secret(claimed.secrets["ORCH_API_KEY"] ?? ""), attempt: claimed.attempt)
        return (1...count).map { number in
            let kind: StreamRecord.Kind =
                number == count
                ? .outcome(.init(type: .completed, name: "Completed", message: "done"))
                : .log(.init(.info, "line \(number)", logger: "flow"))
            let line = StreamRecord(time: Timestamp(microseconds: 1), kind)
                .encodeLines(nonce: nonce, attempt: claimed.attempt, firstSequence: number)[0]
            return .out(String(decoding: line.dropLast(), as: UTF8.self))
        }
    }

    private func bench(_ lines: [OutputLine], journal: [OutputLine], exit: Int = 0) throws -> AgentBench {
        let bench = try AgentBench(["hello": .init(lines: lines, end: .exit(exit))])
        let paths = StreamJournal.paths(in: "/var/tmp", run: claimed.runID, attempt: claimed.attempt)
        bench.engine.put(journal: journal.flatMap { $0.bytes + [0x0A] }, path: paths[1])
        return bench
    }

    @Test func lostLinesArriveInOrderAndOnce() async throws {
        let all = stream(50)
        let bench = try bench(Array(all[..<10] + all[20..<30] + all[40...]), journal: all)
        try await bench.run(claimed)
        #expect(bench.controller.lines == (1..<50).map { "line \($0)" })
        #expect(bench.controller.end?.type == .completed)
    }

    /// A record torn on the engine's disk ends each reading there, with no error.
    @Test func endThatTheEngineDoesNotGiveIsFoundOut() async throws {
        let all = stream(50)
        let bench = try bench(Array(all[..<10]), journal: all)
        try await bench.run(claimed)
        #expect(bench.controller.lines == (1..<50).map { "line \($0)" })
        #expect(bench.controller.end?.type == .completed)
    }

    @Test func whatIsMissingForGoodIsShownWithItsCount() async throws {
        let all = stream(50)
        let bench = try bench(Array(all[..<10]), journal: Array(all[30...]))
        try await bench.run(claimed)
        #expect(bench.controller.log.contains { $0.message.hasPrefix("20 lines (numbers 11 to 30)") })
        #expect(bench.controller.lines == (Array(1...10) + Array(31..<50)).map { "line \($0)" })
    }

    @Test func wholeStreamNeedsNoJournal() async throws {
        let bench = try bench(stream(20), journal: stream(20))
        try await bench.run(claimed)
        #expect(bench.controller.end?.type == .completed)
        #expect(!bench.engine.calls.contains("archive"))
    }

    @Test func commandFlowNeedsNoJournal() async throws {
        let bench = try AgentBench(["hello": .init(lines: [.out("one")], end: .exit(1))])
        try await bench.run(.sample { $0.kind = .command })
        #expect(bench.controller.end?.type == .failed)
        #expect(!bench.engine.calls.contains("archive"))
    }
}
