import DockerEngine
import Foundation
import OrchClient
import OrchInfrastructure
import OrchModel
import TestSupport
import Testing

/// Sources from git over HTTP with a token, and what processes and containers find of them.
@Suite(.enabled(if: GitServer.isAvailable, "needs git and python3"), .timeLimit(.minutes(15)))
struct GitSourceLiveTests {
    private func claimed(_ server: GitServer, token: String?) -> ClaimedSource {
        ClaimedSource(
            SourceSpec(url: server.url, ref: "main", path: "conf"), username: GitServer.username, token: token)
    }

    @Test("a token opens a repository, is written nowhere, and a wrong one is said", arguments: GitServer.Kind.allCases)
    func tokens(kind: GitServer.Kind) async throws {
        let server = try await GitServer(kind, files: ["conf/a.yml": "a: 1\n", "other": "x"])
        let root = server.folder.file("cache")
        let cache = GitCache(root: root)
        let tree = try await cache.tree(of: claimed(server, token: GitServer.token))
        #expect(tree.entries.map(\.path) == ["a.yml"] && tree.commit.count == 40)
        for file in try FileManager.default.subpathsOfDirectory(atPath: root) {
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "\(root)/\(file)"))) ?? Data()
            let secret = Data("\(GitServer.username):\(GitServer.token)".utf8).base64EncodedData()
            #expect(bytes.range(of: secret) == nil && bytes.range(of: Data(GitServer.token.utf8)) == nil, "\(file)")
        }
        for token in [nil, "wrong-canary"] as [String?] {
            do {
                _ = try await GitCache(root: server.folder.file("other")).tree(of: claimed(server, token: token))
                Issue.record("it was given")
            } catch {
                #expect(!"\(error)".contains("canary"), "\(error)")
            }
        }
    }

    @Test("a process finds its source, reads it, and its record says the commit")
    func inAProcess() async throws {
        let server = try await GitServer(.smart, files: ["conf/a.yml": "a: 1\n"])
        try await ProcessStack.with { [url = server.url] stack in
            _ = try await stack.api.saveBlock(
                type: "git-credentials", name: "me",
                values: ["username": .string(GitServer.username), "token": .string(GitServer.token)])
            let source = SourceSpec(url: url, ref: "main", path: "conf", credentials: "me")
            let run = try await stack.run("cat $ORCH_SOURCE_DIR/a.yml; echo $ORCH_SOURCE_COMMIT", source: source)
            try await stack.withAgent { try await stack.until(run, .completed) }
            let lines = try await stack.lines(of: run)
            let record = try await stack.now(run).container
            #expect(lines.first == "a: 1" && lines.count == 2 && lines.last == record?.sourceCommit)
            #expect(record?.sourceCommit?.count == 40)
            let remarks = try await stack.lines(of: run, from: .orch)
            #expect(!remarks.contains { $0.contains("canary") })
        }
        withExtendedLifetime(server) {}
    }

    @Test(
        "a container finds its source as any of its files",
        .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() })
    func inAContainer() async throws {
        let server = try await GitServer(.plain, files: ["conf/a.yml": "a: 1\n"])
        try await LiveAgentBench.with { [url = server.url] bench in
            let attempt = try await bench.run(
                bench.claimed("cat $ORCH_SOURCE_DIR/a.yml; echo $ORCH_SOURCE_DIR") {
                    $0.source = ClaimedSource(
                        SourceSpec(url: url, path: "conf"), username: GitServer.username, token: GitServer.token)
                })
            #expect(attempt.end?.type == .completed)
            let lines = attempt.records.filter { $0.source == .stdout }.map(\.message)
            #expect(lines == ["a: 1", "/opt/orch/source"])
        }
        withExtendedLifetime(server) {}
    }
}
