import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct BlockRoutesTests {
    private let canary = "CANARY-9f8e7d6c"
    private var database: [String: JSONValue] {
        ["host": "h", "user": "u", "password": .string(canary), "database": "d"]
    }

    @Test func aSecretGoesInAndNeverComesOut() async throws {
        try await ServerFixture.with { server in
            var seen = ""
            func see(_ response: TestResponse) { seen += String(buffer: response.body) + "\(response.headers)" }
            let key: JSONValue = ["private_key": .string(canary), "client_email": .string("a@\(canary)")]
            let credentials: [String: JSONValue] = ["service_account_info": key]
            see(try await server.succeed(.put, "blocks/gcp-credentials/sa", ["values": credentials]))
            see(try await server.succeed(.put, "blocks/postgres/db", ["values": database]))
            // Mistakes of every kind, each with the secret in it.
            let mistakes: [[String: JSONValue]] = [
                database.merging(["pasword": .string(canary)]) { $1 },
                database.merging(["port": .string(canary)]) { $1 },
                ["password": .string(canary)], database.merging(["password": ["x": .string(canary)]]) { $1 },
            ]
            for mistake in mistakes {
                see(
                    try await server.send(
                        .put, "blocks/postgres/db", token: server.admin,
                        body: try JSONEncoder().encode(["values": mistake])))
            }
            for body in [
                "{\"values\":{\"password\":\"\(canary)\"", "{\"values\":[\"\(canary)\"]}", "{\"values\":\"\(canary)\"}",
            ] {
                see(try await server.send(.put, "blocks/postgres/db", token: server.admin, body: Data(body.utf8)))
            }
            let blocks = [BlockReference(type: "postgres", name: "db")]
            see(
                try await server.succeed(
                    .post, "deployments",
                    ServerFixture.deployment(blocks: blocks, parameters: ["password": .string(canary)])))
            let url = JSONValue.string("postgresql://u:\(canary)@h/d")
            see(
                try await server.succeed(
                    .post, "flow-runs", FlowRunRequest(deployment: "docker-flow", parameters: ["lake": url])))
            let bad = FlowRunRequest(deployment: "docker-flow", parameters: ["month": url, "password": 5])
            see(try await server.send(.post, "flow-runs", token: server.admin, body: try JSONEncoder().encode(bad)))
            for path in [
                "blocks", "blocks/postgres/db", "blocks/gcp-credentials/sa", "deployments", "flow-runs", "agents",
            ] {
                see(try await server.succeed(.get, path))
            }
            let run = try await server.call(.get, "flow-runs", as: [FlowRun].self)[0]
            for path in ["", "/states", "/task-runs", "/logs"] {
                see(try await server.succeed(.get, "flow-runs/\(run.id)\(path)"))
            }
            #expect(!seen.contains(canary))
            #expect(seen.contains(Secret.placeholder))
            // The agent, who alone needs it, gets it whole.
            let claimed = try #require(try await server.poll().runs.first)
            #expect(claimed.secrets["ORCH_BLOCK_POSTGRES_DB"]?.contains(canary) == true)
            #expect(claimed.parameters["password"] == .string(canary))
            #expect(claimed.parameters["lake"] == url)
            // With its key, which is what an agent must hide where the run prints it.
            #expect(Set(claimed.secretTexts ?? []) == [canary, try #require(claimed.secrets["ORCH_API_KEY"])])
            #expect(!"\(claimed)".contains(canary))
            for name in try FileManager.default.contentsOfDirectory(atPath: server.folder) {
                let bytes = try Data(contentsOf: URL(filePath: "\(server.folder)/\(name)"))
                #expect(!contains(bytes, canary), "\(name)")
                if name == "orch.db-wal" { #expect(contains(bytes, "postgres")) }
            }
        }
    }

    private func contains(_ data: Data, _ text: String) -> Bool {
        let (bytes, wanted) = (Array(data), Array(text.utf8))
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { start in
            bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }

    @Test func thePlaceholderKeepsTheSecret() async throws {
        try await ServerFixture.with { server in
            try await server.saveBlock("postgres", "db", database)
            let changed = database.merging(["host": "new", "password": .string(Secret.placeholder)]) { $1 }
            let shown: BlockDocument = try await server.call(.put, "blocks/postgres/db", ["values": changed])
            #expect(shown.values["host"] == "new")
            #expect(shown.values["password"] == .string(Secret.placeholder))
            let vault = BlockVault(
                store: server.controller.store,
                keys: try ServerKeys(file: SecretFile(path: "\(server.folder)/server.key")))
            let key = try #require(try await vault.resolved(.init(type: "postgres", name: "db")))
            #expect(key["password"] == .string(canary))
        }
    }

    @Test func everyBadFieldIsTold() async throws {
        try await ServerFixture.with { server in
            let values: [String: JSONValue] = ["hots": "h", "port": "x", "user": "u"]
            let (status, fault) = try await server.refusal(.put, "blocks/postgres/db", ["values": values])
            #expect(status == 422)
            #expect(fault.details.count == 4)
            #expect(fault.details.contains { $0.hasPrefix("hots:") && $0.contains("host") })
            #expect(fault.details.contains { $0.hasPrefix("database:") })
        }
    }

    @Test func typesAndNamesMustBeKnown() async throws {
        try await ServerFixture.with { server in
            let unknown = try await server.refusal(.put, "blocks/postgre/db", ["values": database])
            #expect(unknown.status == 404)
            #expect(unknown.fault.details == ["postgres"])
            #expect(try await server.refusal(.put, "blocks/postgres/a%20b", ["values": database]).status == 422)
            try await server.saveBlock("postgres", "my-db", database)
            let near = try await server.refusal(.get, "blocks/postgres/my-bd")
            #expect(near.status == 404)
            #expect(near.fault.details == ["my-db"])
            #expect(try await server.refusal(.put, "blocks/postgres/my.db", ["values": database]).status == 409)
        }
    }

    @Test func aBlockThatAnotherNamesCannotGo() async throws {
        try await ServerFixture.with { server in
            let bucket: [String: JSONValue] = ["bucket": "b", "gcp_credentials": "sa"]
            #expect(try await server.refusal(.put, "blocks/gcs-bucket/lake", ["values": bucket]).status == 422)
            try await server.saveBlock("gcp-credentials", "sa", [:])
            try await server.saveBlock("gcs-bucket", "lake", bucket)
            let refused = try await server.refusal(.delete, "blocks/gcp-credentials/sa")
            #expect(refused.status == 409)
            #expect(refused.fault.message.contains("gcs-bucket/lake"))
            #expect(try await server.succeed(.delete, "blocks/gcs-bucket/lake").status == .noContent)
            try await server.succeed(.delete, "blocks/gcp-credentials/sa")
            #expect(try await server.refusal(.delete, "blocks/gcp-credentials/sa").status == 404)
        }
    }
}
