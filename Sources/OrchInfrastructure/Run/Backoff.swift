/// How long to wait before the next try: doubles from `first` to `longest`.
package struct Backoff: Sendable, Hashable {
    /// The first pause. Defaults to 100 ms.
    package var first: Duration
    /// The longest pause. Defaults to 5 s.
    package var longest: Duration
    private var tries = 0

    /// A back-off before its first pause.
    package init(first: Duration = .milliseconds(100), longest: Duration = .seconds(5)) {
        self.first = first
        self.longest = longest
    }

    /// The next pause.
    package mutating func next() -> Duration {
        defer { tries = min(tries + 1, 30) }
        return min(longest, first * (1 << tries))
    }

    /// Starts anew, after a success.
    package mutating func reset() { tries = 0 }
}
