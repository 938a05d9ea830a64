import OrchInfrastructure
import OrchModel
import Synchronization

/// Keeps what a runner tells of one attempt.
final class RecordingReports: AttemptReporting {
    private let kept = Mutex<[RunState]>([])
    private let gate = Gate()

    /// The states told so far.
    var states: [RunState] { kept.withLock { $0 } }

    func add(_ part: AttemptReport) async {
        if let state = part.state { kept.withLock { $0.append(state) } }
        gate.open()
    }

    func room() async throws(CancellationError) {}

    func finish(_ last: AttemptReport) async throws(CancellationError) -> ReportReceipt {
        await add(last)
        return .accepted
    }

    /// Waits until a state of a type was told last.
    func until(_ type: StateType) async throws { try await gate.wait { states.last?.type != type } }
}
