import Threads

/// How the time limits of tasks pass.
package protocol LimitTimer: Sendable {
    /// Calls once so much time has passed for the attempt that the caller is in, from any thread, never within this call.
    ///
    /// - Returns: takes the call back.
    func call(after limit: Duration, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void
}

/// Limits pass as time does.
package struct RealLimitTimer: LimitTimer {
    package init() {}

    package func call(after limit: Duration, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let ticket = Deadlines.shared.call(after: limit, body)
        return { Deadlines.shared.cancel(ticket) }
    }
}
