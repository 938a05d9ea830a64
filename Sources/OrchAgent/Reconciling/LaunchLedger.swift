import OrchInfrastructure
import OrchModel
import Synchronization

/// Remembers which attempts this agent began to start: a name for each in its storage, added before the container's
/// process is started and removed once the attempt's end is known to the controller.
///
/// It tells a process that may have run from one that never did: an agent that ended while it pulled an image, or made a
/// container, has begun nothing that may not be done again. Where the storage is new, nothing is known of attempts that
/// are held already, until those are dealt with; the storage itself remembers that.
final class LaunchLedger: Sendable {
    private let storage: any LedgerStorage
    private let attempts: Mutex<Set<String>>
    private let reachesBack: Mutex<Bool>

    /// Kept in the storage for as long as attempts may be held that were launched before it was made.
    private static let gap = "gap"

    /// Opens the ledger that lies in `storage`.
    init(storage: any LedgerStorage) throws(AgentError) {
        self.storage = storage
        let names = Set(try storage.open(startingWith: Self.gap))
        attempts = Mutex(names.subtracting([Self.gap]))
        reachesBack = Mutex(!names.contains(Self.gap))
    }

    /// Opens the ledger in `dataDirectory`, making it where there is none.
    convenience init(dataDirectory: String) throws(AgentError) {
        try self.init(storage: LedgerFolder(dataDirectory: dataDirectory))
    }

    /// Whether no attempt can have been launched that is not written here.
    var isComplete: Bool { reachesBack.withLock { $0 } }

    /// What is remembered of an attempt.
    func history(of key: AttemptKey) -> Reconciliation.History {
        if attempts.withLock({ $0.contains(Self.name(of: key)) }) { return .launched }
        return reachesBack.withLock { $0 } ? .neverLaunched : .unknown
    }

    /// The attempts that are remembered, oldest run first.
    var keys: [AttemptKey] {
        attempts.withLock { names in
            names.sorted().compactMap { name in
                guard let dash = name.lastIndex(of: "-"), let run = Identifier(String(name[..<dash])),
                    let attempt = Int(name[name.index(after: dash)...])
                else { return nil }
                return AttemptKey(run: run, attempt: attempt)
            }
        }
    }

    /// Every attempt held so far is dealt with: from now on, one that is not written here was never launched.
    ///
    /// - Throws: where the storage cannot be told so; the gap stays open then.
    func closeGap() throws(AgentError) {
        guard reachesBack.withLock({ !$0 }) else { return }
        try storage.remove(Self.gap)
        reachesBack.withLock { $0 = true }
    }

    /// Remembers an attempt.
    func begin(_ key: AttemptKey) throws(AgentError) {
        let name = Self.name(of: key)
        guard attempts.withLock({ $0.insert(name).inserted }) else { return }
        do throws(AgentError) {
            try storage.add(name)
        } catch {
            attempts.withLock { _ = $0.remove(name) }
            throw error
        }
    }

    /// Forgets an attempt whose end the controller knows.
    func forget(_ key: AttemptKey) throws(AgentError) {
        let name = Self.name(of: key)
        guard attempts.withLock({ $0.remove(name) }) != nil else { return }
        try storage.remove(name)
    }

    private static func name(of key: AttemptKey) -> String { "\(key.run)-\(key.attempt)" }
}
