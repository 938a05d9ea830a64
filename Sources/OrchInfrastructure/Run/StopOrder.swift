package import OrchModel
import Synchronization

/// The wish to end one attempt, given from anywhere, at any time; whoever runs the attempt waits for it.
package final class StopOrder: Sendable {
    /// Why an attempt is ended from outside.
    package enum Reason: Sendable, Hashable {
        /// Somebody asked for it.
        case cancelled(CancellationRequest)
        /// Somebody asked for it to be suspended: another attempt goes on with the run, later.
        case suspended(RunRequest)
        /// It has run for as long as it may, in seconds.
        case overdue(Double)
        /// The attempt is no longer this agent's: another may run in its place, so its container must go.
        case fenced
    }

    private struct State {
        var reason: Reason?
        var isImmediate = false
    }

    private let given = Mutex(State())
    private let gate = Gate()
    /// What is wished of the attempt short of its end.
    package let pausing = Pausing()

    /// An order not yet given.
    package init() {}

    /// The order, if it was given.
    package var reason: Reason? { given.withLock { $0.reason } }

    /// Whether somebody asked for an end with no time to end by itself.
    package var isImmediate: Bool { given.withLock { $0.isImmediate } }

    /// Why nothing is started any more, such as `cancelled by user admin`; nil while it may be.
    var obstacle: String? { reason.map { "\($0)" } }

    /// Who asked for cancellation, if somebody did.
    package var cancellation: CancellationRequest? {
        if case .cancelled(let request) = reason { request } else { nil }
    }

    /// Who asked for it to be suspended, if somebody did and nobody asked for its end.
    package var suspension: RunRequest? {
        if case .suspended(let request) = reason { request } else { nil }
    }

    /// What somebody asked for, such as `cancelled by user admin`; nil where nobody did.
    var wish: String? {
        switch reason {
        case .cancelled, .suspended: obstacle
        case .overdue, .fenced, nil: nil
        }
    }

    /// How long it might run, where it was ended for having run longer; in seconds.
    package var overdue: Double? {
        if case .overdue(let seconds) = reason { seconds } else { nil }
    }

    /// Who ends the container, for the record of its end; nil where it ends by itself.
    var stopper: String? {
        switch reason {
        case .cancelled(let request): request.by
        case .suspended(let request): request.by
        case .overdue: "the time limit"
        case .fenced, nil: nil
        }
    }

    /// Gives the order. A second one changes nothing, but that a fence ends the right to report a cancellation, that
    /// a cancellation makes an end for good of a suspension, and that an immediate one lets nothing take its time.
    package func give(_ reason: Reason) {
        given.withLock { given in
            switch (given.reason, reason) {
            case (nil, _), (_, .fenced), (.suspended, .cancelled): given.reason = reason
            case (.cancelled(let known), .cancelled(let request)) where request.hastens(known): given.reason = reason
            default: break
            }
            if case .cancelled(let request) = reason, request.isImmediate == true { given.isImmediate = true }
        }
        gate.open()
    }

    /// Takes a wish short of the end.
    package func ask(_ request: RunRequest) {
        if let suspension = request.suspension { give(.suspended(suspension)) } else { pausing.ask(request) }
    }

    /// Waits for the order.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    package func wait() async throws(CancellationError) -> Reason {
        try await gate.wait { reason == nil }
        guard let reason else { throw CancellationError() }
        return reason
    }

    /// Waits until it is to be carried out at once.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    func waitUntilImmediate() async throws(CancellationError) { try await gate.wait { !isImmediate } }
}

extension StopOrder.Reason: CustomStringConvertible {
    /// Such as `cancelled by user admin`.
    package var description: String {
        switch self {
        case .cancelled(let request): "cancelled by \(request.by)"
        case .suspended(let request): "suspended by \(request.by)"
        case .overdue(let seconds): "it has run for the \(seconds) s it may"
        case .fenced: "the attempt is no longer this agent's"
        }
    }
}
