import Testing

@testable import OrchAgent

struct ReconciliationTests {
    @Test(arguments: Reconciliation.History.allCases, [true, false])
    func whatIsLookedAfterIsLeft(_ history: Reconciliation.History, _ hasContainer: Bool) {
        #expect(Reconciliation.decision(isKnown: true, hasContainer: hasContainer, history: history) == .leave)
    }

    @Test(arguments: Reconciliation.History.allCases)
    func whatHasAContainerIsAdopted(_ history: Reconciliation.History) {
        #expect(Reconciliation.decision(isKnown: false, hasContainer: true, history: history) == .adopt)
    }

    @Test(arguments: [
        (Reconciliation.History.launched, Reconciliation.Decision.missing), (.neverLaunched, .launch),
        (.unknown, .missing),
    ])
    func onlyWhatNeverRanIsLaunched(_ history: Reconciliation.History, _ decision: Reconciliation.Decision) {
        #expect(Reconciliation.decision(isKnown: false, hasContainer: false, history: history) == decision)
    }
}
