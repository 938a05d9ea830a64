import Crypto
import FoundationEssentials
import Glibc
package import OrchModel

/// Gets git sources, each repository into a cache of its own, one fetch of it at a time.
package struct GitCache: Sendable, Hashable {
    private let root: String
    private let patience: Duration

    /// How often a repository is looked at that somebody else uses.
    private static let recheck = Duration.milliseconds(50)

    /// A cache in the folder at `root`, which is made when it is needed.
    ///
    /// - Parameter patience: how long one command of git may take. Defaults to 30 min; a server that sends nothing is given up
    ///   after 2 min.
    package init(root: String, patience: Duration = .seconds(1800)) {
        self.root = root
        self.patience = patience
    }

    /// The files of a source, and the commit that they are of.
    ///
    /// Nothing is fetched where a whole commit's name is given that was fetched before. Submodules are not fetched.
    package func tree(of claimed: ClaimedSource) async throws(SourceFault) -> SourceTree {
        let source = claimed.source
        if let problem = source.problem { throw .unusable(problem) }
        do {
            try FileManager.default.createDirectory(
                atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let key = SHA256.hash(data: Data(source.url.utf8)).hexadecimal.prefix(32)
            let path = "\(root)/\(key)"
            let lock = try await Self.lock(path + ".lock")
            defer { close(lock) }
            let git = GitCommand(program: try Self.program(), scratch: path, lock: lock, patience: patience)
            let repository = GitRepository(path: path, git: git)
            try await repository.prepare()
            let commit = try await commit(claimed, repository)
            let place = source.path.map { "\(commit):\($0)" } ?? commit
            let archive = try await repository.run(["archive", "--format=tar", place], limit: SourceTree.size)
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

    private func commit(_ claimed: ClaimedSource, _ repository: GitRepository) async throws -> String {
        let source = claimed.source
        let ref = source.ref ?? "HEAD"
        let isCommit = ref.utf8.count == 40 && ref.allSatisfy(\.isHexDigit)
        if isCommit, let known = try? await repository.name(of: ref) { return known }
        let fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--force"]
        do {
            _ = try await repository.run(fetch + ["--depth=1", source.url, ref], settings: Self.settings(claimed))
        } catch let failure as GitCommand.Failure where failure.words.contains("not support shallow") || isCommit {
            // A server of plain files knows no depth, and some give commits by their branches alone.
            let wanted = isCommit ? ["+refs/heads/*:refs/orch/*"] : [ref]
            _ = try await repository.run(fetch + [source.url] + wanted, settings: Self.settings(claimed))
        }
        return try await repository.name(of: isCommit ? ref : "FETCH_HEAD")
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

    /// Locks a file, once nobody else has it. No thread waits for it: whoever has it needs one for its git.
    private static func lock(_ path: String) async throws -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemFault.last }
        do {
            while flock(file, LOCK_EX | LOCK_NB) != 0 {
                let fault = SystemFault.last
                guard [EWOULDBLOCK, EINTR].contains(fault.number) else { throw fault }
                try await Task.sleep(for: recheck)
            }
            return file
        } catch {
            close(file)
            throw error
        }
    }
}
