import Foundation
import OrchModel
import TestSupport
import Testing

@testable import OrchInfrastructure

/// A git repository in a folder, and a cache beside it.
final class SourceRepository {
    static let hasGit = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")

    let folder: TemporaryFolder
    var url: String { "file://\(folder.path)/r" }
    var cache: GitCache { GitCache(root: folder.file("cache")) }

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
        try await cache.tree(of: ClaimedSource(SourceSpec(url: url, ref: ref, path: path)))
    }

    /// The bare repository in the cache.
    func cached() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("cache"))
        return folder.file("cache/" + (try #require(names.first { $0.hasSuffix(".git") })))
    }
}
