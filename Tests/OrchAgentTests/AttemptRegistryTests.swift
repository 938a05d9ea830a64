import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

struct AttemptRegistryTests {
    private let registry = AttemptRegistry()
    private let claimed = ClaimedRun.sample()

    @Test func attemptIsTakenInOnce() {
        #expect(registry.begin(claimed, isFresh: true) != nil)
        #expect(registry.begin(claimed, isFresh: true) == nil)
        #expect(registry.count == 1)
        #expect(registry.held() == [.init(runID: claimed.runID, attempt: 1, token: "token-1")])
        registry.end(claimed.key)
        #expect(registry.begin(claimed, isFresh: true) != nil)
    }

    @Test func whatHasEndedIsNotTakenInFromAnAnswerThatWasLongOnItsWay() {
        #expect(registry.begin(claimed, isFresh: false) != nil)
        registry.end(claimed.key)
        #expect(registry.begin(claimed, isFresh: false) == nil)
        for attempt in 2...AttemptRegistry.memory + 1 {
            let other = ClaimedRun.sample { $0.attempt = attempt }
            _ = registry.begin(other, isFresh: false)
            registry.end(other.key)
        }
        #expect(registry.begin(claimed, isFresh: false) != nil, "what is long past is forgotten")
    }

    @Test func whatEndsDuringAPassIsKnownUntilTheNext() {
        _ = registry.begin(claimed, isFresh: true)
        registry.beginPass()
        registry.end(claimed.key)
        #expect(registry.isKnown(claimed.key))
        registry.beginPass()
        #expect(!registry.isKnown(claimed.key))
    }
}
