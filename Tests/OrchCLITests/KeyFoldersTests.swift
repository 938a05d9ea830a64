import FoundationEssentials
import OrchModel
import Testing

#if canImport(Glibc)
import Glibc
#endif

@testable import OrchCLI

struct KeyFoldersTests {
    @Test(.enabled(if: getuid() == 0, "needs root: it gives files to other users"))
    func makesKeysOnceAndGivesEachToItsPart() throws {
        let root = FileManager.default.temporaryDirectory.path + "/orch-keys-\(Identifier.new())"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let keys = KeyFolders(root: root, serverUID: 1000, agentUID: 0)
        #expect(try keys.prepare().count == 5)
        let token = try Data(contentsOf: URL(filePath: root + "/server/agent.token"))
        #expect(try Data(contentsOf: URL(filePath: root + "/agent/agent.token")) == token)
        #expect(try keys.prepare().isEmpty)
        #expect(try Data(contentsOf: URL(filePath: root + "/server/agent.token")) == token)
        for (path, owner) in [
            ("server/admin.token", 1000), ("agent/agent.token", 0), ("postgres/postgres.password", 0),
        ] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(attributes[.ownerAccountID] as? Int == owner)
        }
    }
}
