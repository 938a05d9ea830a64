/// Decides the final state of an attempt from what the program said and what the engine says.
public enum RunEnding {
    /// What runs in the container.
    public enum Kind: String, Codable, Sendable {
        /// A program built with the SDK: it reports its own outcome.
        case sdk
        /// Any image and command: the exit code is the outcome, unless the command was stopped.
        case command
    }

    /// What a flow program exits with that waits for something and wants another attempt: `EX_TEMPFAIL` of
    /// [sysexits](https://man7.org/linux/man-pages/man3/sysexits.h.3head.html).
    public static let rescheduleExitCode = 75

    /// The outcome an SDK program reported as its last record.
    public struct Outcome: Codable, Hashable, Sendable {
        public var type: StateType
        public var name: String
        public var message: String
        /// What it leaves for its next attempt; nil = nothing.
        public var resumption: RunResumption?

        public init(type: StateType, name: String, message: String, resumption: RunResumption? = nil) {
            self.type = type
            self.name = name
            self.message = message
            self.resumption = resumption
        }

        /// Whether the run is to go on in another attempt, at a time that it names.
        fileprivate var asksForReschedule: Bool {
            type == .scheduled && name == RunState.awaitingRescheduleName && resumption?.at != nil
        }

        fileprivate init(_ type: StateType, _ message: String, name: String? = nil) {
            self.init(type: type, name: name ?? type.defaultName, message: message)
        }
    }

    /// Who wished for the end of what ran, and how.
    private struct Wishes {
        var noun: String
        var cancelledBy: String?
        var suspendedBy: String?
        var overdue: Double?
    }

    /// The final state.
    ///
    /// - Parameters:
    ///   - kind: what ran.
    ///   - outcome: the program's own last word, if it got to say it.
    ///   - termination: how the container ended.
    ///   - cancelledBy: who asked for cancellation while it ran; nil where nobody did.
    ///   - suspendedBy: who asked for it to be suspended while it ran; nil where nobody did. Defaults to nil.
    ///   - overdue: how long it might run, where it was to be stopped for having run longer; in seconds. Defaults to nil.
    ///   - noun: what it ran in. Defaults to `container`.
    ///   - at: the time of the end.
    ///   - actor: who reports.
    public static func state(
        kind: Kind, outcome: Outcome?, termination: Termination, cancelledBy: String?, suspendedBy: String? = nil,
        overdue: Double? = nil, noun: String = "container", at: Timestamp, actor: String
    ) -> RunState {
        let wishes = Wishes(noun: noun, cancelledBy: cancelledBy, suspendedBy: suspendedBy, overdue: overdue)
        let end = end(kind, outcome, termination, wishes)
        return RunState(end.type, name: end.name, message: end.message, at: at, actor: actor)
    }

    private static func end(
        _ kind: Kind, _ outcome: Outcome?, _ termination: Termination, _ wishes: Wishes
    ) -> Outcome {
        if termination.launchFailed {
            if let by = wishes.cancelledBy {
                return Outcome(.cancelled, "cancelled by \(by) before its process started")
            }
            if let by = wishes.suspendedBy { return suspended(by, " before its process started") }
            return Outcome(
                .crashed, "the \(wishes.noun) never started: \(termination.reason ?? "the engine gave no reason")")
        }
        if termination.lostExitCode == true {
            let how = "; its exit code is not known"
            if let by = wishes.cancelledBy { return Outcome(.cancelled, "cancelled by \(by)\(how)") }
            // Its last word, and nothing that speaks against it.
            if let outcome, outcome.type == .completed || outcome.type == .failed { return outcome }
            if let by = wishes.suspendedBy { return suspended(by, how) }
            if let outcome, outcome.asksForReschedule { return outcome }
        }
        guard let code = termination.exitCode else {
            return Outcome(.crashed, termination.reason ?? "the \(wishes.noun) vanished before its exit was seen")
        }
        return switch kind {
        case .sdk: endOfFlow(outcome, code, termination, wishes)
        case .command: endOfCommand(code, termination, wishes)
        }
    }

    private static func endOfFlow(
        _ outcome: Outcome?, _ code: Int, _ termination: Termination, _ wishes: Wishes
    ) -> Outcome {
        if let overdue = wishes.overdue, code != 0 { return timedOut(overdue, termination.summary) }
        // One that got to its end before the signal has ended; whatever else it says of itself then, it was interrupted.
        if let by = wishes.suspendedBy, code != 0 || outcome?.type != .completed {
            return suspended(by, "; \(termination.summary)")
        }
        if let outcome, outcome.type.isTerminal, confirms(code, outcome.type) {
            guard outcome.type == .cancelled, wishes.cancelledBy == nil else { return outcome }
            // Nobody asked orch: it was a `docker stop`, or an engine or a host that shuts down.
            return Outcome(.crashed, "stopped by \(Termination.outsider): \(outcome.message)")
        }
        if let by = wishes.cancelledBy { return Outcome(.cancelled, "cancelled by \(by); \(termination.summary)") }
        if let outcome, outcome.asksForReschedule, code == rescheduleExitCode { return outcome }
        if let crash = crash(termination) { return crash }
        if let outcome {
            return Outcome(.crashed, "the flow reported \(outcome.name), yet its process ended with exit \(code)")
        }
        // Where its output went before it was read, nobody can say that the flow reported none.
        let reason = termination.reason ?? "the flow's process ended before it could report one"
        return Outcome(.crashed, "exit \(code) with no outcome: \(reason)")
    }

    /// A command has no word of its own, and one that is stopped may exit with 0 as well: the evidence decides.
    ///
    /// Where nobody knows whether it was stopped before it had got to its end, the wish for its end counts. To take what
    /// was cut short for complete harms more than to take what is complete for cut short.
    private static func endOfCommand(_ code: Int, _ termination: Termination, _ wishes: Wishes) -> Outcome {
        if termination.wasStopped != false {
            let isInDoubt = termination.wasStopped == nil && termination.signal == nil
            let how = termination.summary + (isInDoubt ? ", which may have been before it was stopped" : "")
            if let overdue = wishes.overdue { return timedOut(overdue, how) }
            if let by = wishes.suspendedBy { return suspended(by, "; \(how)") }
            if let by = wishes.cancelledBy { return Outcome(.cancelled, "cancelled by \(by); \(how)") }
        }
        if let crash = crash(termination) { return crash }
        if termination.wasStopped == true {
            return Outcome(.crashed, "stopped by \(Termination.outsider); \(termination.summary)")
        }
        return Outcome(code == 0 ? .completed : .failed, "exit \(code)")
    }

    private static func timedOut(_ overdue: Double, _ how: String) -> Outcome {
        Outcome(
            .failed, "it had run for the \(overdue) s it may, and was stopped; \(how)", name: RunState.timedOutName)
    }

    private static func suspended(_ by: String, _ how: String) -> Outcome {
        Outcome(.paused, "suspended by \(by)\(how)", name: RunState.suspendedName)
    }

    /// What ended a process that did not exit by itself; nil where it did.
    private static func crash(_ termination: Termination) -> Outcome? {
        if termination.oom == .yes {
            return Outcome(.crashed, "out of memory: \(termination.reason ?? "the kernel killed it")")
        }
        guard termination.signal != nil else { return nil }
        let guess =
            termination.oom == .likely
            ? "; out of memory is likely, as \(termination.reason ?? "a memory limit was set")" : ""
        let who = termination.actor == Termination.outsider ? " by \(Termination.outsider)" : ""
        return Outcome(.crashed, "\(termination.summary)\(who)\(guess)")
    }

    /// Whether an exit code agrees with a reported outcome: a flow program exits 0 when completed, else not.
    private static func confirms(_ code: Int, _ type: StateType) -> Bool {
        type == .completed ? code == 0 : code != 0
    }
}
