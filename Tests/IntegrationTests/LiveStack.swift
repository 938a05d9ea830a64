import CurlTransport
import DockerEngine
import FoundationEssentials
import Logging
import OrchAgent
import OrchClient
import OrchInfrastructure
import OrchModel
import OrchServer
import ServiceLifecycle
import Synchronization
import Testing

/// A controller on SQLite, and agents on the engine of this machine, joined by HTTP as they are in the field.
struct LiveStack: Sendable {
    let bench: LiveAgentBench
    let instance: Identifier
    let api: OrchClient
    private let agentAPI: OrchClient
    private let folder: String
    /// Where the controller listens, for containers in the host's network.
    private let url: String

    private static var silent: Logger { Logger(label: "live") { _ in SwiftLogNoOpLogHandler() } }

    /// Runs `body` with a stack; afterwards nothing of it is left.
    ///
    /// - Parameter files: what the bench's image holds beside its program. Defaults to nothing.
    static func with(
        files: [TarArchive.Entry] = [], _ body: @escaping @Sendable (LiveStack) async throws -> Void
    ) async throws {
        try await LiveAgentBench.with(files: files) { bench in
            let folder = FileManager.default.temporaryDirectory.path + "/orch-stack-\(Identifier.new())"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await serve(bench, folder, body)) } catch { outcome = .failure(error) }
            try FileManager.default.removeItem(atPath: folder)
            try outcome.get()
        }
    }

    /// Runs `before` with a stack, and `after` with another one whose controller has the same data: it was restarted.
    static func withRestart<Value: Sendable>(
        before: @escaping @Sendable (LiveStack) async throws -> Value,
        after: @escaping @Sendable (LiveStack, Value) async throws -> Void
    ) async throws {
        try await LiveAgentBench.with { bench in
            let folder = FileManager.default.temporaryDirectory.path + "/orch-stack-\(Identifier.new())"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let outcome: Result<Void, any Error>
            do {
                let value = Mutex<Value?>(nil)
                try await serve(bench, folder) { stack in
                    let result = try await before(stack)
                    value.withLock { $0 = result }
                }
                let result = try #require(value.withLock { $0 })
                outcome = .success(try await serve(bench, folder) { try await after($0, result) })
            } catch {
                outcome = .failure(error)
            }
            try FileManager.default.removeItem(atPath: folder)
            try outcome.get()
        }
    }

    private static func serve(
        _ bench: LiveAgentBench, _ folder: String, _ body: @escaping @Sendable (LiveStack) async throws -> Void
    ) async throws {
        var configuration = OrchServerConfiguration(dataDirectory: folder + "/server")
        configuration.port = 0
        let controller = try await Controller.open(configuration, logger: silent)
        let group = ServiceGroup(services: [controller], logger: silent)
        let http = HTTPClient()
        defer { http.shutdown() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let outcome: Result<Void, any Error>
            do {
                let url = try #require(await controller.listening())
                let stack = LiveStack(
                    bench: bench, instance: controller.instance,
                    api: OrchClient(url: url, token: controller.adminToken, http: http),
                    agentAPI: OrchClient(url: url, token: controller.agentToken, http: http), folder: folder,
                    url: url)
                outcome = .success(try await stack.tryOut(body))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try outcome.get()
        }
    }

    private func tryOut(_ body: @Sendable (LiveStack) async throws -> Void) async throws {
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(self)) } catch { outcome = .failure(error) }
        for container in try await bench.client.listContainers(labels: ["\(ContainerLabels.instance)=\(instance)"]) {
            do throws(DockerError) { try await bench.client.removeContainer(container.id, force: true) } catch {
                guard case .notFound = error else { continue }
            }
        }
        try outcome.get()
    }

    /// Runs a new agent while `body` runs, then ends it as a kill would: all its tasks are cancelled at once.
    func withAgent(
        _ name: String = "live", limit: Int = 8, queues: [String] = ["default"], _ body: () async throws -> Void
    ) async throws {
        var configuration = AgentConfiguration(dataDirectory: "\(folder)/\(name)", queues: queues)
        configuration.name = name
        configuration.limit = limit
        configuration.reconcileInterval = .milliseconds(200)
        configuration.launch.containerAPIURL = url
        let agent = try Agent(
            configuration: configuration, api: RemoteController(agentAPI),
            engine: DockerContainerEngine(bench.client), logger: Self.silent)
        let task = Task { try await agent.run() }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        task.cancel()
        _ = await task.result
        try outcome.get()
    }

    /// Makes a run of a shell script, whose container is kept where `isKept`.
    func run(
        _ script: String, queue: String = "default", isKept: Bool = false, parent: Identifier? = nil,
        policy: RunPolicy? = nil
    ) async throws -> FlowRun {
        if isKept {
            _ = try await api.saveBlock(type: "docker-container", name: "kept", values: ["auto_remove": "never"])
        }
        let name = "live-\(Identifier.new().short)"
        _ = try await api.deploy(
            DeploymentRequest(
                name: name, flowName: "live", image: bench.image, command: ["sh", "-c", script], kind: .command,
                infrastructure: Infrastructure(block: isKept ? "kept" : nil), workQueue: queue,
                parameterSchema: ParameterSchema([])))
        let request = FlowRunRequest(deployment: "live/\(name)", policy: policy, parentRunID: parent)
        return try await api.createRun(request).run
    }

    /// Waits for the `times`-th state of a type.
    @discardableResult
    func until(_ run: FlowRun, _ type: StateType, times: Int = 1) async throws -> RunState {
        var seen = 0
        var last: RunState?
        for try await event in try await api.follow("\(run.id)") {
            guard case .state(let state) = event else { continue }
            last = state
            if state.type == type { seen += 1 }
            if seen == times { return state }
        }
        throw NeverCame(what: "\(type.rawValue) of \(run.name)", last: last)
    }

    /// Waits for a line of a run's log.
    func untilLine(_ line: String, of run: FlowRun) async throws {
        for try await event in try await api.follow("\(run.id)") {
            if case .log(let record) = event, record.message == line { return }
        }
        throw NeverCame(what: "\(line) of \(run.name)", last: nil)
    }

    /// The run has ended without.
    private struct NeverCame: Error {
        var what: String
        var last: RunState?
    }

    func now(_ run: FlowRun) async throws -> FlowRun { try await api.run("\(run.id)") }

    /// What the engine shows of an attempt's container.
    func container(of run: FlowRun, attempt: Int = 1) async throws -> ContainerDetails {
        try await bench.client.inspectContainer(ClaimedRun.containerName(run: run.id, attempt: attempt))
    }
}
