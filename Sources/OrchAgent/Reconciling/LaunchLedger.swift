import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Synchronization

/// Remembers on disk which attempts this agent began to start: one empty file each, written before the container's
/// process is started and removed once the attempt's end is known to the controller.
///
/// It tells a process that may have run from one that never did: an agent that ended while it pulled an image, or made a
/// container, has begun nothing that may not be done again. Where the folder is new, nothing is known of attempts that
/// are held already.
final class LaunchLedger: Sendable {
    private let folder: String
    private let attempts: Mutex<Set<String>>
    private let reachesBack: Mutex<Bool>

    /// Opens the ledger in `dataDirectory`, making it where there is none.
    init(dataDirectory: String) throws(AgentError) {
        folder = dataDirectory + "/attempts"
        do {
            let exists = FileManager.default.fileExists(atPath: folder)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            attempts = Mutex(Set(try FileManager.default.contentsOfDirectory(atPath: folder)))
            reachesBack = Mutex(exists)
        } catch {
            throw .dataDirectory(path: dataDirectory, error)
        }
    }

    /// What is remembered of an attempt.
    func history(of key: AttemptKey) -> Reconciliation.History {
        if attempts.withLock({ $0.contains(Self.name(of: key)) }) { return .launched }
        return reachesBack.withLock { $0 } ? .neverLaunched : .unknown
    }

    /// The attempts that are remembered.
    var keys: [AttemptKey] {
        attempts.withLock { names in
            names.compactMap { name in
                guard let dash = name.lastIndex(of: "-"), let run = Identifier(String(name[..<dash])),
                    let attempt = Int(name[name.index(after: dash)...])
                else { return nil }
                return AttemptKey(run: run, attempt: attempt)
            }
        }
    }

    /// Every attempt held so far is dealt with: from now on, one that is not written here was never launched.
    func closeGap() { reachesBack.withLock { $0 = true } }

    /// Remembers an attempt.
    func begin(_ key: AttemptKey) throws(AgentError) {
        let name = Self.name(of: key)
        guard attempts.withLock({ $0.insert(name).inserted }) else { return }
        guard FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil) else {
            attempts.withLock { _ = $0.remove(name) }
            throw .dataDirectory(path: folder, CocoaError(.fileWriteUnknown))
        }
    }

    /// Forgets an attempt whose end the controller knows.
    func forget(_ key: AttemptKey) throws(AgentError) {
        let name = Self.name(of: key)
        guard attempts.withLock({ $0.remove(name) }) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        } catch {
            throw .dataDirectory(path: folder, error)
        }
    }

    private static func name(of key: AttemptKey) -> String { "\(key.run)-\(key.attempt)" }
}
