import DockerEngine
import FoundationEssentials
import OrchModel
import Testing

@testable import OrchInfrastructure

struct ContainerSpecTests {
    private func spec(
        _ settings: LaunchSettings = LaunchSettings(), _ change: (inout ClaimedRun) -> Void = { _ in }
    ) throws -> ContainerSpec {
        try ContainerSpec(.sample(change), settings: settings)
    }

    @Test func nameBelongsToTheAttempt() throws {
        #expect(try spec().name == "orch-01980c4e-7f3a-7cc2-9b1e-000000000001-2")
    }

    @Test func labelsTellTheAgentAndWhatIsKeptOnPurpose() throws {
        var settings = LaunchSettings()
        settings.agent = "a1"
        #expect(try spec(settings) { $0.container.autoRemove = .always }.labels["orch.auto-remove"] == nil)
        let labels = try spec(settings) { $0.container.autoRemove = .onSuccess }.labels
        #expect(labels["orch.agent"] == "a1")
        #expect(labels["orch.auto-remove"] == "on_success")
    }

    @Test func environmentHoldsTheRunsFactsAndItsBlocks() throws {
        let spec = try spec {
            $0.secrets["ORCH_BLOCK_GCS_BUCKET_ZOOM"] = #"{"bucket":"lake"}"#
            $0.container.env = ["TZ": "UTC"]
        }
        #expect(
            spec.environment == [
                "ORCH_API_KEY": "orch_run_canary",
                "ORCH_API_URL": "http://orch:4200",
                "ORCH_ATTEMPT": "2",
                "ORCH_BLOCK_GCS_BUCKET_ZOOM": #"{"bucket":"lake"}"#,
                "ORCH_DATA_INTERVAL_END": "2020-07-01T00:00:00.000000Z",
                "ORCH_DATA_INTERVAL_START": "2020-07-01T00:00:00.000000Z",
                "ORCH_FLOW_NAME": "parent_flow_runner",
                "ORCH_FLOW_RUN_ID": "01980c4e-7f3a-7cc2-9b1e-000000000001",
                "ORCH_PARAMETERS": #"{"color":"green","month":7}"#,
                "ORCH_STREAM": "2",
                "TZ": "UTC",
            ])
    }

    @Test func aDataIntervalIsTold() throws {
        let interval = try #require(DataInterval("2020-06-01/2020-07-01"))
        let environment = try spec { $0.dataInterval = interval }.environment
        #expect(environment["ORCH_DATA_INTERVAL_START"] == "2020-06-01T00:00:00.000000Z")
        #expect(environment["ORCH_DATA_INTERVAL_END"] == "2020-07-01T00:00:00.000000Z")
    }

    @Test func labelsNameInstanceRunAttemptDeploymentAndFlow() throws {
        let labels = try spec { $0.container.labels = ["team": "data"] }.labels
        #expect(
            labels == [
                "orch.attempt": "2",
                "orch.deployment": "docker-flow",
                "orch.flow": "parent_flow_runner",
                "orch.flow-run-id": "01980c4e-7f3a-7cc2-9b1e-000000000001",
                "orch.instance": "01980c4e-7f3a-7cc2-9b1e-000000000002",
                "team": "data",
            ])
        #expect(ContainerLabels.attempt(of: labels) == AttemptKey(run: .fixed(1), attempt: 2))
    }

    @Test func agentsAddressOfTheAPIWinsOverTheControllers() throws {
        let spec = try spec(LaunchSettings(containerAPIURL: "http://host.docker.internal:4200"))
        #expect(spec.environment["ORCH_API_URL"] == "http://host.docker.internal:4200")
        #expect(spec.extraHosts == ["host.docker.internal:host-gateway"])
    }

    @Test func hostsLineOfTheBlockIsKept() throws {
        let spec = try spec(LaunchSettings(containerAPIURL: "http://host.docker.internal:4200")) {
            $0.container.extraHosts = ["host.docker.internal:10.0.0.1"]
        }
        #expect(spec.extraHosts == ["host.docker.internal:10.0.0.1"])
    }

    @Test(
        arguments: [
            (networks: nil, mode: nil, agent: nil, expected: ["bridge"]),
            (networks: nil, mode: nil, agent: "orch", expected: ["orch"]),
            (networks: nil, mode: "host", agent: "orch", expected: ["host"]),
            (networks: ["a", "b"], mode: "none", agent: "orch", expected: ["a", "b"]),
        ] as [(networks: [String]?, mode: String?, agent: String?, expected: [String])])
    func networkIsTheBlocksThenTheAgents(
        _ row: (networks: [String]?, mode: String?, agent: String?, expected: [String])
    ) throws {
        let spec = try spec(LaunchSettings(network: row.agent)) {
            $0.container.networks = row.networks
            $0.container.networkMode = row.mode
        }
        #expect([spec.network] + spec.furtherNetworks == row.expected)
    }

    @Test func defaultsAreLimitedAndRemoved() throws {
        let spec = try spec()
        #expect(spec.pidsLimit == 4096)
        #expect(spec.stopGrace == .seconds(30))
        #expect(spec.pullPolicy == .ifNotPresent)
        #expect(spec.removePolicy == .always)
        #expect(spec.memory == nil)
    }

    @Test func sizesAreRead() throws {
        let spec = try spec {
            $0.container.memory = "512m"
            $0.container.memorySwap = "-1"
            $0.container.shmSize = "64m"
            $0.container.cpus = 1.5
        }
        #expect(spec.memory == 536_870_912)
        #expect(spec.memorySwap == -1)
        #expect(spec.sharedMemory == 67_108_864)
        #expect(spec.nanoCPUs == 1_500_000_000)
    }

    /// A change of the sample, by a name for the test's output, and the error it must lead to.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout ClaimedRun) -> Void
        var matches: @Sendable (InfrastructureError) -> Bool

        init(
            _ name: String, _ change: @escaping @Sendable (inout ClaimedRun) -> Void,
            matches: @escaping @Sendable (InfrastructureError) -> Bool
        ) {
            testDescription = name
            self.change = change
            self.matches = matches
        }

        init(
            _ name: String, is error: InfrastructureError, _ change: @escaping @Sendable (inout ClaimedRun) -> Void
        ) {
            self.init(name, change) { $0 == error }
        }

        init(field: String, value: String, _ change: @escaping @Sendable (inout ClaimedRun) -> Void) {
            self.init("\(field) \(value)", change) {
                if case .invalidField(field, value, _) = $0 { true } else { false }
            }
        }
    }

    @Test(arguments: [
        Refusal(
            "a variable of ours", is: .reservedName(field: "env", name: "ORCH_API_URL", prefix: "ORCH_")
        ) { $0.container.env = ["ORCH_API_URL": "x"] },
        Refusal(
            "a label of ours", is: .reservedName(field: "labels", name: "orch.flow", prefix: "orch.")
        ) { $0.container.labels = ["orch.flow": "x"] },
        Refusal("one variable twice", is: .duplicateVariable(name: "ORCH_ATTEMPT")) {
            $0.secrets["ORCH_ATTEMPT"] = "9"
        },
        Refusal("a NUL", is: .nulInVariable(name: "ORCH_BLOCK_A_B")) { $0.secrets["ORCH_BLOCK_A_B"] = "a\0b" },
        Refusal("the root", is: .forbiddenMount(source: "/", place: "/")) { $0.container.volumes = ["/:/host"] },
        Refusal(
            "the socket", is: .forbiddenMount(source: "/run/docker.sock", place: "/run/docker.sock")
        ) { $0.container.volumes = ["/run/docker.sock:/run/docker.sock"] },
        Refusal(field: "env", value: "A=B") { $0.container.env = ["A=B": "x"] },
        Refusal(field: "network_mode", value: "container:abc") { $0.container.networkMode = "container:abc" },
        Refusal(field: "networks", value: "host") { $0.container.networks = ["orch", "host"] },
        Refusal(field: "memory", value: "much") { $0.container.memory = "much" },
        Refusal(field: "pids_limit", value: "-1") { $0.container.pidsLimit = -1 },
        Refusal(field: "cpus", value: "nan") { $0.container.cpus = .nan },
        Refusal(field: "stop_grace_seconds", value: "-5") { $0.container.stopGraceSeconds = -5 },
        Refusal(field: "image", value: "") { $0.image = "" },
    ])
    func refuses(_ refusal: Refusal) throws {
        let error = #expect(throws: InfrastructureError.self) { try spec(LaunchSettings(), refusal.change) }
        #expect(try refusal.matches(#require(error)), "\(String(describing: error))")
    }

    @Test func longestVariableIsTheKernels() throws {
        let name = "ORCH_BLOCK_A_B"
        // Name, =, value and a NUL.
        let room = 131_072 - name.utf8.count - 2
        #expect(try spec { $0.secrets[name] = String(repeating: "x", count: room) }.environment[name]?.count == room)
        #expect(throws: InfrastructureError.variableTooLong(name: name, bytes: 131_073, limit: 131_072)) {
            try spec { $0.secrets[name] = String(repeating: "x", count: room + 1) }
        }
    }

    /// Compare with `docker inspect`: this is what a run's container is made of.
    @Test func bodyOfTheCreateCall() throws {
        let create = try spec(
            LaunchSettings(network: "orch", containerAPIURL: "http://server:4200", bindRoots: ["/data"])
        ) {
            $0.secrets["ORCH_BLOCK_GCS_BUCKET_ZOOM"] = #"{"bucket":"lake"}"#
            $0.container.memory = "512m"
            $0.container.volumes = ["/data/lake:/lake:ro"]
        }.create
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(create), as: UTF8.self)
        #expect(text == Self.snapshot)
    }

    @Test func imagesOwnCommandIsKeptWhereNoneIsGiven() throws {
        #expect(try spec { $0.command = [] }.create.cmd == nil)
    }

    private static let snapshot = """
        {
          "Cmd" : [
            "taxi",
            "run",
            "parent_flow_runner"
          ],
          "Env" : [
            "ORCH_API_KEY=orch_run_canary",
            "ORCH_API_URL=http://server:4200",
            "ORCH_ATTEMPT=2",
            "ORCH_BLOCK_GCS_BUCKET_ZOOM={\\"bucket\\":\\"lake\\"}",
            "ORCH_DATA_INTERVAL_END=2020-07-01T00:00:00.000000Z",
            "ORCH_DATA_INTERVAL_START=2020-07-01T00:00:00.000000Z",
            "ORCH_FLOW_NAME=parent_flow_runner",
            "ORCH_FLOW_RUN_ID=01980c4e-7f3a-7cc2-9b1e-000000000001",
            "ORCH_PARAMETERS={\\"color\\":\\"green\\",\\"month\\":7}",
            "ORCH_STREAM=2"
          ],
          "HostConfig" : {
            "AutoRemove" : false,
            "Binds" : [
              "/data/lake:/lake:ro"
            ],
            "CapDrop" : [
              "ALL"
            ],
            "Init" : true,
            "LogConfig" : {
              "Config" : {
                "compress" : "false",
                "max-file" : "1",
                "max-size" : "1000p",
                "mode" : "blocking"
              },
              "Type" : "json-file"
            },
            "Memory" : 536870912,
            "NetworkMode" : "orch",
            "PidsLimit" : 4096,
            "ReadonlyRootfs" : false,
            "SecurityOpt" : [
              "no-new-privileges:true"
            ]
          },
          "Image" : "taxi:latest",
          "Labels" : {
            "orch.attempt" : "2",
            "orch.deployment" : "docker-flow",
            "orch.flow" : "parent_flow_runner",
            "orch.flow-run-id" : "01980c4e-7f3a-7cc2-9b1e-000000000001",
            "orch.instance" : "01980c4e-7f3a-7cc2-9b1e-000000000002"
          },
          "OpenStdin" : false,
          "StopTimeout" : 30,
          "Tty" : false
        }
        """

    @Test func noDescriptionShowsAValue() throws {
        let canary = "canary-4711"
        let spec = try spec {
            $0.secrets["ORCH_BLOCK_POSTGRES_MAIN"] = #"{"password":"\#(canary)"}"#
            $0.container.env = ["PLAIN": canary]
        }
        var dumped = ""
        dump(spec, to: &dumped)
        for text in ["\(spec)", String(reflecting: spec), String(describing: [spec]), dumped] {
            #expect(!text.contains(canary))
            #expect(!text.contains("orch_run_canary"))
        }
        #expect("\(spec)".contains("ORCH_BLOCK_POSTGRES_MAIN"))
        let error = #expect(throws: InfrastructureError.self) {
            try self.spec { $0.secrets["ORCH_BLOCK_A_B"] = canary + String(repeating: "x", count: 200_000) }
        }
        #expect(!String(describing: error).contains(canary))
    }
}
