import FoundationEssentials
import Synchronization

/// A run's own directory: made when first asked for, removed with the run.
final class Scratch: Sendable {
    private let root: String
    private let name: String
    private let made = Mutex<URL?>(nil)

    /// A directory below `root` that carries the run's identifier.
    init(root: String, run: Identifier) {
        self.root = root
        name = "orch-\(run)"
    }

    /// The directory, which exists from the first call on. Only this user can enter it.
    func directory() throws -> URL {
        try made.withLock { made in
            if let made { return made }
            let url = URL(filePath: root, directoryHint: .isDirectory).appending(
                path: name, directoryHint: .isDirectory)
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            made = url
            return url
        }
    }

    /// Removes the directory with all it holds.
    func remove() throws {
        try made.withLock { made in
            guard let url = made else { return }
            try FileManager.default.removeItem(at: url)
            made = nil
        }
    }
}

extension Scratch {
    /// Does work and removes the directory after it, whatever came of it.
    ///
    /// - Parameters:
    ///   - body: the work.
    ///   - onLeftover: takes a sentence where the directory could not be removed.
    func during<Value>(_ body: () async throws -> Value, onLeftover: (String) -> Void) async rethrows -> Value {
        defer {
            do {
                try remove()
            } catch {
                onLeftover("the scratch directory \(name) in \(root) could not be removed: \(error)")
            }
        }
        return try await body()
    }
}
