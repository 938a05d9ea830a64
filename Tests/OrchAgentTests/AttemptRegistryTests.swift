import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

struct AttemptRegistryTests {
    private let registry = AttemptRegistry()
    private let claimed = ClaimedRun.sample()

    @Test func attemptIsTakenInOnce() {
        #expect(registry.begin(claimed) != nil)
        #expect(registry.begin(claimed) == nil)
        #expect(registry.count == 1)
        #expect(registry.held() == [.init(runID: claimed.runID, attempt: 1, token: "token-1")])
        registry.end(claimed.key)
        #expect(registry.begin(claimed) != nil)
    }

    @Test func whatEndsDuringAPassIsKnownUntilTheNext() {
        _ = registry.begin(claimed)
        registry.beginPass()
        registry.end(claimed.key)
        #expect(registry.isKnown(claimed.key))
        registry.beginPass()
        #expect(!registry.isKnown(claimed.key))
    }
}
