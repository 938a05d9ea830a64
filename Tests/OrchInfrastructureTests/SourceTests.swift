import DockerEngine
import Foundation
import OrchModel
import TestSupport
import Testing

@testable import OrchInfrastructure

/// Git sources, with the real git and a repository of the test's own.
struct SourceTests {
    @Test(
        "a branch, a commit and a folder are found, and what was fetched before is not fetched again",
        .enabled(if: SourceRepository.hasGit))
    func revisions() async throws {
        let repository = try SourceRepository()
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
        "a link that leads out is refused", .enabled(if: SourceRepository.hasGit),
        arguments: ["->/etc/passwd", "->../x", "->d/../../x"])
    func links(target: String) async throws {
        let repository = try SourceRepository()
        _ = try repository.commit(["a": "a", "d/f": "f", "l": target])
        do {
            _ = try await repository.tree()
            Issue.record("it was taken")
        } catch let fault as SourceFault {
            #expect("\(fault)" == "the link l leads out of it, to \(target.dropFirst(2))")
        }
    }

    @Test("what is not there is said in git's words", .enabled(if: SourceRepository.hasGit))
    func absences() async throws {
        let repository = try SourceRepository()
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
