import DockerEngine
import Foundation
import OrchModel
import TestSupport
import Testing

@testable import OrchInfrastructure

/// Git sources, with the real git and a repository of the test's own.
struct SourceTests {
    private static let hasGit = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")

    /// A repository in a folder.
    private final class Repository {
        let folder: TemporaryFolder
        var url: String { "file://\(folder.path)/r" }

        init() throws {
            folder = try TemporaryFolder()
            try git("init", "--quiet", "--initial-branch=main", folder.file("r"))
        }

        @discardableResult func git(_ arguments: String...) throws -> String {
            let ending = try ChildProgram.run(
                ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"] + arguments)
            try #require(ending.code == 0, "\(ending.errors)")
            return String(decoding: ending.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// Commits files; a value that begins with `->` is a link.
        func commit(_ files: [String: String]) throws -> String {
            for (path, text) in files {
                let file = URL(fileURLWithPath: folder.file("r/\(path)"))
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                if text.hasPrefix("->") {
                    try FileManager.default.createSymbolicLink(
                        atPath: file.path, withDestinationPath: String(text.dropFirst(2)))
                } else {
                    try Data(text.utf8).write(to: file)
                }
            }
            try git("-C", folder.file("r"), "add", "--all")
            try git("-C", folder.file("r"), "commit", "--quiet", "-m", "c")
            return try git("-C", folder.file("r"), "rev-parse", "HEAD")
        }

        func tree(_ ref: String? = nil, path: String? = nil) async throws -> SourceTree {
            let cache = GitCache(root: folder.file("cache"))
            return try await cache.tree(of: ClaimedSource(SourceSpec(url: url, ref: ref, path: path)))
        }
    }

    @Test(
        "a branch, a commit and a folder are found, and what was fetched before is not fetched again",
        .enabled(if: hasGit))
    func revisions() async throws {
        let repository = try Repository()
        let first = try repository.commit(["sql/a.sql": "one", "b": "b", "link": "->sql/a.sql"])
        let second = try repository.commit(["sql/a.sql": "two"])
        let head = try await repository.tree()
        #expect(head.commit == second)
        #expect(Set(head.entries.map(\.path)) == ["b", "link", "sql/", "sql/a.sql"])
        #expect(head.entries.first { $0.path == "sql/a.sql" }?.bytes == Array("two".utf8))
        let folder = try await repository.tree("main", path: "sql")
        #expect(folder.entries.map(\.path) == ["a.sql"] && folder.entries.map(\.mode) == [0o444])
        #expect(try await repository.tree(first).entries.contains { $0.bytes == Array("one".utf8) })
        try FileManager.default.moveItem(atPath: repository.folder.file("r"), toPath: repository.folder.file("gone"))
        #expect(try await repository.tree(first).commit == first)
        await #expect(throws: SourceFault.self) { try await repository.tree("main") }
    }

    @Test(
        "a link that leads out is refused", .enabled(if: hasGit), arguments: ["->/etc/passwd", "->../x", "->d/../../x"])
    func links(target: String) async throws {
        let repository = try Repository()
        _ = try repository.commit(["a": "a", "d/f": "f", "l": target])
        do {
            _ = try await repository.tree()
            Issue.record("it was taken")
        } catch let fault as SourceFault {
            #expect("\(fault)" == "the link l leads out of it, to \(target.dropFirst(2))")
        }
    }

    @Test("what is not there is said in git's words", .enabled(if: hasGit))
    func absences() async throws {
        let repository = try Repository()
        _ = try repository.commit(["a": "a"])
        for (ref, path) in [("nope", nil), ("main", "nope")] as [(String, String?)] {
            do {
                _ = try await repository.tree(ref, path: path)
                Issue.record("it was found")
            } catch let fault as SourceFault {
                #expect("\(fault)".contains("nope"), "\(fault)")
            }
        }
    }

    @Test(
        "an address with a user, an option in place of a branch and a path that leads out are refused",
        arguments: [
            SourceSpec(url: "https://me:secret@example.org/r"), SourceSpec(url: "ext::sh -c true"),
            SourceSpec(url: "https://example.org/r", ref: "--upload-pack=x"),
            SourceSpec(url: "https://example.org/r", ref: "a..b"),
            SourceSpec(url: "https://example.org/r", path: "../x"),
            SourceSpec(url: "https://example.org/r", path: "/x"),
            SourceSpec(url: "file:///r", credentials: "c"),
        ])
    func refusals(source: SourceSpec) async throws {
        let problem = try #require(source.problem)
        #expect(!problem.contains("secret"))
        await #expect(throws: SourceFault.self) {
            try await GitCache(root: "/nonexistent").tree(of: ClaimedSource(source))
        }
    }
}
