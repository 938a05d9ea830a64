/// A retry policy with the clock and the dice it is played with.
package struct Retrier: Sendable {
    let policy: RetryPolicy
    let elapsed: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void
    let random: @Sendable () -> Double

    /// - Parameters:
    ///   - policy: Defaults to `RetryPolicy()`.
    ///   - clock: What pauses and budgets are measured with. Defaults to the continuous clock.
    ///   - random: A number in `0..<1` for each pause. Defaults to the system's generator.
    package init(
        policy: RetryPolicy = RetryPolicy(),
        clock: some Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        let start = clock.now
        self.policy = policy
        self.elapsed = { start.duration(to: clock.now) }
        self.sleep = { try await clock.sleep(for: $0) }
        self.random = random
    }

    /// One operation's attempts, counted from its start or its last progress.
    func begin() -> Attempts {
        Attempts(retrier: self, number: 0, start: elapsed())
    }

    struct Attempts {
        let retrier: Retrier
        /// Attempts that failed since the start or the last progress.
        private(set) var number: Int
        private var start: Duration

        init(retrier: Retrier, number: Int, start: Duration) {
            self.retrier = retrier
            self.number = number
            self.start = start
        }

        /// Starts to count anew: something got through.
        mutating func progressed() {
            number = 0
            start = retrier.elapsed()
        }

        /// Starts the clock anew where nothing failed yet: what took so long was none of the attempts.
        mutating func waited() {
            if number == 0 { start = retrier.elapsed() }
        }

        /// Pauses before the next attempt.
        ///
        /// - Throws: `error` itself when it is final or the budget is spent; `CancellationError`.
        mutating func pause(after error: any Error, hint: Duration? = nil) async throws {
            number += 1
            guard let known = error as? GoogleCloudError, known.isTransient else { throw error }
            let pause = retrier.policy.pause(
                afterAttempt: number,
                elapsed: retrier.elapsed() - start,
                random: retrier.random(),
                hint: hint
            )
            guard let pause else { throw error }
            try await retrier.sleep(pause)
        }
    }
}
