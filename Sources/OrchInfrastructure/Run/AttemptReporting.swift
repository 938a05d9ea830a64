package import OrchModel

/// Where a runner tells what it sees of one attempt. Parts arrive at the controller in the order they were added.
package protocol AttemptReporting: Sendable {
    /// Takes a part; never waits.
    func add(_ part: AttemptReport) async

    /// Waits while more is held than should be; throws when the surrounding task is cancelled.
    func room() async throws(CancellationError)

    /// Adds the last part and waits until the controller has it and everything before it.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    func finish(_ last: AttemptReport) async throws(CancellationError) -> ReportReceipt
}

/// What became of an attempt's last report.
package enum ReportReceipt: Sendable, Hashable {
    /// The controller has it.
    case accepted
    /// The attempt was no longer this agent's: nothing was taken.
    case fenced
}
