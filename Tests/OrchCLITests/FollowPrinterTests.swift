import OrchModel
import Testing

@testable import OrchCLI

struct FollowPrinterTests {
    private let record = LogRecord(
        attempt: 1, source: .flow, sequence: 1, at: Timestamp(microseconds: 1_123_456), level: .warning,
        message: "late", logger: "task.extract")

    @Test func writesALogLine() {
        #expect(FollowPrinter(coloured: false).line(for: record) == "00:00:01.123 | WARNING  | task.extract | late\n")
    }

    @Test func coloursOnlyWhereAsked() {
        #expect(FollowPrinter(coloured: true).line(for: record).contains("\u{1B}[33m"))
        #expect(!FollowPrinter(coloured: false).line(for: record).contains("\u{1B}"))
    }

    @Test func leavesStatesOutOfALog() {
        let state = RunState(.running, message: "m", at: Timestamp(microseconds: 0), actor: "a")
        #expect(FollowPrinter(coloured: false, showsStates: false).line(for: .state(state)) == nil)
        #expect(FollowPrinter(coloured: false).line(for: .state(state)) == "00:00:00.000 | Running  | a | m\n")
        #expect(FollowPrinter(coloured: false).line(for: .heartbeat) == nil)
    }
}
