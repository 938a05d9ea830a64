/// How long a task waits before it is tried again.
public struct RetryDelay: Sendable, Hashable {
    private enum Rule: Sendable, Hashable {
        case constant(Duration)
        case list([Duration])
        case exponential(first: Duration, most: Duration)
    }

    private let rule: Rule
    private var isJittered = false

    private init(_ rule: Rule) {
        self.rule = rule
    }

    /// No wait at all.
    public static let none = RetryDelay(.constant(.zero))

    /// The same wait every time.
    public static func constant(_ duration: Duration) -> RetryDelay {
        RetryDelay(.constant(duration))
    }

    /// One wait after the other; the last one is for all further attempts, too. An empty list is no wait.
    public static func list(_ durations: [Duration]) -> RetryDelay {
        RetryDelay(.list(durations))
    }

    /// `first`, then twice as long each time, but never longer than `most`. That defaults to 60 s.
    public static func exponential(from first: Duration, upTo most: Duration = .seconds(60)) -> RetryDelay {
        RetryDelay(.exponential(first: first, most: most))
    }

    /// The same, but each wait is a random share of itself, from nothing to all of it: tasks that failed together do not
    /// come back together. No wait gets longer, so that the most stays the most.
    public var withFullJitter: RetryDelay {
        var delay = self
        delay.isJittered = true
        return delay
    }

    /// The wait after attempt number `attempt`, from 1.
    ///
    /// - Parameter share: gives a random number from 0 to 1; asked only where there is jitter.
    func wait(after attempt: Int, share: () -> Double) -> Duration {
        let wait = longestWait(after: attempt)
        guard isJittered else { return wait }
        let share = share()
        return share < 1 ? wait * max(0, share) : wait
    }

    private func longestWait(after attempt: Int) -> Duration {
        switch rule {
        case .constant(let duration): return max(.zero, duration)
        case .list(let durations):
            guard let last = durations.last else { return .zero }
            let index = max(1, attempt) - 1
            return max(.zero, index < durations.count ? durations[index] : last)
        case .exponential(let first, let most):
            var wait = first
            var tries = 1
            while wait > .zero && wait < most && tries < attempt {
                wait *= 2
                tries += 1
            }
            return max(.zero, min(wait, most))
        }
    }
}
