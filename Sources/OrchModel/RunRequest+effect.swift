extension RunRequest {
    /// What a wish leads to.
    public enum Effect: Equatable, Sendable {
        /// The run enters this state at once: no container is concerned.
        case enter(RunState)
        /// Its agent is asked for this; the state follows once the engine has confirmed it.
        case ask(RunRequest)
        /// The same is wished already, or has come true: nothing changes.
        case repeated
        /// The run's state forbids it; the text names the states that would not.
        case refuse(expected: String)
    }

    /// Decides what the wish leads to.
    public func effect(on run: FlowRun) -> Effect {
        let (hasAgent, pending) = (run.agent != nil, run.request)
        if pending?.action == action { return .repeated }
        switch (action, run.state.type) {
        case (.pause, _) where pending?.isStopping == true:
            return .refuse(expected: "one whose container is not being stopped")
        case (.pause, .scheduled), (.suspend, .scheduled):
            let when = run.attempt > 0 ? "while it waited for its next attempt" : "before an agent took it"
            return .enter(held("\(action.participle) by \(by) \(when)"))
        case (.pause, .pending), (.pause, .running), (.suspend, .pending), (.suspend, .running):
            return ask(over: pending)
        case (.pause, .paused) where hasAgent && pending != nil, (.suspend, .paused) where hasAgent:
            return ask(over: pending)
        case (.resume, .paused) where hasAgent:
            return ask(over: pending)
        case (.resume, .paused):
            let what = run.scheduledFor > at ? "is due at \(run.scheduledFor)" : "waits for an agent"
            return .enter(RunState(.scheduled, message: "resumed by \(by): it \(what)", at: at, actor: by))
        case (.resume, .pending) where pending != nil, (.resume, .running) where pending != nil:
            return ask(over: pending)
        case (.pause, .paused) where !run.state.isSuspended, (.suspend, .paused) where run.state.isSuspended,
            (.resume, .scheduled), (.resume, .pending), (.resume, .running):
            return .repeated
        default:
            return .refuse(expected: expected)
        }
    }

    private func ask(over pending: RunRequest?) -> Effect {
        guard let pending, pending.isStopping, let suspension = pending.suspension else { return .ask(self) }
        return .ask(following(suspension))
    }

    /// The paused state that it leads to.
    public func held(_ message: String) -> RunState {
        RunState(
            .paused, name: action == .suspend ? RunState.suspendedName : nil, message: message, at: at, actor: by)
    }

    private var expected: String {
        switch action {
        case .pause: "one that is Scheduled, Pending or Running"
        case .suspend: "one that is Scheduled, Pending or Running, or Paused with a container"
        case .resume: "one that is Paused or Suspended"
        }
    }
}
