import CurlTransport
import Foundation
import Logging
import OrchClient
import OrchInfrastructure
import OrchModel
import OrchServer
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// A controller on SQLite, and agents that start processes: `orch agent start`, a program that can be killed. No Docker.
struct ProcessStack: Sendable {
    let api: OrchClient
    private let url: String
    private let folder: String

    /// Where the programs are that are built beside the tests.
    private static let programs: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().path
    }()

    /// The flow program.
    static let flowProgram = programs + "/ChaosFlow"

    /// Runs `body` with a stack; afterwards nothing of it is left.
    static func with(_ body: @escaping @Sendable (ProcessStack) async throws -> Void) async throws {
        let home = try TemporaryFolder()
        var configuration = OrchServerConfiguration(dataDirectory: home.file("server"))
        configuration.port = 0
        let silent = Logger(label: "live") { _ in SwiftLogNoOpLogHandler() }
        let controller = try await Controller.open(configuration, logger: silent)
        let group = ServiceGroup(services: [controller], logger: silent)
        let http = HTTPClient()
        defer { http.shutdown() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let outcome: Result<Void, any Error>
            do {
                let url = try #require(await controller.listening())
                let stack = ProcessStack(
                    api: OrchClient(url: url, token: controller.adminToken, http: http), url: url, folder: home.path)
                outcome = .success(try await body(stack))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try outcome.get()
        }
        withExtendedLifetime(home) {}
    }

    /// Runs an agent while `body` runs, then kills it: SIGKILL, and no chance to say goodbye.
    ///
    /// - Parameters:
    ///   - data: its data directory's name. Defaults to that of all agents of the stack.
    ///   - arguments: further ones. Defaults to none.
    func withAgent(
        data: String = "agent", arguments: [String] = [], _ body: () async throws -> Void
    ) async throws {
        let agent = try startAgent(data: data, arguments: arguments)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        kill(agent, SIGKILL)
        var status: Int32 = 0
        while waitpid(agent, &status, 0) < 0, errno == EINTR {}
        try outcome.get()
    }

    private func startAgent(data: String, arguments further: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for number in [1, 2] as [Int32] {
            posix_spawn_file_actions_addopen(
                &actions, number, folder + "/agent.log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        let fixed = [
            Self.programs + "/orch", "agent", "start", "--infra", "process", "--name", "live", "--agent-data",
            folder + "/" + data, "--api-url", url, "--token-file", folder + "/server/agent.token",
        ]
        let words = fixed + further
        let own = ProcessInfo.processInfo.environment.merging(["AGENTS_OWN": "canary", "TZ": "UTC"]) { $1 }
        let arguments = words.map { strdup($0) } + [nil]
        let variables = own.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var process = pid_t()
        let code = posix_spawn(&process, words[0], &actions, nil, arguments, variables)
        try #require(code == 0, "\(words[0]) cannot be started: \(String(cString: strerror(code)))")
        return process
    }

    /// What agents have logged.
    var agentLog: String { (try? String(contentsOfFile: folder + "/agent.log", encoding: .utf8)) ?? "" }

    /// Makes a run of a shell script.
    func run(
        _ script: String, block: [String: JSONValue] = [:], policy: RunPolicy? = nil, source: SourceSpec? = nil
    ) async throws -> FlowRun {
        let name = "live-\(Identifier.new().short)"
        if !block.isEmpty { _ = try await api.saveBlock(type: "process", name: name, values: block) }
        var deployment = DeploymentRequest(
            name: name, flowName: "live", image: "sh", command: ["sh", "-c", script], kind: .command,
            infrastructure: Infrastructure(type: "process", block: block.isEmpty ? nil : name),
            parameterSchema: ParameterSchema([]))
        deployment.source = source
        return try await run(deployment, policy: policy)
    }

    /// Makes a run of a flow of the flow program, as `orch deploy` and `orch run` would.
    func run(flow: String, parameters: [String: JSONValue] = [:]) async throws -> FlowRun {
        let question = AgentTask.Question.describeImage(reference: ProgramReference.text(Self.flowProgram))
        // An agent that was started this moment has not polled yet.
        while try await api.agents().allSatisfy({ $0.info.engine == nil }) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let answer = try await api.ask(AgentTaskRequest(queue: "default", question: question))
        guard case .description(let description) = answer else { throw Unexpected(what: "\(answer)") }
        let found = try #require(description.flows.first { $0.name == flow })
        return try await run(
            DeploymentRequest(
                name: "live-\(Identifier.new().short)", flowName: flow, image: Self.flowProgram, command: found.command,
                kind: .sdk, infrastructure: Infrastructure(type: "process"), parameters: parameters,
                parameterSchema: found.parameters))
    }

    private func run(_ deployment: DeploymentRequest, policy: RunPolicy? = nil) async throws -> FlowRun {
        _ = try await api.deploy(deployment)
        let name = "\(deployment.flowName)/\(deployment.name)"
        return try await api.createRun(FlowRunRequest(deployment: name, policy: policy)).run
    }

    /// Waits for a state of a type.
    @discardableResult
    func until(_ run: FlowRun, _ type: StateType) async throws -> RunState {
        var last: RunState?
        for try await event in try await api.follow("\(run.id)") {
            guard case .state(let state) = event else { continue }
            last = state
            if state.type == type { return state }
        }
        throw Unexpected(
            what: "no \(type.rawValue) of \(run.name), but \(last.map { "\($0)" } ?? "nothing")\n\(agentLog)")
    }

    /// Waits for a line of a run's log.
    func untilLine(_ line: String, of run: FlowRun) async throws {
        for try await event in try await api.follow("\(run.id)") {
            if case .log(let record) = event, record.message == line { return }
        }
        throw Unexpected(what: "\(line) never came\n\(agentLog)")
    }

    /// All lines of a run that its process printed or reported.
    func lines(of run: FlowRun, from source: LogRecord.Source = .stdout) async throws -> [String] {
        var found: [String] = []
        var position: Int64 = 0
        while true {
            let page = try await api.logs(of: "\(run.id)", after: position)
            found += page.records.filter { $0.source == source }.map(\.message)
            guard let next = page.next else { return found }
            position = next
        }
    }

    /// A file that runs may share.
    func file(_ name: String) -> String { folder + "/" + name }

    /// The scratch folder of a run's first attempt.
    func scratch(of run: FlowRun) -> String {
        "\(folder)/agent/processes/" + ClaimedRun.containerName(run: run.id, attempt: 1)
    }

    /// Processes of this host that were started for a run.
    func processes(of run: FlowRun) -> [Int32] {
        let mark = Array("ORCH_SCRATCH=\(scratch(of: run))".utf8)
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return ids.compactMap { Int32($0) }.filter { id in
            guard let bytes = ProcessFacts.contents(of: "/proc/\(id)/environ", limit: 4 << 20) else { return false }
            return bytes.split(separator: 0).contains { $0.elementsEqual(mark) }
        }
    }

    /// Something else came.
    struct Unexpected: Error {
        var what: String
    }
}

extension ProcessStack {
    /// A run as the controller shows it.
    func now(_ run: FlowRun) async throws -> FlowRun { try await api.run("\(run.id)") }
}
