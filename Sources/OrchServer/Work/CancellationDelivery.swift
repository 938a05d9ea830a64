import OrchModel
import OrchStore
import Synchronization

/// Keeps polls from answering with the same wish to end a run over and over while its agent carries it out.
///
/// A wish is told again after a while, in case the answer was lost; renewals tell all of them always.
final class CancellationDelivery: Sendable {
    private let told = Mutex<[AttemptKey: Duration]>([:])
    private let interval: Duration

    /// - Parameter interval: how long a told wish is kept back.
    init(interval: Duration = .seconds(10)) {
        self.interval = interval
    }

    /// Those wishes that are due to be told at `now`, on a clock that never goes back; they count as told.
    func due(_ cancellations: [WorkReply.Cancellation], at now: Duration) -> [WorkReply.Cancellation] {
        guard !cancellations.isEmpty else { return [] }
        return told.withLock { told in
            told = told.filter { now - $0.value < interval }
            return cancellations.filter { cancellation in
                let key = AttemptKey(runID: cancellation.runID, attempt: cancellation.attempt)
                guard told[key] == nil else { return false }
                told[key] = now
                return true
            }
        }
    }
}
