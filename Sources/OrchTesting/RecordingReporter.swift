import Orch
package import OrchModel
import Synchronization

/// Keeps what a run reports.
package final class RecordingReporter: Reporter {
    private let records = Mutex<[StreamRecord.Kind]>([])

    package init() {}

    package var kinds: [StreamRecord.Kind] { records.withLock { $0 } }

    package func report(_ kind: StreamRecord.Kind) {
        records.withLock { $0.append(kind) }
    }

    package func finish(_ outcome: RunEnding.Outcome) {
        report(.outcome(outcome))
    }

    package var logs: [StreamRecord.Log] { kinds.logs }

    package var taskStates: [StreamRecord.TaskState] {
        kinds.compactMap { if case .taskState(let task) = $0 { task } else { nil } }
    }

    package var childRuns: [StreamRecord.ChildRun] {
        kinds.compactMap { if case .childRun(let child) = $0 { child } else { nil } }
    }

    package var outcome: RunEnding.Outcome? {
        if case .outcome(let outcome)? = kinds.last { outcome } else { nil }
    }

    /// What runs of tasks were called, each once.
    package var taskNames: [String] {
        taskStates.reduce(into: []) { names, task in if !names.contains(task.name) { names.append(task.name) } }
    }
}

extension [StreamRecord.Kind] {
    /// The lines of the log, those that come with states of tasks among them.
    package var logs: [StreamRecord.Log] {
        compactMap { kind in
            switch kind {
            case .log(let log): log
            case .taskState(let task): task.log
            default: nil
            }
        }
    }
}
