import DockerEngine
import FoundationEssentials
import Logging
import OrchAgent
import OrchInfrastructure
import OrchModel

/// An agent on the engine of this machine, with an image of one static program and an instance of its own.
struct LiveAgentBench: Sendable {
    let client: DockerClient
    let controller: LiveController
    let image: String
    let instance = Identifier.new()
    /// The name of an image with a flow program, where a test makes one.
    var flowImage: String { image + "-flow" }
    /// How long a pull may make no progress. Defaults to 5 min.
    var pullIdle = Duration.seconds(300)
    private let dataDirectory: String

    /// A program that needs no libraries: Debian's package busybox-static.
    private static let program = "/bin/busybox"
    private static let applets = [
        "sh", "echo", "sleep", "kill", "seq", "cat", "head", "tr", "tail", "printf", "yes", "awk",
    ]

    /// Whether an engine answers and the program is there.
    static func isPossible() async -> Bool {
        guard FileManager.default.isExecutableFile(atPath: program) else { return false }
        do {
            let client = DockerClient(host: try DockerHost.fromEnvironment())
            defer { client.shutdown() }
            _ = try await client.ping()
            return true
        } catch {
            print("no engine for live tests of the agent: \(error)")
            return false
        }
    }

    /// Runs `body` with a bench; afterwards nothing of it is left.
    ///
    /// - Parameter client: of the daemon to use. Defaults to that of this machine.
    static func with(
        files: [TarArchive.Entry] = [], client: DockerClient? = nil, _ body: (LiveAgentBench) async throws -> Void
    ) async throws {
        let client = try client ?? DockerClient(host: try DockerHost.fromEnvironment())
        let bench = try await LiveAgentBench(files: files, client: client)
        do {
            try await body(bench)
        } catch {
            try await bench.tearDown()
            throw error
        }
        try await bench.tearDown()
    }

    private init(files: [TarArchive.Entry], client: DockerClient) async throws {
        self.client = client
        controller = LiveController(instance: instance)
        image = "orch-test/agent:\(instance.short)"
        dataDirectory = FileManager.default.temporaryDirectory.path + "/orch-live-\(instance)"
        try FileManager.default.createDirectory(
            atPath: dataDirectory + "/attempts", withIntermediateDirectories: true)
        _ = try await client.importImage(tar: try Self.fileSystem(with: files), as: image)
    }

    /// What the image holds, as an archive.
    func fileSystem() throws -> [UInt8] { try Self.fileSystem(with: []) }

    private static func fileSystem(with files: [TarArchive.Entry]) throws -> [UInt8] {
        var entries = [
            TarArchive.Entry(path: "bin", kind: .directory, mode: 0o755),
            TarArchive.Entry(
                path: "bin/busybox", bytes: Array(try Data(contentsOf: URL(filePath: program))), mode: 0o755),
            TarArchive.Entry(path: "tmp", kind: .directory, mode: 0o1777),
        ]
        entries += applets.map { TarArchive.Entry(path: "bin/\($0)", kind: .symlink("busybox"), mode: 0o777) }
        return try TarArchive(entries + files).encoded()
    }

    private func tearDown() async throws {
        for container in try await containers() { try await discard(container.id) }
        try await client.removeImage(image, force: true)
        do throws(DockerError) { try await client.removeImage(flowImage, force: true) } catch {
            guard case .noSuchImage = error else { throw error }
        }
        client.shutdown()
        try FileManager.default.removeItem(atPath: dataDirectory)
    }

    /// This bench's containers.
    func containers() async throws -> [ContainerListing] {
        try await client.listContainers(labels: ["\(ContainerLabels.instance)=\(instance)"])
    }

    /// A run of a shell script.
    func claimed(_ script: String, _ change: (inout ClaimedRun) -> Void = { _ in }) -> ClaimedRun {
        var claimed = ClaimedRun(
            runID: .new(), runName: "live", attempt: 1, token: "t", instance: instance, flowName: "live",
            deploymentName: "live", kind: .command, image: image, command: ["sh", "-c", script],
            parameters: ["month": 7], container: DockerContainerBlock(), secrets: ["ORCH_API_KEY": "orch_run_canary"],
            apiURL: "http://127.0.0.1:4200", scheduledFor: .now())
        change(&claimed)
        return claimed
    }

    /// Runs a new agent while `body` runs, then ends it as a kill would: all its tasks are cancelled at once.
    func withAgent(
        _ change: (inout AgentConfiguration) -> Void = { _ in }, _ body: () async throws -> Void
    ) async throws {
        var configuration = AgentConfiguration(dataDirectory: dataDirectory)
        configuration.name = "live"
        configuration.reconcileInterval = .milliseconds(200)
        change(&configuration)
        let agent = try Agent(
            configuration: configuration, api: controller, engine: DockerContainerEngine(client, pullIdle: pullIdle),
            logger: Logger(label: "live") { _ in SwiftLogNoOpLogHandler() })
        let task = Task { try await agent.run() }
        do {
            try await body()
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
        task.cancel()
        _ = await task.result
    }

    /// An agent's answer to a question.
    func answer(_ question: AgentTask.Question) async throws -> AgentTaskAnswer? {
        controller.ask(question)
        try await withAgent { try await controller.untilAnswered() }
        return controller.answers.last
    }

    /// Removes a container, unless the agent has done so, or is about to.
    private func discard(_ id: String) async throws {
        for isLast in Array(repeating: false, count: 50) + [true] {
            do throws(DockerError) {
                return try await client.removeContainer(id, force: true)
            } catch {
                switch error {
                case .notFound, .conflict: return
                // After its daemon was killed, a container's folder may be in use for a moment.
                case .api where !isLast: try await Task.sleep(for: .milliseconds(200))
                default: throw error
                }
            }
        }
    }

    /// Runs one attempt to its end and until its container was dealt with.
    func run(_ claimed: ClaimedRun) async throws -> LiveController.Attempt {
        controller.queue(claimed)
        try await withAgent { try await controller.until(claimed) { $0.end != nil } }
        return controller.attempt(claimed)
    }
}
