import Crypto
import FoundationEssentials
import Glibc
package import OrchModel
import Threads

/// Gets git sources, each repository into a cache of its own, one fetch of it at a time.
package struct GitCache: Sendable, Hashable {
    private let root: String

    /// A cache in the folder at `root`, which is made when it is needed.
    package init(root: String) { self.root = root }

    /// The files of a source, and the commit that they are of.
    ///
    /// Nothing is fetched where a whole commit's name is given that was fetched before. Submodules are not fetched.
    package func tree(of claimed: ClaimedSource) async throws(SourceFault) -> SourceTree {
        let source = claimed.source
        if let problem = source.problem { throw .unusable(problem) }
        do {
            let key = SHA256.hash(data: Data(source.url.utf8)).hexadecimal.prefix(32)
            let folder = "\(root)/\(key).git"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let lock = try await Self.lock(folder + "/orch.lock")
            defer { close(lock) }
            let git = GitCommand(program: try Self.program(), folder: folder)
            let commit = try await commit(claimed, git, folder)
            let place = source.path.map { "\(commit):\($0)" } ?? commit
            let archive = try await git.run(
                ["-C", folder, "archive", "--format=tar", place], limit: SourceTree.size)
            return try SourceTree(commit: commit, archive: archive)
        } catch let fault as SourceFault {
            throw fault
        } catch let failure as GitCommand.Failure {
            throw .unreachable(failure.words)
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw .unreachable("the cache \(root) cannot be used: \(error)")
        }
    }

    private func commit(_ claimed: ClaimedSource, _ git: GitCommand, _ folder: String) async throws -> String {
        let source = claimed.source
        if access(folder + "/HEAD", F_OK) != 0 { _ = try await git.run(["init", "--bare", "--quiet", folder]) }
        let ref = source.ref ?? "HEAD"
        let isCommit = ref.utf8.count == 40 && ref.allSatisfy(\.isHexDigit)
        if isCommit, let known = try? await name(of: ref, git, folder) { return known }
        let fetch = ["-C", folder, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--force"]
        do {
            _ = try await git.run(fetch + ["--depth=1", source.url, ref], settings: Self.settings(claimed))
        } catch let failure as GitCommand.Failure where failure.words.contains("shallow") || isCommit {
            // A server of plain files knows no depth, and some give commits by their branches alone.
            let wanted = isCommit ? ["+refs/heads/*:refs/orch/*"] : [ref]
            _ = try await git.run(fetch + [source.url] + wanted, settings: Self.settings(claimed))
        }
        return try await name(of: isCommit ? ref : "FETCH_HEAD", git, folder)
    }

    private func name(of revision: String, _ git: GitCommand, _ folder: String) async throws -> String {
        let bytes = try await git.run(["-C", folder, "rev-parse", "--verify", "--quiet", "\(revision)^{commit}"])
        return String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
    }

    /// Who asks the server, as a header: never in the address, which is written into the repository and shown. Redirections
    /// are not followed, as the header would go with them.
    private static func settings(_ claimed: ClaimedSource) -> [(name: String, value: String)] {
        guard let token = claimed.token else { return [("http.followRedirects", "initial")] }
        let login = Data("\(claimed.username ?? "git"):\(token)".utf8).base64EncodedString()
        return [("http.extraHeader", "Authorization: Basic \(login)"), ("http.followRedirects", "false")]
    }

    private static func program() throws(SourceFault) -> String {
        let places: [String] = ["/usr/local/bin/git", "/usr/bin/git", "/bin/git"]
        let found = places.first { (path: String) in access(path, X_OK) == 0 }
        guard let found else { throw .unreachable("there is no git on the agent's host: install it there") }
        return found
    }

    private static func lock(_ path: String) async throws -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemFault.last }
        await withTaskExecutorPreference(BlockingThreads.shared) {
            while flock(file, LOCK_EX) != 0, errno == EINTR {}
        }
        return file
    }
}
