import Orch
import Synchronization

/// What stands in for the work of tasks, as a test says it.
final class ScriptedFakes: TaskFakes {
    struct Rule: Sendable {
        var task: String
        /// nil = all.
        var attempts: ClosedRange<Int>?
        var fake: TaskFake
    }

    private let rules: [Rule]
    private let used = Mutex<Set<Int>>([])

    init(_ rules: [Rule]) {
        self.rules = rules
    }

    func outcome(of task: String, run: String, attempt: Int) -> TaskFake? {
        // What is said later wins.
        for (index, rule) in rules.enumerated().reversed()
        where rule.task == run || rule.task == task {
            guard rule.attempts?.contains(attempt) ?? true else { continue }
            used.withLock { _ = $0.insert(index) }
            return rule.fake
        }
        return nil
    }

    /// The tasks of rules that never came to be.
    var unused: [String] {
        let used = used.withLock { $0 }
        return rules.indices.filter { !used.contains($0) }.map { rules[$0].task }
    }
}
