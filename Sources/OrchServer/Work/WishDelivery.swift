import OrchModel
import Synchronization

/// Keeps polls from answering with the same wish about a run over and over while its agent carries it out.
///
/// A wish is told again after a while, in case the answer was lost; renewals tell all of them always.
final class WishDelivery<Wish: Hashable & Sendable>: Sendable {
    private let told = Mutex<[Wish: Duration]>([:])
    private let interval: Duration

    /// - Parameter interval: how long a told wish is kept back.
    init(interval: Duration = .seconds(10)) {
        self.interval = interval
    }

    /// Those wishes that are due to be told at `now`, on a clock that never goes back; they count as told.
    func due(_ wishes: [Wish], at now: Duration) -> [Wish] {
        guard !wishes.isEmpty else { return [] }
        return told.withLock { told in
            told = told.filter { now - $0.value < interval }
            return wishes.filter { wish in
                guard told[wish] == nil else { return false }
                told[wish] = now
                return true
            }
        }
    }
}
