import Testing

@testable import GoogleCloud

struct RetryPolicyTests {
    @Test(arguments: [(1, 1.0), (2, 2), (3, 4), (6, 32), (7, 32)])
    func boundsGrowExponentiallyUpToALimit(attempt: Int, seconds: Double) {
        let policy = RetryPolicy()
        #expect(policy.pause(afterAttempt: attempt, elapsed: .zero, random: 1, hint: nil) == .seconds(seconds))
    }

    @Test func jitterIsFull() {
        let policy = RetryPolicy()
        #expect(policy.pause(afterAttempt: 3, elapsed: .zero, random: 0, hint: nil) == .zero)
        #expect(policy.pause(afterAttempt: 3, elapsed: .zero, random: 0.25, hint: nil) == .seconds(1))
    }

    @Test func theServersHintIsALowerBound() {
        let policy = RetryPolicy()
        #expect(policy.pause(afterAttempt: 1, elapsed: .zero, random: 0.5, hint: .seconds(20)) == .seconds(20))
        #expect(policy.pause(afterAttempt: 5, elapsed: .zero, random: 1, hint: .seconds(2)) == .seconds(16))
    }

    @Test func givesUpAfterTheLastAttempt() {
        var policy = RetryPolicy()
        policy.maximumAttempts = 3
        #expect(policy.pause(afterAttempt: 2, elapsed: .zero, random: 0, hint: nil) != nil)
        #expect(policy.pause(afterAttempt: 3, elapsed: .zero, random: 0, hint: nil) == nil)
    }

    @Test func startsNoPauseThatEndsPastTheBudget() {
        var policy = RetryPolicy()
        policy.budget = .seconds(10)
        #expect(policy.pause(afterAttempt: 2, elapsed: .seconds(8), random: 1, hint: nil) == .seconds(2))
        #expect(policy.pause(afterAttempt: 2, elapsed: .seconds(9), random: 1, hint: nil) == nil)
        #expect(policy.pause(afterAttempt: 1, elapsed: .zero, random: 0, hint: .seconds(11)) == nil)
    }
}
