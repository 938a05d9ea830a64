import Dispatch

extension Duration {
    /// The same time for Dispatch, at most a day: whoever waits looks again then.
    var dispatchInterval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        guard seconds < 86_400 else { return .seconds(86_400) }
        // Rounded up, so as not to wake a moment too early.
        return .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000) + 1)
    }
}
