package import OrchModel

/// The clocks that a controller goes by. One that is simulated goes by others than the system's.
package struct ServerTime: Sendable {
    /// The wall clock.
    package var now: @Sendable () -> Timestamp
    /// The time since some fixed moment, whatever is done to the wall clock.
    package var uptime: @Sendable () -> Duration
    /// Returns after so long; throws when the surrounding task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    /// Clocks.
    package init(
        now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.uptime = uptime
        self.sleep = sleep
    }

    /// The system's.
    package static let system = {
        let start = ContinuousClock.now
        return ServerTime(
            now: Timestamp.now, uptime: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0) })
    }()
}
