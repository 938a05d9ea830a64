import OrchModel
import OrchStore

/// Records wishes to end runs, and wakes those who carry them out or wait for the end.
struct RunCanceller: Sendable {
    let store: any Store
    let wakeups: Wakeups
    let metrics: ControllerMetrics

    /// Asks for a run to be ended, and with it for those that it made.
    @discardableResult
    func cancel(_ id: Identifier, _ request: CancellationRequest) async throws -> CancellationOutcome {
        let outcome = try await store.requestCancellation(of: id, request)
        guard case .requested(let run, let others) = outcome else { return outcome }
        for run in [run] + others {
            // One that waited has ended by the wish.
            if run.state.type.isTerminal { metrics.ended(run) }
            if let agent = run.agent { wakeups.signal(.agent(agent)) }
            wakeups.signal(.run(run.id))
        }
        return outcome
    }
}
