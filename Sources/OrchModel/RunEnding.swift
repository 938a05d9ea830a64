/// Decides the final state of an attempt from what the program said and what the engine says.
public enum RunEnding {
    /// What runs in the container.
    public enum Kind: String, Codable, Sendable {
        /// A program built with the SDK: it reports its own outcome.
        case sdk
        /// Any image and command: the exit code is the outcome.
        case command
    }

    /// The outcome an SDK program reported as its last record.
    public struct Outcome: Codable, Hashable, Sendable {
        public var type: StateType
        public var name: String
        public var message: String

        public init(type: StateType, name: String, message: String) {
            self.type = type
            self.name = name
            self.message = message
        }
    }

    /// The final state.
    ///
    /// - Parameters:
    ///   - kind: what ran.
    ///   - outcome: the program's own last word, if it got to say it.
    ///   - termination: how the container ended.
    ///   - cancelledBy: who asked for cancellation while it ran; nil where nobody did.
    ///   - suspendedBy: who asked for it to be suspended while it ran; nil where nobody did. Defaults to nil.
    ///   - overdue: how long it might run, where it was stopped for having run longer; in seconds. Defaults to nil.
    ///   - at: the time of the end.
    ///   - actor: who reports.
    public static func state(
        kind: Kind, outcome: Outcome?, termination: Termination, cancelledBy: String?, suspendedBy: String? = nil,
        overdue: Double? = nil, at: Timestamp, actor: String
    ) -> RunState {
        func state(_ type: StateType, _ message: String, name: String? = nil) -> RunState {
            RunState(type, name: name, message: message, at: at, actor: actor)
        }
        if termination.launchFailed {
            if let cancelledBy { return state(.cancelled, "cancelled by \(cancelledBy) before its process started") }
            if let suspendedBy {
                return state(
                    .paused, "suspended by \(suspendedBy) before its process started", name: RunState.suspendedName)
            }
            return state(.crashed, "the container never started: \(termination.reason ?? "the engine gave no reason")")
        }
        if termination.lostExitCode == true {
            if let cancelledBy { return state(.cancelled, "cancelled by \(cancelledBy); its exit code is not known") }
            // Its last word, and nothing that speaks against it.
            if let outcome, outcome.type == .completed || outcome.type == .failed {
                return state(outcome.type, outcome.message, name: outcome.name)
            }
            if let suspendedBy {
                return state(
                    .paused, "suspended by \(suspendedBy); its exit code is not known", name: RunState.suspendedName)
            }
        }
        guard let code = termination.exitCode else {
            return state(.crashed, termination.reason ?? "the container vanished before its exit was seen")
        }
        if let overdue, code != 0 {
            let message = "it had run for the \(overdue) s it may, and was stopped; \(termination.summary)"
            return state(.failed, message, name: RunState.timedOutName)
        }
        // One that got to its end before the signal has ended; whatever else it says of itself then, it was interrupted.
        if let suspendedBy, code != 0 || (kind == .sdk && outcome?.type != .completed) {
            return state(
                .paused, "suspended by \(suspendedBy); \(termination.summary)", name: RunState.suspendedName)
        }
        if let outcome, outcome.type == .cancelled, cancelledBy == nil, confirms(code, outcome.type) {
            // Nobody asked orch: it was a `docker stop`, or an engine or a host that shuts down.
            return state(.crashed, "stopped by \(Termination.outsider): \(outcome.message)")
        }
        if let outcome, outcome.type.isTerminal, confirms(code, outcome.type) {
            return state(outcome.type, outcome.message, name: outcome.name)
        }
        if let cancelledBy, code != 0 || kind == .sdk {
            return state(.cancelled, "cancelled by \(cancelledBy); \(termination.summary)")
        }
        if termination.oom == .yes {
            return state(.crashed, "out of memory: \(termination.reason ?? "the kernel killed it")")
        }
        if termination.signal != nil {
            let guess = termination.oom == .likely ? "; out of memory is likely, as a memory limit was set" : ""
            let who = termination.actor == Termination.outsider ? " by \(Termination.outsider)" : ""
            return state(.crashed, "\(termination.summary)\(who)\(guess)")
        }
        switch kind {
        case .command:
            return code == 0 ? state(.completed, "exit 0") : state(.failed, "exit \(code)")
        case .sdk:
            if let outcome {
                return state(
                    .crashed, "the flow reported \(outcome.name), yet its process ended with exit \(code)")
            }
            // Where its output went before it was read, nobody can say that the flow reported none.
            let reason = termination.reason ?? "the flow's process ended before it could report one"
            return state(.crashed, "exit \(code) with no outcome: \(reason)")
        }
    }

    /// Whether an exit code agrees with a reported outcome: a flow program exits 0 when completed, else not.
    private static func confirms(_ code: Int, _ type: StateType) -> Bool {
        type == .completed ? code == 0 : code != 0
    }
}
