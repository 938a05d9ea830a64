import TestSupport
import Testing

@testable import Orch

/// Keeps `docs/trigger-rules.md` equal to the decisions of the code.
struct TriggerRulesDocumentTests {
    /// Each rule in words: when a node runs, what becomes of it otherwise, how Airflow differs.
    private static let words: [(rule: TriggerRule, runs: String, otherwise: String, airflow: String)] = [
        (
            .allSuccess, "all succeeded", "UpstreamFailed where one failed, else Skipped",
            "Airflow decides at the first failed or skipped one it sees; with both, by which it sees first"
        ),
        (.allDone, "all have ended", "", "the same"),
        (
            .allFailed, "all failed", "Skipped",
            "the same, but skipped at the first that did not fail, not once all have ended"
        ),
        (
            .oneSuccess, "one succeeded", "UpstreamFailed where one failed, Skipped where all were skipped",
            "may start before a branch has chosen: here it waits for branches"
        ),
        (.oneFailed, "one failed", "Skipped", "as for `one_success`"),
        (.oneDone, "one ran: succeeded, failed or was cancelled", "Skipped", "as for `one_success`"),
        (.noneFailed, "none failed", "UpstreamFailed", "the same, but decided at the first failed one"),
        (
            .noneFailedMinOneSuccess, "none failed, and one succeeded",
            "UpstreamFailed where one failed, Skipped where all were skipped",
            "the same, but decided at the first failed one"
        ),
        (.noneSkipped, "none was skipped", "Skipped", "the same, but decided at the first skipped one"),
        (
            .allSkipped, "all were skipped", "Skipped",
            "the same, but skipped at the first that was not, not once all have ended"
        ),
        (.always, "always", "", "may start before a branch has chosen: here it waits for branches"),
    ]

    private static func shown(_ decision: TriggerDecision) -> String {
        switch decision {
        case .run: "●"
        case .skip: "S"
        case .upstreamFailed: "U"
        case .wait: "…"
        }
    }

    /// Whether the rule may hold while a node directly before it has not ended.
    private static func isEarly(_ rule: TriggerRule) -> Bool {
        sets.contains { rule.decision(on: UpstreamCounts($0, unfinished: 1)) == .run }
    }

    /// Every set of states, small ones first.
    private static let sets: [[NodeState]] = (0..<32).map { bits in
        NodeState.allCases.enumerated().filter { bits & 1 << $0.offset != 0 }.map(\.element)
    }.enumerated().sorted { ($0.element.count, $0.offset) < ($1.element.count, $1.offset) }.map(\.element)

    private static var document: String {
        let rules = TriggerRule.allCases
        let rows = words.map { word in
            let otherwise = word.otherwise.isEmpty ? "–" : word.otherwise
            return "| `\(word.rule.rawValue)` | \(word.runs) | \(otherwise) | \(isEarly(word.rule) ? "yes" : "no") | "
                + "\(word.airflow) |"
        }
        let truth = sets.map { states in
            let names = states.isEmpty ? "nothing before it" : states.map(\.rawValue).joined(separator: ", ")
            let cells = rules.map { " \(shown($0.decision(on: UpstreamCounts(states)))) |" }.joined()
            return "| \(names) |\(cells)"
        }
        return """
            # Trigger rules

            A node's trigger rule says when it runs, over how the nodes *directly* before it ended. The names are Airflow's; in
            Swift `all_success` is `.allSuccess`. [graphs.md](graphs.md) shows them at work. This page is made from
            `Sources/Orch/Graph/TriggerRule+decision.swift`; a test compares them, and
            `ORCH_UPDATE_DOCUMENTS=1 swift test --filter TriggerRulesDocumentTests` writes it anew.

            A node that ended is in one of five states:

            | state | reported as | when |
            |---|---|---|
            | success | COMPLETED | its work is done |
            | failed | FAILED | its work threw, in its last attempt |
            | skipped | COMPLETED, Skipped | a branch or short circuit passed it over, or its rule did not hold |
            | upstream_failed | FAILED, UpstreamFailed | it could not run, as a node before it did not succeed |
            | cancelled | CANCELLED | its work was cancelled by itself; where the whole flow is, nothing is decided any more |

            In the rules "failed" means failed, upstream_failed or cancelled.

            | rule | it runs where, of those directly before it, | otherwise | starts early | Airflow |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            - **Starts early**: it may start before all have ended, as soon as its rule holds; what ends later changes nothing.
            - Whatever does not start early is decided once all have ended. So what becomes of a node never depends on which of
              those before it was the quickest, and a node that cleans up after one that could not run does not run while others
              before that still do.
            - Branches and short circuits directly before a node are always waited for. Where one of them passes the node over,
              it is skipped, whatever its rule.
            - A node with nothing before it runs, whatever its rule, as in Airflow.

            ## The truth table

            Only which states there are matters, not how many of each. ● it runs, S Skipped, U UpstreamFailed.

            | before it |\(rules.map { " \($0.rawValue) |" }.joined())
            |---|\(rules.map { _ in "---|" }.joined())
            \(truth.joined(separator: "\n"))

            ## Against Airflow

            The table is Airflow's where all have ended, for the four states it has. It differs in this:

            - Airflow decides as soon as one state settles the matter, so that `all_success` with one failed and one skipped is
              upstream_failed or skipped by the order in which they end. Here it is UpstreamFailed.
            - In Airflow a node with a rule that starts early may start before a branch directly before it has chosen, and is
              skipped or not by which is the quicker. Here it waits.
            - Airflow's `ShortCircuitOperator` skips everything after it unless `ignore_downstream_trigger_rules=False` is set.
              Here it is as with `False`: those directly after it are skipped, others go by their rules.
            - Airflow has no cancelled tasks, and two more rules: `all_done_min_one_success` and `all_done_setup_success`.
            - In Airflow the leaves decide whether the run failed. Here it fails where any node did.

            """
    }

    @Test func theDocumentIsTheTable() throws {
        try DocumentPage("trigger-rules.md").expect(Self.document)
    }

    @Test func everyRuleIsExplained() {
        #expect(Self.words.map(\.rule) == TriggerRule.allCases)
    }
}
