/// How often and how long a failed request is tried again.
package struct RetryPolicy: Sendable, Hashable {
    /// Upper bound of the first pause. Defaults to 1 s.
    package var firstDelay: Duration = .seconds(1)
    /// What the bound is multiplied by from pause to pause. Defaults to 2.
    package var multiplier: Double = 2
    /// Largest bound of a pause. Defaults to 32 s.
    package var maximumDelay: Duration = .seconds(32)
    /// Most attempts, the first included. Defaults to 8, about a minute of pauses.
    package var maximumAttempts: Int = 8
    /// Time after which no attempt is started any more, pauses included. Defaults to 5 minutes.
    package var budget: Duration = .seconds(300)

    /// A policy with the defaults.
    package init() {}

    /// The pause after failed attempt number `attempt` (from 1), or nil to give up.
    ///
    /// Exponential back-off with full jitter: anything between nothing and the bound, so that many clients that
    /// failed together do not come back together.
    ///
    /// - Parameters:
    ///   - elapsed: Time since the first attempt began.
    ///   - random: In `0..<1`.
    ///   - hint: The server's `Retry-After`, a lower bound of the pause.
    func pause(afterAttempt attempt: Int, elapsed: Duration, random: Double, hint: Duration?) -> Duration? {
        guard attempt < maximumAttempts else { return nil }
        var bound = firstDelay
        for _ in 1..<max(attempt, 1) where bound < maximumDelay {
            bound = bound * multiplier
        }
        let pause = max(min(bound, maximumDelay) * random, hint ?? .zero)
        return elapsed + pause <= budget ? pause : nil
    }
}
