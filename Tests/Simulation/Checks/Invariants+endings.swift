import OrchInfrastructure
import OrchModel

extension Invariants {
    /// An attempt has ended as the store says: compares that with what truly happened.
    func judge(_ attempt: RunAttempt, of planned: PlannedRun, _ run: FlowRun) {
        let (state, termination) = (attempt.state, attempt.termination)
        let key = AttemptKey(run: planned.id, attempt: attempt.number)
        let container = container(of: key)
        let program = planned.program(ofAttempt: attempt.number)
        let name = "\(world.name(of: key)) is \(state.name)"
        if state.message.isEmpty || state.actor.isEmpty { violate("\(name), and nothing says why or by whom") }
        if state.isRelease { return }
        if let container, container.isLive { return violate("\(name), and its container lives") }
        let code = container.flatMap { $0.starts > 0 ? $0.exitCode : nil }
        if let said = termination?.exitCode, termination?.launchFailed == false, said != code {
            return violate("\(name) with exit code \(said), and its process had \(code.map(String.init) ?? "none")")
        }
        if let container, let problem = evidenceProblem(termination, container) {
            violate("\(name), though \(problem)")
        }
        let problem: String?
        switch state.type {
        case .completed: problem = completedProblem(termination, container, program, planned)
        case .failed: problem = failedProblem(state, termination, container, program, planned)
        case .cancelled: problem = cancelledProblem(state, termination, container, planned)
        case .crashed: problem = crashedProblem(state, termination, container, program, planned)
        case .scheduled:
            let saysSo = program.outcome == .scheduled && container?.exitCode == RunEnding.rescheduleExitCode
            problem = saysSo && termination != nil ? nil : "its flow did not say so"
        case .pending, .running, .paused, .cancelling: problem = "that is no end"
        }
        if let problem { violate("\(name) (\(state.message)), though \(problem)") }
    }

    /// Compares what is said about a stop with what was done.
    private func evidenceProblem(_ termination: Termination?, _ container: SimulatedContainer) -> String? {
        switch termination?.wasStopped {
        case true where container.stoppedBy.isEmpty: "nobody has stopped its process"
        case false where container.stoppedBy.contains(.orch): "its process was stopped"
        case false where !container.stoppedBy.isEmpty && container.run.kind == .command && !container.isForgotten:
            "its process was stopped"
        default: nil
        }
    }

    private func completedProblem(
        _ termination: Termination?, _ container: SimulatedContainer?, _ program: Program, _ planned: PlannedRun
    ) -> String? {
        guard let container, container.starts > 0 else { return "nothing ran" }
        if container.exitCode != 0 { return "its process exited with \(container.exitCode)" }
        if planned.kind == .command, !container.stoppedBy.isEmpty {
            // What somebody else did may be forgotten; what orch did is not believed to be an end.
            return container.stoppedBy == [.outsider] && termination?.wasStopped != true
                ? nil : "its process was stopped by \(container.stoppedBy.map(\.rawValue).sorted())"
        }
        if container.endedBy != .itself { return "its process did not end by itself" }
        if planned.kind == .sdk, program.outcome != .completed { return "its flow did not say so" }
        return nil
    }

    private func failedProblem(
        _ state: RunState, _ termination: Termination?, _ container: SimulatedContainer?, _ program: Program,
        _ planned: PlannedRun
    ) -> String? {
        guard let container, container.starts > 0 else { return "nothing ran" }
        if state.name == RunState.timedOutName {
            if planned.kind == .command, termination?.wasStopped == false { return "its process was not stopped" }
            if planned.kind == .sdk, container.exitCode == 0 { return "its process exited with 0" }
            return planned.policy.timeoutSeconds == nil ? "it may run for ever" : nil
        }
        if container.exitCode == 0 { return "its process exited with 0" }
        if container.endedBy != .itself { return "\(container.endedBy?.rawValue ?? "nobody") ended it" }
        if planned.kind == .sdk, program.outcome != .failed { return "its flow did not say so" }
        return nil
    }

    private func cancelledProblem(
        _ state: RunState, _ termination: Termination?, _ container: SimulatedContainer?, _ planned: PlannedRun
    ) -> String? {
        if planned.kind == .command, termination?.wasStopped == false { return "its process was not stopped" }
        if world.cancelled.contains(planned.id) { return nil }
        // A flow that is asked to end says so itself, whoever asked.
        let saysSo = planned.kind == .sdk && container?.isTerminating == true && container?.exitCode == 130
        return saysSo ? nil : "nobody asked for that"
    }

    private func crashedProblem(
        _ state: RunState, _ termination: Termination?, _ container: SimulatedContainer?, _ program: Program,
        _ planned: PlannedRun
    ) -> String? {
        guard let termination else { return state.actor == "server" ? nil : "nothing tells how" }
        guard let container, container.starts > 0 else {
            if termination.launchFailed { return nil }
            let mayHaveForgotten = world.agents.contains { $0.hasForgotten }
            let isGone = container.map { !$0.isThere && $0.removedBy == .outsider } ?? false
            return isGone || mayHaveForgotten ? nil : "its container was never started, which nothing says"
        }
        if termination.launchFailed { return "its process was started" }
        guard termination.exitCode != nil else {
            return container.removedBy == .outsider ? nil : "nobody outside orch removed its container"
        }
        if container.endedBy == .memory {
            return termination.oom == .yes || termination.actor != nil ? nil : "the kernel killed it for memory"
        }
        if termination.oom == .yes { return "memory was not short" }
        if let signal = termination.signal {
            if container.endedBy == .itself { return "it ended by itself" }
            return signal + 128 == container.exitCode ? nil : "the signal was another one"
        }
        guard planned.kind == .sdk else {
            let isTrue = container.stoppedBy.contains(.outsider) && state.message.contains(Termination.outsider)
            return isTrue ? nil : "a command ends by its exit code"
        }
        if container.hasLostLines { return nil }
        if container.removedBy == .outsider, state.message.contains("vanished") { return nil }
        let saysSo = container.endedBy == .itself && program.outcome != nil
        return saysSo ? "its flow said how it ended" : nil
    }

    /// A run has ended: compares its end with that of its attempts, and their number with its policy.
    func judgeEnd(of planned: PlannedRun, _ run: FlowRun, _ attempts: [RunAttempt]) throws {
        let name = "run \(planned.number) is \(run.state.name)"
        // Its policy counts anew from the attempt that somebody asked for.
        let after = run.retry?.after ?? 0
        let counted = attempts.filter { $0.number > after }
        let released = counted.count { $0.state.isRelease }
        let waited = counted.count { $0.state.awaitsReschedule }
        if counted.count > planned.policy.retries + 1 + released + waited {
            return violate(
                "\(name) after \(counted.count) attempts since \(after), \(released) of them released, \(waited) ended to "
                    + "wait")
        }
        if attempts.count != run.attempt { return violate("\(name) with \(attempts.count) of \(run.attempt) attempts") }
        guard let last = attempts.last else {
            if run.state.type != .cancelled { violate("\(name) without an attempt") }
            return
        }
        if run.agent != nil, last.state != run.state {
            violate("\(name), and its last attempt is \(last.state.name)")
        }
        if run.state.type == .cancelled, run.agent == nil, !world.cancelled.contains(planned.id) {
            violate("\(name), though nobody asked for that")
        }
        for attempt in attempts.dropLast()
        where !attempt.state.isRelease && !attempt.state.awaitsReschedule && attempt.number != after {
            guard [.failed, .crashed].contains(attempt.state.type) else {
                return violate("\(name) after an attempt that was \(attempt.state.name)")
            }
        }
    }
}
