import Foundation
import OrchModel
import TestSupport
import Testing

@testable import OrchInfrastructure

/// What becomes of a repository of the cache that many want, that nobody serves, and in which a git was killed.
@Suite(.enabled(if: SourceRepository.hasGit, "needs git"), .timeLimit(.minutes(10)))
struct GitCacheTests {
    private func fault(_ task: Task<SourceTree, any Error>) async -> SourceFault? {
        do { _ = try await task.value } catch { return error as? SourceFault }
        return nil
    }

    @Test("whoever waits for a repository that somebody else fetches can be cancelled, and so can who fetches")
    func cancellation() async throws {
        let (folder, server) = (try TemporaryFolder(), try SilentServer())
        let cache = GitCache(root: folder.file("cache"))
        let source = ClaimedSource(SourceSpec(url: "http://127.0.0.1:\(server.port)/r.git"))
        let first = Task { try await cache.tree(of: source) }
        await server.connection()
        let second = Task { try await cache.tree(of: source) }
        second.cancel()
        #expect(await fault(second) == .cancelled)
        first.cancel()
        #expect(await fault(first) == .cancelled)
    }

    @Test("more runs of one source than there are threads get it")
    func crowd() async throws {
        let repository = try SourceRepository()
        let commit = try repository.commit(["a": "a"])
        _ = try await repository.tree()
        let (cache, source) = (repository.cache, ClaimedSource(SourceSpec(url: repository.url, ref: commit)))
        let count = try await withThrowingTaskGroup(of: SourceTree.self) { group in
            for _ in 0..<260 { group.addTask { try await cache.tree(of: source) } }
            return try await group.reduce(0) { count, tree in count + (tree.commit == commit ? 1 : 0) }
        }
        #expect(count == 260)
    }

    @Test("a git that takes too long is given up, and says so")
    func patience() async throws {
        let (folder, server) = (try TemporaryFolder(), try SilentServer())
        let cache = GitCache(root: folder.file("cache"), patience: .seconds(1))
        let source = ClaimedSource(SourceSpec(url: "http://127.0.0.1:\(server.port)/r.git"))
        #expect(await fault(Task { try await cache.tree(of: source) }) == .unreachable("it was given up after 1 s"))
    }

    @Test("locks and output that a killed git left are removed, and the next fetch stays a shallow one")
    func leftovers() async throws {
        let repository = try SourceRepository()
        _ = try repository.commit(["a": "a"])
        _ = try await repository.tree()
        let cached = try repository.cached()
        let left = ["shallow.lock", "refs/heads/main.lock", "0198.out", "0198.err"].map { "\(cached)/\($0)" }
        for file in left { try Data().write(to: URL(fileURLWithPath: file)) }
        let second = try repository.commit(["a": "b"])
        #expect(try await repository.tree("main").commit == second)
        for file in left { #expect(!FileManager.default.fileExists(atPath: file), "\(file)") }
        let history = try repository.git("-C", cached, "rev-list", "--count", second)
        #expect(history == "1")
        let names = try FileManager.default.contentsOfDirectory(atPath: repository.folder.file("cache"))
        #expect(!names.contains { $0.hasSuffix(".out") || $0.hasSuffix(".err") || $0.hasSuffix(".new") }, "\(names)")
    }

    @Test("a repository that was made by half is made anew")
    func halves() async throws {
        let repository = try SourceRepository()
        let commit = try repository.commit(["a": "a"])
        _ = try await repository.tree()
        let cached = try repository.cached()
        for part in ["refs", "objects"] { try FileManager.default.removeItem(atPath: "\(cached)/\(part)") }
        #expect(try await repository.tree().commit == commit)
    }

    @Test("a repository of this host that is another user's can be read", .enabled(if: getuid() == 0))
    func foreignOwner() async throws {
        let repository = try SourceRepository()
        let commit = try repository.commit(["a": "a"])
        let ending = try ChildProgram.run(["chown", "-R", "12345:12345", repository.folder.file("r")])
        try #require(ending.code == 0)
        #expect(try await repository.tree("main").commit == commit)
    }

    @Test("what a git started keeps the repository's lock when git and agent have ended")
    func inheritance() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("k.lock")
        let lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let command = GitCommand(program: "/bin/sh", scratch: folder.file("k"), lock: lock, patience: .seconds(60))
        let words = try await command.run(["-c", "sleep 1000 >/dev/null & echo $!"])
        let process = try #require(pid_t(String(decoding: words, as: UTF8.self).dropLast()))
        defer { kill(process, SIGKILL) }
        close(lock)
        let other = open(path, O_RDWR | O_CLOEXEC)
        defer { close(other) }
        #expect(flock(other, LOCK_EX | LOCK_NB) != 0)
    }
}
