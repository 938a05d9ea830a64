import Testing

@testable import Orch

struct RetryDelayTests {
    @Test func doublesUpToTheMost() {
        let delay = RetryDelay.exponential(from: .seconds(10), upTo: .seconds(60))
        #expect(
            (1...5).map(delay.wait(after:)) == [.seconds(10), .seconds(20), .seconds(40), .seconds(60), .seconds(60)])
        #expect(delay.wait(after: .max) == .seconds(60))
    }

    @Test func staysTheSame() {
        #expect(RetryDelay.constant(.seconds(2)).wait(after: 9) == .seconds(2))
        #expect(RetryDelay.none.wait(after: 1) == .zero)
        #expect(RetryDelay.exponential(from: .zero).wait(after: 3) == .zero)
    }
}
