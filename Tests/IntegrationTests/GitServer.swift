import Foundation
import TestSupport
import Testing

/// A repository with one user on loopback, over HTTP: git's own server program behind a small one in Python.
final class GitServer {
    static let username = "me"
    static let token = "t0ken-canary"

    /// How it is served.
    enum Kind: String, CaseIterable { case smart, plain }

    /// Whether its programs are here.
    static let isAvailable = ["git", "python3"].allSatisfy { (try? ChildProgram.run([$0, "--version"]).code) == 0 }

    let folder: TemporaryFolder
    private let process: pid_t
    private let port: Int

    /// The repository's address.
    var url: String { "http://127.0.0.1:\(port)/r.git" }

    /// Starts it with a repository of these files; returns when it listens.
    init(_ kind: Kind, files: [String: String]) async throws {
        folder = try TemporaryFolder()
        let work = folder.file("work")
        func git(_ arguments: String...) throws {
            let ending = try ChildProgram.run(
                ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"] + arguments)
            try #require(ending.code == 0, "\(ending.errors)")
        }
        try git("init", "--quiet", "--initial-branch=main", work)
        for (path, text) in files {
            let file = URL(fileURLWithPath: "\(work)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try git("-C", work, "add", "--all")
        try git("-C", work, "commit", "--quiet", "-m", "c")
        try git("clone", "--quiet", "--bare", work, folder.file("r.git"))
        try git("-C", folder.file("r.git"), "update-server-info")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Judges/git_server.py")
        let output = folder.file("output")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        let words = ["python3", script.path, folder.path, Self.username, Self.token, kind.rawValue]
        let arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var started = pid_t()
        try #require(posix_spawnp(&started, "python3", &actions, nil, arguments, environ) == 0)
        process = started
        var told: Int?
        while told == nil {
            try await Task.sleep(for: .milliseconds(20))
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            told = text.hasSuffix("\n") ? Int(text.dropLast()) : nil
            var status: Int32 = 0
            try #require(waitpid(started, &status, WNOHANG) == 0, "the server has ended")
        }
        port = told ?? 0
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }
}
