import OrchModel
import Testing

@testable import OrchCLI

struct AttemptHeadingsTests {
    private let attempts = (1...3).map { number in
        RunAttempt(
            flowRunID: .new(), number: number, agent: "a\(number)",
            state: RunState(.failed, message: "", at: Timestamp(microseconds: 0), actor: ""),
            claimedAt: Timestamp(microseconds: 0))
    }

    private func run(attempt: Int) -> FlowRun {
        var run = Sample.run
        run.attempt = attempt
        return run
    }

    private func line(_ attempt: Int, logger: String? = nil) -> LogRecord {
        LogRecord(
            attempt: attempt, source: .orch, sequence: 1, at: Timestamp(microseconds: 0), level: .info, message: "",
            logger: logger)
    }

    @Test func aRunInItsFirstAttemptHasNone() async {
        var headings = AttemptHeadings(run(attempt: 1))
        #expect(await headings.heading(before: line(1)) { attempts } == nil)
        #expect(
            await headings.heading(before: line(2)) { attempts }
                == "=== attempt 2, agent a2, 1970-01-01 00:00:00 UTC ===\n")
        #expect(await headings.heading(before: line(2)) { attempts } == nil)
    }

    @Test func aRunOfSeveralAttemptsHasOneForEachEvenWithoutTheirAgents() async {
        var headings = AttemptHeadings(run(attempt: 2))
        #expect(await headings.heading(before: line(1)) { [] } == "=== attempt 1 ===\n")
        #expect(await headings.heading(before: line(2)) { [] } == "=== attempt 2 ===\n")
    }

    @Test func aClaimBeginsAnAttemptBeforeItsFirstLine() async {
        var headings = AttemptHeadings(run(attempt: 0))
        let pending = RunState(.pending, message: "", at: Timestamp(microseconds: 0), actor: "")
        let running = RunState(.running, message: "", at: Timestamp(microseconds: 0), actor: "")
        #expect(await headings.heading(before: pending) { attempts } == nil)
        #expect(await headings.heading(before: running) { attempts } == nil)
        #expect(await headings.heading(before: line(1)) { attempts } == nil)
        #expect(await headings.heading(before: pending) { attempts } != nil)
        #expect(await headings.heading(before: running) { attempts } == nil)
        #expect(await headings.heading(before: line(2)) { attempts } == nil)
    }

    @Test func whatRetentionLeftHasNone() async {
        var headings = AttemptHeadings(run(attempt: 3))
        #expect(await headings.heading(before: line(3, logger: LogRecord.retentionLogger)) { attempts } == nil)
    }
}
