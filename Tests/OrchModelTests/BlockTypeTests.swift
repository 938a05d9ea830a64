import OrchModel
import Testing

struct BlockTypeTests {
    @Test func everyTypedBlockHasItsType() {
        let slugs = [
            GCPCredentialsBlock.slug, GCSBucketBlock.slug, BigQueryWarehouseBlock.slug, PostgresBlock.slug,
            DockerRegistryCredentialsBlock.slug, DockerContainerBlock.slug, ProcessBlock.slug,
            GitCredentialsBlock.slug,
        ]
        #expect(Set(slugs) == Set(BlockType.all.map(\.slug)))
    }

    @Test func containerBlockReadsEveryFieldOfItsType() throws {
        let type = try #require(BlockType.named("docker-container"))
        let values: [String: JSONValue] = [
            "image": "taxi:latest", "command": ["taxi"], "env": ["A": "1"], "labels": ["l": "x"],
            "image_pull_policy": "never", "networks": ["orch"], "network_mode": "bridge",
            "extra_hosts": ["a:1.2.3.4"], "volumes": ["v:/v"], "memory": "2g", "memory_swap": "3g", "cpus": 1.5,
            "pids_limit": 100, "user": "1000", "read_only": true, "tmpfs": ["/tmp": "size=1m"], "shm_size": "64m",
            "auto_remove": "on_success", "platform": "linux/amd64", "stop_grace_seconds": 5,
            "gpus": "all", "ulimits": ["nofile": "64:128"], "stream_output": true, "pull_idle_timeout_seconds": 60,
            "pull_timeout_seconds": 600,
        ]
        // The one field that holds a secret once it is filled in stays out of the block; see RegistryLogin.
        #expect(Set(values.keys) == Set(type.fields.map(\.name)).subtracting(["registry_credentials"]))
        #expect(type.problems(in: values).isEmpty)
        let block = try JSONValue.object(values).decode(DockerContainerBlock.self)
        #expect(try JSONValue(encoding: block) == .object(values))
    }

    @Test(
        arguments: [
            (type: "gcs-bucket", values: ["bucket": "b"], field: "gcp_credentials", says: "is required"),
            (
                type: "gcs-bucket", values: ["buket": "b", "gcp_credentials": "c"], field: "buket",
                says: "did you mean bucket?"
            ),
            (
                type: "gcp-credentials", values: ["service_account_info": "/home/me/key.json"],
                field: "service_account_info",
                says: "not a path"
            ),
            (type: "postgres", values: ["port": "5432"], field: "port", says: "a whole number"),
            (type: "postgres", values: ["sslmode": "always"], field: "sslmode", says: "one of disable"),
            (type: "docker-container", values: ["networks": "orch"], field: "networks", says: "a list of texts"),
        ] as [(type: String, values: [String: JSONValue], field: String, says: String)])
    func reports(type: String, values: [String: JSONValue], field: String, says: String) throws {
        let problems = try #require(BlockType.named(type)).problems(in: values)
        let problem = try #require(problems.first { $0.field == field })
        #expect(problem.message.contains(says), "\(problem.message)")
    }

    @Test func hidesSecretsAndNeverRepeatsThem() throws {
        let type = try #require(BlockType.named("postgres"))
        let shown = type.redacted(["host": "db", "password": "canary-4711", "other": "canary-4711"])
        #expect(shown == ["host": "db", "password": .string(Secret.placeholder)])
        let problems = type.problems(in: ["password": .array(["canary-4711"])])
        #expect(!problems.map(\.description).joined().contains("canary"))
    }

    @Test func makesVariableNames() {
        #expect(BlockEnvironment.variable(type: "gcs-bucket", name: "zoom-gcs") == "ORCH_BLOCK_GCS_BUCKET_ZOOM_GCS")
        #expect(BlockEnvironment.variable(type: "postgres", name: "my.db_1") == "ORCH_BLOCK_POSTGRES_MY_DB_1")
        #expect(BlockEnvironment.isValid(name: "zoom-gcs.2_x"))
        for name in ["", "a b", "é", "a/b", String(repeating: "x", count: 101)] {
            #expect(!BlockEnvironment.isValid(name: name))
        }
    }

    @Test func readsCredentialsAsTextOrObject() throws {
        let object = try JSONValue.object(["service_account_info": ["type": "service_account"]])
            .decode(GCPCredentialsBlock.self)
        let text = try JSONValue.object(["service_account_info": #"{"type":"service_account"}"#])
            .decode(GCPCredentialsBlock.self)
        #expect(object.serviceAccountInfo?.reveal() == text.serviceAccountInfo?.reveal())
        #expect(try JSONValue.object([:]).decode(GCPCredentialsBlock.self).serviceAccountInfo == nil)
    }
}
