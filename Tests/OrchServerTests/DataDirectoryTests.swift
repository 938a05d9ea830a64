import FoundationEssentials
import Glibc
import OrchModel
import Testing

@testable import OrchServer

struct DataDirectoryTests {
    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func theFirstStartMakesKeysThatOnlyTheOwnerReads() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/deep/data"
            let directory = try DataDirectory(OrchServerConfiguration(dataDirectory: path))
            #expect(mode(path) == 0o700)
            for file in ["server.key", "admin.token", "agent.token"] { #expect(mode("\(path)/\(file)") == 0o600) }
            #expect(directory.adminToken.reveal().wholeMatch(of: /orch_admin_[0-9a-f]{64}/) != nil)
            #expect(directory.agentToken.reveal().wholeMatch(of: /orch_agent_[0-9a-f]{64}/) != nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 4)
        }
    }

    @Test func theNextStartReadsThem() async throws {
        try await TemporaryFolder.with { folder in
            let configuration = OrchServerConfiguration(dataDirectory: folder)
            let id = Identifier.new()
            let (admin, token) = try {
                let first = try DataDirectory(configuration)
                return (first.adminToken, first.keys.attemptToken(run: id, attempt: 1))
            }()
            let second = try DataDirectory(configuration)
            #expect(second.adminToken == admin)
            #expect(second.keys.isAttemptToken(token, run: id, attempt: 1))
        }
    }

    @Test func oneFolderServesOneController() async throws {
        try await TemporaryFolder.with { folder in
            let first = try DataDirectory(OrchServerConfiguration(dataDirectory: folder))
            #expect {
                _ = try DataDirectory(OrchServerConfiguration(dataDirectory: folder))
            } throws: { error in
                guard case .inUse(folder)? = error as? OrchServerError else { return false }
                return true
            }
            withExtendedLifetime(first) {}
        }
    }

    @Test func tokensCanComeFromElsewhere() async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/given.token"
            try Data("  orch_admin_given_by_somebody_else\n".utf8).write(to: URL(filePath: file))
            var configuration = OrchServerConfiguration(dataDirectory: "\(folder)/data")
            configuration.adminTokenFile = file
            configuration.agentTokenFile = "\(folder)/made.token"
            let directory = try DataDirectory(configuration)
            #expect(directory.adminToken.reveal() == "orch_admin_given_by_somebody_else")
            #expect(mode("\(folder)/made.token") == 0o600)
        }
    }

    @Test(arguments: ["", "short", "two words of a token that is long enough"])
    func aTokenThatIsNoneIsRefused(text: String) async throws {
        try await TemporaryFolder.with { folder in
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/admin.token"))
            #expect(throws: OrchServerError.self) {
                _ = try DataDirectory(OrchServerConfiguration(dataDirectory: folder))
            }
        }
    }

    @Test func aBrokenKeyIsRefusedNotReplaced() async throws {
        try await TemporaryFolder.with { folder in
            try Data("not a key".utf8).write(to: URL(filePath: "\(folder)/server.key"))
            #expect(throws: OrchServerError.self) {
                _ = try DataDirectory(OrchServerConfiguration(dataDirectory: folder))
            }
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/server.key")) == Data("not a key".utf8))
        }
    }

    @Test func ofManyWhoMakeAFileAllReadTheSame() async throws {
        try await TemporaryFolder.with { folder in
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<16 {
                    group.addTask {
                        try SecretFile(path: "\(folder)/token").load { "value number \(index)" }.reveal()
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(texts.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["token"])
        }
    }
}
