import FoundationEssentials
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct BootstrapBlocksTests {
    private let blocks = """
        {"blocks":[
            {"type":"gcs-bucket","name":"lake","values":{"bucket":"b","gcp_credentials":"sa"}},
            {"type":"gcp-credentials","name":"sa","values":{"project":"local"}}
        ]}
        """

    @Test func blocksAreCreatedOnceWhateverTheirOrder() async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/blocks.json"
            try Data(blocks.utf8).write(to: URL(filePath: file))
            let first = try await ServerFixture.open("\(folder)/data") { $0.bootstrapBlocks = file }
            #expect(try await first.store.blocks().map(\.key.name) == ["sa", "lake"])
            let saved = try await first.store.blocks()
            try await first.store.close()
            _ = consume first
            let other = blocks.replacing("local", with: "changed")
            try Data(other.utf8).write(to: URL(filePath: file))
            let second = try await ServerFixture.open("\(folder)/data") { $0.bootstrapBlocks = file }
            #expect(try await second.store.blocks() == saved)
            try await second.store.close()
        }
    }

    @Test func valuesMayComeFromFiles() async throws {
        try await TemporaryFolder.with { folder in
            try Data("s3cret word\n".utf8).write(to: URL(filePath: "\(folder)/password"))
            let list = """
                [{"type":"postgres","name":"db","values":{"host":"h","user":"u","database":"d",
                  "password":{"$file":"\(folder)/password"}}}]
                """
            let file = "\(folder)/blocks.json"
            try Data(list.utf8).write(to: URL(filePath: file))
            let controller = try await ServerFixture.open("\(folder)/data") { $0.bootstrapBlocks = file }
            let keys = try ServerKeys(file: SecretFile(path: "\(folder)/data/server.key"))
            let vault = BlockVault(store: controller.store, keys: keys)
            let document = try await vault.resolved(BlockKey(type: "postgres", name: "db"))
            #expect(document?["password"] == "s3cret word")
            try await controller.store.close()
        }
    }

    @Test(arguments: [
        (
            text: #"[{"type":"postgres","name":"db","values":{"password":{"$file":"/no/such/file"}}}]"#,
            reason: "/no/such/file"
        ),
        (text: "{", reason: "the body cannot be read: not JSON at line 1, byte 2: expected a member's name"),
        (text: #"{"blocks":[{"type":"postgres","name":"db","values":{"password":"canary"}}]}"#, reason: "host"),
        (
            text: #"{"blocks":[{"type":"gcs-bucket","name":"l","values":{"bucket":"b","gcp_credentials":"sa"}}]}"#,
            reason: "gcp-credentials/sa"
        ),
    ])
    func aFileThatCannotBeUsedStopsTheStart(text: String, reason: String) async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/blocks.json"
            try Data(text.utf8).write(to: URL(filePath: file))
            await #expect {
                _ = try await ServerFixture.open("\(folder)/data") { $0.bootstrapBlocks = file }
            } throws: { error in
                guard case .bootstrap(file, let message)? = error as? OrchServerError else { return false }
                return message.contains(reason) && !message.contains("canary")
            }
        }
    }

    @Test func aMissingFileStopsTheStart() async throws {
        try await TemporaryFolder.with { folder in
            await #expect(throws: OrchServerError.self) {
                _ = try await ServerFixture.open(folder) { $0.bootstrapBlocks = "\(folder)/none.json" }
            }
        }
    }
}
