/// How long a task waits before it is tried again.
public struct RetryDelay: Sendable, Hashable {
    private enum Rule: Sendable, Hashable {
        case constant(Duration)
        case exponential(first: Duration, most: Duration)
    }

    private let rule: Rule

    /// No wait at all.
    public static let none = RetryDelay(rule: .constant(.zero))

    /// The same wait every time.
    public static func constant(_ duration: Duration) -> RetryDelay {
        RetryDelay(rule: .constant(duration))
    }

    /// `first`, then twice as long each time, but never longer than `most`. That defaults to 60 s.
    public static func exponential(from first: Duration, upTo most: Duration = .seconds(60)) -> RetryDelay {
        RetryDelay(rule: .exponential(first: first, most: most))
    }

    /// The wait after attempt number `attempt`, from 1.
    func wait(after attempt: Int) -> Duration {
        switch rule {
        case .constant(let duration): return duration
        case .exponential(let first, let most):
            var wait = first
            var tries = 1
            while wait > .zero && wait < most && tries < attempt {
                wait *= 2
                tries += 1
            }
            return min(wait, most)
        }
    }
}
