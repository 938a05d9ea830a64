package import OrchModel
import Synchronization

/// The wish to end one attempt, given at most once, from anywhere, at any time; whoever runs the attempt waits for it.
package final class StopOrder: Sendable {
    /// Why an attempt is ended from outside.
    package enum Reason: Sendable, Hashable {
        /// Somebody asked for it.
        case cancelled(CancellationRequest)
        /// It has run for as long as it may, in seconds.
        case overdue(Double)
        /// The attempt is no longer this agent's: another may run in its place, so its container must go.
        case fenced
    }

    private let given = Mutex<Reason?>(nil)
    private let gate = Gate()

    /// An order not yet given.
    package init() {}

    /// The order, if it was given.
    package var reason: Reason? { given.withLock { $0 } }

    /// Who asked for cancellation, if somebody did.
    package var cancellation: CancellationRequest? {
        if case .cancelled(let request) = reason { request } else { nil }
    }

    /// How long it might run, where it was ended for having run longer; in seconds.
    package var overdue: Double? {
        if case .overdue(let seconds) = reason { seconds } else { nil }
    }

    /// Who ends the container, for the record of its end; nil where it ends by itself.
    var stopper: String? {
        switch reason {
        case .cancelled(let request): request.by
        case .overdue: "the time limit"
        case .fenced, nil: nil
        }
    }

    /// Gives the order. A second one changes nothing, but that a fence ends the right to report a cancellation.
    package func give(_ reason: Reason) {
        given.withLock { if $0 == nil || reason == .fenced { $0 = reason } }
        gate.open()
    }

    /// Waits for the order.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    package func wait() async throws(CancellationError) -> Reason {
        try await gate.wait { reason == nil }
        guard let reason else { throw CancellationError() }
        return reason
    }
}
