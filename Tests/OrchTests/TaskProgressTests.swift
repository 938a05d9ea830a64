import OrchTesting
import Synchronization
import Testing

@testable import Orch

struct TaskProgressTests {
    /// A progress whose time a test makes pass, and what it told.
    private final class Watched: Sendable {
        private let state = Mutex<(now: ContinuousClock.Instant, reports: [TaskDetails.Progress], lines: [String])>(
            (.now, [], []))

        var reports: [Int] { state.withLock { $0.reports.map(\.done) } }
        var lines: [String] { state.withLock { $0.lines } }

        func progress(total: Int?) -> TaskProgress {
            TaskProgress(
                total: total, now: { self.state.withLock { $0.now } },
                report: { progress in self.state.withLock { $0.reports.append(progress) } },
                line: { line in self.state.withLock { $0.lines.append(line) } })
        }

        func wait(_ duration: Duration) {
            state.withLock { $0.now += duration }
        }
    }

    private let watched = Watched()

    @Test func isReportedTwiceASecondAndAtTheEnd() {
        let progress = watched.progress(total: 1000)
        for _ in 0..<1000 {
            progress.advance()
            watched.wait(.milliseconds(10))
        }
        #expect(progress.done == 1000)
        #expect(watched.reports.count == 21)
        #expect(watched.reports.last == 1000)
        #expect(zip(watched.reports, watched.reports.dropFirst()).allSatisfy { $1 > $0 })
    }

    @Test func theLogHasALineEveryTenSeconds() {
        let progress = watched.progress(total: 50)
        for _ in 0..<30 {
            watched.wait(.seconds(1))
            progress.advance()
        }
        #expect(watched.lines == ["10 of 50 (20%)", "20 of 50 (40%)", "30 of 50 (60%)"])
        let endless = watched.progress(total: nil)
        watched.wait(.seconds(11))
        endless.advance(by: 7)
        #expect(watched.lines.last == "7 done")
    }

    @Test func theLastNumberIsReportedWhenNobodyCountsAnyMore() {
        do {
            let progress = watched.progress(total: nil)
            progress.advance(by: 3)
            progress.advance(by: 4)
        }
        #expect(watched.reports == [3, 7])
    }

    @Test func strangeNumbersDoNoHarm() {
        let progress = watched.progress(total: 0)
        progress.advance(by: -5)
        #expect(progress.done == 0)
        progress.advance(by: .max)
        progress.advance(by: .max)
        #expect(progress.done == .max)
        #expect(TaskDetails.Progress(done: 5, total: 0).percent == 100)
        #expect(TaskDetails.Progress(done: -5, total: 10).percent == 0)
        #expect(TaskDetails.Progress(done: 999, total: 1000).percent == 99)
        #expect(TaskDetails.Progress(done: 5).percent == nil)
    }

    @Test func belongsToItsTaskAndAttempt() async throws {
        let bench = TaskBench()
        let context = bench.context
        let attempts = Mutex(0)
        try await context.task(TaskOptions("load", tags: ["db"], retries: 1)) {
            context.progress(total: 2).advance(by: 2)
            if attempts.withLock({
                $0 += 1
                return $0
            }) == 1 {
                throw NumberedFailure(number: 1)
            }
        }
        let told = bench.reporter.taskStates.filter { $0.details?.progress != nil }
        #expect(told.map(\.attempt) == [1, 2])
        #expect(told.map(\.state.name) == ["Running", "Retrying"])
        #expect(told.allSatisfy { $0.details?.progress == .init(done: 2, total: 2) && $0.started != nil })
        #expect(Set(bench.reporter.taskStates.map(\.taskRun)).count == 1)
    }

    @Test func outsideOfATaskNobodyIsTold() {
        let bench = TaskBench()
        bench.context.progress(total: 1).advance()
        #expect(bench.reporter.kinds.isEmpty)
    }
}
