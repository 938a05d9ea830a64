import DockerEngine
import Foundation
import OrchInfrastructure
import OrchModel
import TestSupport
import Testing

/// Every field of a `docker-container` block, as the real engine shows it of the container that comes of it.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(15)), .serialized)
struct ContainerFieldTests {
    /// A container of a block, created and not started: what the engine shows of it.
    private func inspect(_ document: [String: JSONValue], on bench: LiveAgentBench) async throws -> JSONValue {
        let type = try #require(BlockType.named("docker-container"))
        let merged = try type.applying(document, to: [:])
        let block = try JSONValue.object(merged).decode(DockerContainerBlock.self)
        let claimed = bench.claimed("true") { $0.container = block }
        let spec = try ContainerSpec(claimed, settings: LaunchSettings())
        let id = try await DockerContainerEngine(bench.client).create(spec)
        let shown = try ChildProgram.run(["docker", "inspect", id])
        let list = try JSONValue(parsing: String(decoding: shown.output, as: UTF8.self))
        try await bench.client.removeContainer(id, force: true)
        guard case .array(let items) = list, let first = items.first else { throw Nothing() }
        return first
    }

    private struct Nothing: Error {}

    struct Row: Sendable, CustomTestStringConvertible {
        var field: String
        var value: JSONValue
        /// Where `docker inspect` shows it, and what.
        var path: String
        var shown: JSONValue

        var testDescription: String { field }
    }

    static let rows = [
        Row(field: "memory", value: "64m", path: "HostConfig.Memory", shown: 67_108_864),
        Row(field: "cpus", value: 1.5, path: "HostConfig.NanoCpus", shown: 1_500_000_000),
        Row(field: "pids_limit", value: 99, path: "HostConfig.PidsLimit", shown: 99),
        Row(field: "user", value: 1000, path: "Config.User", shown: "1000"),
        Row(field: "read_only", value: true, path: "HostConfig.ReadonlyRootfs", shown: true),
        Row(field: "tmpfs", value: ["/t": "size=1m"], path: "HostConfig.Tmpfs", shown: ["/t": "size=1m"]),
        Row(field: "shm_size", value: "16m", path: "HostConfig.ShmSize", shown: 16_777_216),
        Row(field: "network_mode", value: "none", path: "HostConfig.NetworkMode", shown: "none"),
        Row(
            field: "extra_hosts", value: ["lake:10.0.0.1"], path: "HostConfig.ExtraHosts", shown: ["lake:10.0.0.1"]),
        Row(
            field: "volumes", value: ["orch-test-none:/v:ro"], path: "HostConfig.Binds", shown: ["orch-test-none:/v:ro"]
        ),
        Row(field: "labels.team", value: "data", path: "Config.Labels.team", shown: "data"),
        Row(field: "stop_grace_seconds", value: 7, path: "Config.StopTimeout", shown: 7),
        Row(
            field: "ulimits.nofile", value: "64:128", path: "HostConfig.Ulimits",
            shown: [["Name": "nofile", "Soft": 64, "Hard": 128]]),
        Row(
            field: "gpus", value: "device=0,1", path: "HostConfig.DeviceRequests",
            shown: [
                [
                    "Driver": "", "Count": 0, "DeviceIDs": ["0", "1"], "Capabilities": [["gpu"]],
                    "Options": .object([:]),
                ]
            ]),
    ]

    @Test("a field comes to the engine", arguments: rows)
    func fields(_ row: Row) async throws {
        try await LiveAgentBench.with { bench in
            let shown = try await inspect([row.field: row.value], on: bench)
            let value = row.path.split(separator: ".").reduce(Optional(shown)) { $0?.objectValue?[String($1)] }
            if row.field == "gpus" {
                // What the daemon fills in for itself is no matter.
                guard case .array(let items)? = value, let request = items.first?.objectValue else { throw Nothing() }
                #expect(request["DeviceIDs"] == ["0", "1"] && request["Capabilities"] == [["gpu"]])
            } else {
                #expect(value == row.shown)
            }
        }
    }

    @Test("memory and swap go together, and variables are set beside orch's own")
    func pairs() async throws {
        try await LiveAgentBench.with { bench in
            let shown = try await inspect(["memory": "64m", "memory_swap": "128m", "env.LEVEL": "debug"], on: bench)
            #expect(shown.objectValue?["HostConfig"]?.objectValue?["MemorySwap"] == 134_217_728)
            guard case .array(let variables)? = shown.objectValue?["Config"]?.objectValue?["Env"] else {
                throw Nothing()
            }
            #expect(variables.contains("LEVEL=debug"))
        }
    }

    @Test("what is not streamed is not kept, and how the run ended is known all the same")
    func silence() async throws {
        try await LiveAgentBench.with { bench in
            let attempt = try await bench.run(bench.claimed("echo loud; exit 3") { $0.container.streamOutput = false })
            #expect(attempt.end?.message == "exit 3")
            #expect(!attempt.records.contains { $0.message == "loud" })
        }
    }
}
