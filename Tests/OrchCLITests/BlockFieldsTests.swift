import FoundationEssentials
import OrchModel
import Testing

@testable import OrchCLI

struct BlockFieldsTests {
    @Test func readsValuesByTheFieldsKind() throws {
        let fields = BlockFields(type: try #require(BlockType.named("docker-container")))
        let values = try fields.values(of: [
            "memory=2g", "cpus=1.5", #"networks=["orch"]"#, "read_only=true", "env={\"A\":\"b=c\"}",
        ])
        #expect(
            values == [
                "memory": "2g", "cpus": 1.5, "networks": ["orch"], "read_only": true, "env": ["A": "b=c"],
            ])
    }

    @Test func refusesASecretAsAnArgumentWithoutRepeatingIt() throws {
        let fields = BlockFields(type: try #require(BlockType.named("postgres")))
        let error = #expect(throws: Message.self) { try fields.values(of: ["password=canary-4711"]) }
        #expect(error?.text.contains("--set-stdin password") == true)
        #expect(error?.text.contains("canary") == false)
    }

    @Test func takesASecretsTextWithoutItsFinalNewline() throws {
        let fields = BlockFields(type: try #require(BlockType.named("postgres")))
        #expect(try fields.value("p w\n", of: "password") == "p w")
    }

    @Test func namesTheNearestField() throws {
        let fields = BlockFields(type: try #require(BlockType.named("gcs-bucket")))
        let error = #expect(throws: Message.self) { try fields.values(of: ["buket=x"]) }
        #expect(error?.text.contains("did you mean bucket?") == true)
    }
}
