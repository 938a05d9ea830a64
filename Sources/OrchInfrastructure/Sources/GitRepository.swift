import FoundationEssentials
import Glibc

/// One bare repository of the cache. Whoever uses it holds its lock.
struct GitRepository: Sendable {
    /// What all its files and folders begin with.
    let path: String
    let git: GitCommand

    private var folder: String { path + ".git" }

    /// Settings of every git of orch's, in a file of its own. A repository of this host may be another user's: it is only
    /// read, by a program that does nothing that is written there.
    private static let settings = """
        [safe]
        \tdirectory = *
        [http]
        \tlowSpeedLimit = 1
        \tlowSpeedTime = 120

        """

    /// Makes it where it is not there, and removes what a git left in it that was killed.
    func prepare() async throws {
        try Data(Self.settings.utf8).write(to: URL(filePath: git.configuration))
        let parts = ["HEAD", "config", "objects", "refs"]
        if parts.allSatisfy({ access("\(folder)/\($0)", F_OK) == 0 }) { return try sweep() }
        // All at once: one that was killed while it was made would be taken for a repository.
        let begun = path + ".new"
        for left in [begun, folder] where access(left, F_OK) == 0 { try FileManager.default.removeItem(atPath: left) }
        _ = try await git.run(["init", "--bare", "--quiet", begun])
        chmod(begun, 0o700)
        guard rename(begun, folder) == 0 else { throw SystemFault.last }
    }

    /// Nobody else uses the repository, so locks within it are nobody's; and output lies elsewhere by now.
    private func sweep() throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let isOutput = !name.contains("/") && (name.hasSuffix(".out") || name.hasSuffix(".err"))
            if isOutput || name.hasSuffix(".lock") { unlink("\(folder)/\(name)") }
        }
    }

    /// Runs git in it; see ``GitCommand/run(_:settings:limit:)``.
    func run(
        _ arguments: [String], settings: [(name: String, value: String)] = [], limit: Int = 1 << 20
    ) async throws -> [UInt8] {
        try await git.run(["-C", folder] + arguments, settings: settings, limit: limit)
    }

    /// The whole name of a commit.
    func name(of revision: String) async throws -> String {
        let bytes = try await run(["rev-parse", "--verify", "--quiet", "\(revision)^{commit}"])
        return String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
    }
}
