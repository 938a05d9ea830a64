import OrchTesting
import TestSupport
import Testing

@testable import Orch

struct RetryDelayTests {
    private func waits(_ delay: RetryDelay, _ attempts: Int...) -> [Duration] {
        attempts.map { delay.wait(after: $0, share: { 0.5 }) }
    }

    @Test func doublesUpToTheMost() {
        let delay = RetryDelay.exponential(from: .seconds(10), upTo: .seconds(60))
        #expect(
            waits(delay, 1, 2, 3, 4, 5) == [.seconds(10), .seconds(20), .seconds(40), .seconds(60), .seconds(60)])
        #expect(waits(delay, .max) == [.seconds(60)])
    }

    @Test func staysTheSame() {
        #expect(waits(.constant(.seconds(2)), 9) == [.seconds(2)])
        #expect(waits(.none, 1) == [.zero])
        #expect(waits(.exponential(from: .zero), 3) == [.zero])
    }

    @Test func takesTheLastOfAListForAllThatFollow() {
        #expect(
            waits(.list([.seconds(1), .seconds(5)]), 1, 2, 3, .max) == [.seconds(1)]
                + Array(repeating: .seconds(5), count: 3))
        #expect(waits(.list([]), 1, 2) == [.zero, .zero])
    }

    @Test func isNeverNegative() {
        for delay in [RetryDelay.constant(.seconds(-1)), .list([.seconds(-1)]), .exponential(from: .seconds(-1))] {
            #expect(waits(delay, 1, 2) == [.zero, .zero])
            #expect(waits(delay.withFullJitter, 1, 2) == [.zero, .zero])
        }
    }

    /// Whatever the source says: never below nothing, never above the wait without jitter.
    @Test(arguments: [-1, 0, 0.25, 0.5, 1, 2, Double.infinity, .nan])
    func jitterStaysBelowTheWait(share: Double) {
        for attempt in 1...8 {
            for delay in [RetryDelay.exponential(from: .seconds(1), upTo: .seconds(30)), .list([.seconds(7)])] {
                let most = delay.wait(after: attempt, share: { 1 })
                let wait = delay.withFullJitter.wait(after: attempt, share: { share })
                #expect(wait >= .zero && wait <= most)
                if share >= 0, share <= 1 { #expect(wait == most * share) }
            }
        }
    }

    @Test func jitterIsTheSourcesShare() {
        var random = SeededGenerator(seed: 1)
        let delay = RetryDelay.constant(.seconds(100)).withFullJitter
        let waits = (1...1000).map { delay.wait(after: $0, share: { .random(in: 0...1, using: &random) }) }
        #expect(Set(waits).count == 1000)
        let mean = waits.reduce(.zero, +) / 1000
        #expect(mean > .seconds(45) && mean < .seconds(55))
    }

    @Test func tasksAskTheRunsSource() async throws {
        let bench = TaskBench(randomShare: { 0.25 })
        let options = TaskOptions("load", retries: 1, retryDelay: .constant(.seconds(8)).withFullJitter)
        await #expect(throws: NumberedFailure.self) {
            try await bench.context.task(options) { throw NumberedFailure(number: 1) }
        }
        #expect(bench.clock.waits == [.seconds(2)])
    }
}
