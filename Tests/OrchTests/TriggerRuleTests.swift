import Testing

@testable import Orch

struct TriggerRuleTests {
    /// Every sequence of up to four ends.
    private static let sequences: [[NodeState]] = (0...4).flatMap { length in
        (0..<length).reduce([[]]) { sequences, _ in
            sequences.flatMap { sequence in NodeState.allCases.map { sequence + [$0] } }
        }
    }

    @Test(arguments: TriggerRule.allCases)
    func everyNodeIsDecidedOnceAllBeforeItHaveEnded(rule: TriggerRule) {
        for states in Self.sequences {
            #expect(rule.decision(on: UpstreamCounts(states)) != .wait, "\(states)")
        }
    }

    @Test(arguments: TriggerRule.allCases)
    func aDecisionIsNotChangedByWhatEndsLater(rule: TriggerRule) {
        for states in Self.sequences {
            var counts = UpstreamCounts(unfinished: states.count)
            var decisions = [rule.decision(on: counts)]
            for state in states {
                counts.end(state)
                decisions.append(rule.decision(on: counts))
            }
            let made = decisions.drop { $0 == .wait }
            #expect(Set(made).count == 1, "\(states): \(decisions)")
            #expect(decisions.last == rule.decision(on: UpstreamCounts(states)))
        }
    }

    @Test(arguments: TriggerRule.allCases)
    func theOrderOfEndsDoesNotMatter(rule: TriggerRule) {
        var decisions: [[String]: TriggerDecision] = [:]
        for states in Self.sequences {
            let decision = rule.decision(on: UpstreamCounts(states))
            let known = decisions.updateValue(decision, forKey: states.map(\.rawValue).sorted())
            #expect(known == nil || known == decision, "\(states)")
        }
    }

    /// So that a table over sets of states is the whole truth.
    @Test(arguments: TriggerRule.allCases)
    func onlyWhichStatesThereAreMatters(rule: TriggerRule) {
        for states in Self.sequences {
            #expect(
                rule.decision(on: UpstreamCounts(states)) == rule.decision(on: UpstreamCounts(Set(states))),
                "\(states)")
        }
    }

    @Test(arguments: TriggerRule.allCases)
    func onlyRulesThatNeedOneOrNoneDecideEarlyAndOnlyToRun(rule: TriggerRule) {
        let early: [TriggerRule] = [.oneSuccess, .oneFailed, .oneDone, .always]
        for states in Self.sequences {
            let decision = rule.decision(on: UpstreamCounts(states, unfinished: 1))
            #expect(decision == .wait || (decision == .run && early.contains(rule)), "\(states): \(decision)")
        }
    }

    @Test(arguments: TriggerRule.allCases)
    func aNodeWithNothingBeforeItRuns(rule: TriggerRule) {
        #expect(rule.decision(on: UpstreamCounts(unfinished: 0)) == .run)
    }

    @Test func theRulesHaveAirflowsNames() {
        #expect(
            TriggerRule.allCases.map(\.rawValue) == [
                "all_success", "all_done", "all_failed", "one_success", "one_failed", "one_done", "none_failed",
                "none_failed_min_one_success", "none_skipped", "all_skipped", "always",
            ])
    }
}
