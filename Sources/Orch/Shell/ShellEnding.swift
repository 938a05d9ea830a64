import Glibc

/// Decides how a command and what it started are brought to their end.
struct ShellEnding {
    /// What to do next.
    enum Step: Equatable {
        /// Wait for something to happen, so long at most; nil: for ever.
        case wait(Duration?)
        /// Send a signal to the group.
        case signal(Int32)
        /// Nothing is left to be done.
        case finish
    }

    private let grace: Duration
    private var terminated: ContinuousClock.Instant?
    private var isKilled = false

    /// - Parameter grace: the time between SIGTERM and SIGKILL.
    init(grace: Duration) {
        self.grace = grace
    }

    /// The next step.
    ///
    /// - Parameters:
    ///   - isCancelled: whether the command is to end.
    ///   - hasExited: whether its process has.
    ///   - isGone: whether nobody is left of its group.
    ///   - now: the present.
    mutating func step(isCancelled: Bool, hasExited: Bool, isGone: Bool, at now: ContinuousClock.Instant) -> Step {
        if hasExited, isGone || isKilled { return .finish }
        guard isCancelled || hasExited, !isKilled else { return .wait(nil) }
        guard let terminated else {
            terminated = now
            return .signal(SIGTERM)
        }
        let left = grace - (now - terminated)
        guard left > .zero else {
            isKilled = true
            return .signal(SIGKILL)
        }
        // Nothing tells of the end of what a process has left behind: look again and again.
        return .wait(hasExited ? min(left, .milliseconds(10)) : left)
    }
}
