import OrchModel
import OrchStore

/// Records wishes to end runs, and wakes those who carry them out or wait for the end.
struct RunCanceller: Sendable {
    let store: any Store
    let wakeups: Wakeups
    let metrics: ControllerMetrics

    /// Asks for a run to be ended, and with it for those that it made.
    ///
    /// - Parameter state: the type or the name of the state that it must be in, in capital letters. Defaults to any.
    @discardableResult
    func cancel(
        _ id: Identifier, _ request: CancellationRequest, inState state: String? = nil
    ) async throws -> CancellationOutcome {
        let outcome = try await store.requestCancellation(of: id, request, inState: state)
        if case .requested(let run, let others) = outcome { tell(of: [run] + others) }
        return outcome
    }

    /// Tells of runs whose end the store has noted.
    func tell(of runs: [FlowRun]) {
        for run in runs {
            // One that waited has ended by the wish.
            if run.state.type.isTerminal { metrics.ended(run) }
            if let agent = run.agent { wakeups.signal(.agent(agent)) }
            wakeups.signal(.run(run.id))
        }
    }

    /// Ends a run without its agent, which has not been heard from; a run that no agent holds is left as it is.
    ///
    /// What of it may be at work there is ended once the agent is back: the attempt is no longer its own.
    /// - Throws: a conflict where the agent was heard from lately, or the run's attempt has changed.
    func abandon(_ run: FlowRun, _ request: CancellationRequest) async throws -> FlowRun {
        guard !run.state.type.isTerminal, let name = run.agent else { return run }
        let seen = try await store.agents().first { $0.info.name == name }?.lastSeenAt
        let silence = OrchServerConfiguration.pollingWindow
        if let seen, request.at - seen < silence {
            throw APIFailure.conflict(
                "run \(run.name) is asked to end, not given up: its agent \(name) was heard from at \(seen), and a run can be "
                    + "given up where that is more than \(silence.components.seconds) s ago")
        }
        let since = seen.map { "since \($0)" } ?? "for long"
        let state = RunState(
            .cancelled,
            message:
                "given up by \(request.by): its agent \(name) has not been heard from \(since), so nobody saw it end",
            at: request.at, actor: request.by)
        guard
            case .applied(let ended, let effect) = try await store.settle(
                AttemptKey(runID: run.id, attempt: run.attempt), as: state, releases: true)
        else { throw APIFailure.conflict("run \(run.name) has changed meanwhile: look at it, and ask again") }
        if effect.hasEnded { metrics.ended(ended) }
        wakeups.signal(.run(run.id))
        wakeups.signal(.queue(run.workQueue))
        return ended
    }
}
