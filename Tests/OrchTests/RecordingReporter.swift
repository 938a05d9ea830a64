import Synchronization

@testable import Orch

/// Keeps what a run reports.
final class RecordingReporter: Reporter {
    private let records = Mutex<[StreamRecord.Kind]>([])

    var kinds: [StreamRecord.Kind] { records.withLock { $0 } }

    func report(_ kind: StreamRecord.Kind) {
        records.withLock { $0.append(kind) }
    }

    func finish(_ outcome: RunEnding.Outcome) {
        report(.outcome(outcome))
    }

    var logs: [StreamRecord.Log] {
        kinds.compactMap { kind in
            switch kind {
            case .log(let log): log
            case .taskState(let task): task.log
            default: nil
            }
        }
    }

    var taskStates: [StreamRecord.TaskState] {
        kinds.compactMap { if case .taskState(let task) = $0 { task } else { nil } }
    }

    var childRuns: [StreamRecord.ChildRun] {
        kinds.compactMap { if case .childRun(let child) = $0 { child } else { nil } }
    }

    var outcome: RunEnding.Outcome? {
        if case .outcome(let outcome)? = kinds.last { outcome } else { nil }
    }
}
