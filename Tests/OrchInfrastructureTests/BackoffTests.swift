import Testing

@testable import OrchInfrastructure

struct BackoffTests {
    @Test func doublesUpToTheLongest() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
        let pauses = (0..<6).map { _ in backoff.next() }
        #expect(pauses == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
        backoff.reset()
        #expect(backoff.next() == .milliseconds(100))
    }

    @Test func neverOverflows() {
        var backoff = Backoff()
        for _ in 0..<10_000 { #expect(backoff.next() <= .seconds(5)) }
    }
}
