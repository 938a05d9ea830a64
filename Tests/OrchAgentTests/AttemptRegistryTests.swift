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

    @Test func whatIsHeldTakesItsSlotBeforeItIsTakenIn() {
        let other = ClaimedRun.sample { $0.attempt = 2 }
        #expect(!registry.hasHeard)
        registry.hear([claimed.key, other.key])
        #expect(registry.hasHeard && registry.load == 2 && registry.count == 0)
        _ = registry.begin(claimed, isFresh: true)
        #expect(registry.load == 2)
        registry.end(claimed.key)
        #expect(registry.load == 1)
        registry.hear([claimed.key, other.key])
        #expect(registry.load == 1, "one that has ended is named by an old list")
        registry.hearAgain([])
        #expect(registry.load == 0)
        registry.hearAgain([other.key])
        #expect(registry.load == 0)
        registry.doubt()
        #expect(!registry.hasHeard)
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
