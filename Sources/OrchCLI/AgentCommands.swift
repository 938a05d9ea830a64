import ArgumentParser
import CurlTransport
import DockerEngine
import FoundationEssentials
import Logging
import OrchAgent
import OrchClient
import OrchInfrastructure
import OrchModel
import ServiceLifecycle
import UnixSignals

/// `orch agent`.
struct Agents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Starts an agent; lists, drains and rests agents; lists their containers.",
        subcommands: [
            Start.self, List.self, Inspect.self, Drain.self, Maintenance.self, Pause.self, Resume.self, Containers.self,
            Reap.self,
        ],
        aliases: ["agents"])

    /// How commands about one agent end.
    static let exitCodes = "Exit codes: 0 done, 2 usage, or there is no such agent, 5 API unreachable or refused."

    /// `orch agent start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Runs containers for a queue until it is told to stop (SIGTERM, Ctrl-C).",
            discussion: """
                Stopping leaves containers running: an agent of the same name takes them up again. With --drain the \
                agent claims no more and stops once its runs have ended; a second signal stops it at once.

                Runs start in containers of the engine that DOCKER_HOST names, and, with --infra process, as processes of \
                this host, which nothing shields from them. Where no engine's socket is there, and nothing is said, as \
                processes alone. A service manager has to leave the agent's processes alone when it stops the agent: \
                KillMode=process for systemd.

                Examples:
                  orch agent start -q default -q nightly --limit 8
                  orch agent start -q 'etl-*' --label zone=eu --label gpu=true
                  orch agent start -q new-queue --create-queue
                  orch agent start --drain --drain-timeout 600
                  orch agent start --infra docker --infra process

                Exit codes: 0 told to stop, or drained (`orch agent drain`), 1 the data directory is in use or cannot be \
                used, 2 usage, or a queue that does not exist, 5 the token is not taken, or the name is held by another \
                agent that is alive. It waits for a controller that does not answer.
                """)

        @Argument(help: "A work queue, the same as with -q.") var workQueue: String?
        @OptionGroup var options: AgentOptions
        @Flag(name: .customLong("run-once"), help: .hidden) var runsOnce = false
        @Option(name: .customLong("ready-file"), help: "A file touched after each answered poll, for health checks.")
        var readyFile: String?
        @Flag(name: .customLong("drain"), help: "On SIGTERM, wait until the agent's own runs have ended.")
        var drains = false
        @Option(
            name: .customLong("drain-timeout"),
            help: "Seconds that --drain waits before containers are left running. Defaults to no limit.")
        var drainTimeout: Int?
        @OptionGroup var connection: Connection
        @OptionGroup var log: LogOptions

        func validate() throws {
            if runsOnce {
                throw ValidationError(
                    "--run-once: an agent goes on until it is told to end; with --drain, SIGTERM ends it once the runs that it "
                        + "has have ended, and so does `orch agent drain NAME`")
            }
            guard let drainTimeout else { return }
            if !drains { throw ValidationError("--drain-timeout: only together with --drain") }
            if drainTimeout < 0 {
                throw ValidationError("--drain-timeout: expected seconds from 0, got \(drainTimeout)")
            }
        }

        /// The options, with the queue that is said by itself.
        var wholeOptions: AgentOptions {
            var options = options
            if let workQueue { options.queues.insert(workQueue, at: 0) }
            return options
        }

        func run() async throws {
            let logger = log.logger("orch.agent")
            let controller = RemoteController(try connection.client())
            let ready = readyFile.map { ReadyFile(path: $0) }
            let api: any ControllerAPI = ready.map { PollWatch(api: controller, ready: $0) } ?? controller
            let agent = try await wholeOptions.agent(api: api, url: connection.endpoint().url, logger: logger)
            defer { ready?.remove() }
            let group = await group(of: agent, logger: logger)
            do { try await group.run() } catch let error as AgentError {
                throw Message(AgentOptions.code(for: error), "\(error)")
            }
        }

        private func group(of agent: Agent, logger: Logger) async -> ServiceGroup {
            guard drains else {
                return ServiceGroup(
                    configuration: .init(
                        services: [.init(service: agent, successTerminationBehavior: .gracefullyShutdownGroup)],
                        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            }
            let watch = await DrainWatch(agent: agent, patience: drainTimeout.map { .seconds($0) })
            return ServiceGroup(
                configuration: .init(
                    services: [
                        .init(service: agent, successTerminationBehavior: .gracefullyShutdownGroup),
                        .init(service: watch, successTerminationBehavior: .gracefullyShutdownGroup),
                    ], logger: logger))
        }
    }

    /// `orch agent ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists agents, those that have stopped for a while too.",
            discussion: """
                Examples:
                  orch agent ls
                  orch agent ls -o json

                Exit codes: 0 done, 5 API unreachable or refused.
                """)
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let agents = try await client.agents()
            let queues = try await agents.isEmpty ? [] : client.workQueues().map(\.name)
            let now = Timestamp.now()
            try output.show(agents) { AgentTable(agents: $0, now: now).text }
            for agent in agents where agent.isOnline(at: now) {
                for remark in QueueSelector(agent.info.queues).remarks(known: queues) {
                    FileHandles.writeError("Warning: \(TerminalText.harmless("\(agent.info.name): \(remark)"))\n")
                }
            }
        }
    }
}

/// Settings of an agent on the command line.
struct AgentOptions: ParsableArguments {
    @Option(
        name: [.customShort("q"), .customLong("queue"), .customLong("work-queue")], parsing: .singleValue,
        help: "A work queue, or a pattern of names such as 'etl-*'. May be given again. Defaults to \"default\".")
    var queues: [String] = []
    @Option(
        name: [.customShort("m"), .customLong("match")], parsing: .singleValue,
        help: "The beginning of work queues' names: all such queues are served. May be given again.")
    var prefixes: [String] = []
    @Flag(name: .customLong("create-queue"), help: "Make queues that are named and do not exist.")
    var createsQueues = false
    @Option(
        name: .customLong("label"), parsing: .singleValue,
        help:
            "What runs may ask for, NAME=VALUE, beside what the host has (os, arch, cpus, memory). May be given again.")
    var labels: [String] = []
    @Option(name: .customLong("name"), help: "The agent's name; keep it over restarts. Defaults to the host's name.")
    var name: String?
    @Option(name: .shortAndLong, help: "Runs at the same time. Defaults to twice the CPUs.") var limit: Int?
    @Option(
        name: .customLong("infra"), parsing: .singleValue,
        help: ArgumentHelp(
            "Where runs are started: docker or process. May be given again. Defaults to docker where its socket is there, "
                + "else process.", valueName: "kind"))
    var infrastructures: [String] = []
    @Option(help: "The network of containers whose block names none. Defaults to the engine's bridge.")
    var network: String?
    @Option(
        name: .customLong("allow-bind"), parsing: .singleValue,
        help: "A folder of the host that docker-container blocks may mount from. May be given again; none at first.")
    var bindRoots: [String] = []
    @Option(
        name: .customLong("reap-after"),
        help: "Seconds that a container is kept which no live attempt needs; 0 keeps it. Defaults to 600.")
    var reapAfter: Int?
    @Option(
        name: .customLong("remove-kept-after"),
        help: ArgumentHelp(
            """
            How long after its end a container is kept that its block's auto_remove says to keep: 12h, 7d, or never to \
            remove it. Defaults to $ORCH_REMOVE_KEPT_AFTER, or 7d.
            """, valueName: "age"))
    var removeKeptAfter: String?
    @Option(
        name: .customLong("agent-data"), help: "The agent's data directory. Defaults to $ORCH_HOME/agent.")
    var data: String?

    func validate() throws {
        _ = try keptFor()
        do { _ = try AgentLabels.read(labels) } catch { throw ValidationError("--label: \(error)") }
        for name in infrastructures where InfrastructureKind(rawValue: name) == nil {
            throw ValidationError(
                "--infra: expected \(InfrastructureKind.allCases.map(\.rawValue).joined(separator: " or ")), got \"\(name)\""
            )
        }
        if let reapAfter, reapAfter < 0 {
            throw ValidationError("--reap-after: expected seconds from 0, got \(reapAfter)")
        }
    }

    /// How long containers are kept that their blocks say to keep; nil = for ever.
    private func keptFor(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Duration? {
        guard let text = removeKeptAfter ?? environment["ORCH_REMOVE_KEPT_AFTER"], !text.isEmpty else {
            return Reaping.defaultKeeping
        }
        guard let age = Age.seconds(text) else {
            throw ValidationError("--remove-kept-after: expected an age such as 12h or 7d, or never, got \"\(text)\"")
        }
        return age.map { .seconds($0) }
    }

    /// Names and patterns of the queues that it serves.
    var served: [String] {
        let served = queues + prefixes.map(QueueSelector.pattern(prefix:))
        return served.isEmpty ? [WorkQueueRules.defaultName] : served
    }

    /// How the process ends where the agent could not start or go on.
    static func code(for error: AgentError) -> Failure.Code {
        switch error {
        case .invalidSetting, .unknownQueue: .usage
        case .dataDirectory, .inUse: .failed
        case .nameHeld, .unauthorized: .unreachable
        }
    }

    /// Where runs are started: as it is said, else in containers where the engine may be there, else as processes.
    ///
    /// That the engine's socket is there decides, not that the engine answers: a daemon that starts later than the agent
    /// would make an agent that starts no containers, and whatever comes to it, unshielded.
    ///
    /// - Parameter isPersonal: whether agent and controller are one user's own, so that processes are offered in any case.
    func kinds(host: DockerHost, isPersonal: Bool) -> [InfrastructureKind] {
        let named = infrastructures.compactMap(InfrastructureKind.init)
        guard named.isEmpty else { return InfrastructureKind.allCases.filter(named.contains) }
        let hasEngine = if case .unix(let path) = host { FileManager.default.fileExists(atPath: path) } else { true }
        guard hasEngine else { return [.process] }
        return isPersonal ? [.docker, .process] : [.docker]
    }

    /// The engines of those infrastructures; processes have their scratch folders in `data`.
    private func engines(_ kinds: [InfrastructureKind], host: DockerHost, data: String, name: String) throws -> Engines
    {
        var engines: [InfrastructureKind: any ContainerEngine] = [:]
        if kinds.contains(.docker) { engines[.docker] = DockerContainerEngine(DockerClient(host: host)) }
        if kinds.contains(.process) {
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            engines[.process] = ProcessEngine(
                root: URL(filePath: data + "/processes").standardizedFileURL.path,
                supervisor: [program] + ProcessSupervisor.words, host: name,
                environment: ProcessInfo.processInfo.environment)
        }
        return Engines(engines)
    }

    /// An agent of the engine that `DOCKER_HOST` names, and of this host's processes.
    ///
    /// - Parameters:
    ///   - url: where the controller is, which processes are told.
    ///   - folder: its data directory where none is given. Defaults to `$ORCH_HOME/agent`.
    ///   - isPersonal: whether agent and controller are one user's own. Defaults to false.
    func agent(
        api: any ControllerAPI, url: String, logger: Logger, folder: String? = nil, isPersonal: Bool = false
    ) async throws -> Agent {
        var configuration = AgentConfiguration(
            dataDirectory: data ?? folder ?? ProfileFolder().home + "/agent",
            queues: served)
        configuration.createsQueues = createsQueues
        do { configuration.labels = try AgentLabels.read(labels) } catch { throw ValidationError("--label: \(error)") }
        if let name { configuration.name = name }
        if let limit { configuration.limit = limit }
        if let reapAfter { configuration.reapGrace = .seconds(reapAfter) }
        configuration.keptFor = try keptFor()
        configuration.launch.network = network
        configuration.launch.bindRoots = bindRoots
        configuration.launch.processAPIURL = url
        let host = try DockerHost.fromEnvironment()
        let kinds = kinds(host: host, isPersonal: isPersonal)
        if infrastructures.isEmpty, !kinds.contains(.docker) {
            logger.notice(
                "no container engine is here: runs are started as processes of this host, which nothing shields from them",
                metadata: ["engine": "\(host)"])
        }
        let engines = try engines(
            kinds, host: host, data: configuration.dataDirectory, name: configuration.host)
        do throws(AgentError) {
            try configuration.validate()
            let home = try await AgentHome(configuration.dataDirectory)
            return try Agent(configuration: configuration, api: api, engines: engines, logger: logger, home: home)
        } catch {
            throw Message(Self.code(for: error), "\(error)")
        }
    }
}

/// A file whose age tells whether the agent still hears from its controller.
struct ReadyFile: Sendable {
    var path: String

    /// Sets the file's time to now; makes it where it is missing.
    func touch() {
        do {
            try Data("ready\n".utf8).write(to: URL(filePath: path))
        } catch {
            FileHandles.writeError("Warning: cannot write the ready file \(path): \(error)\n")
        }
    }

    /// Removes the file.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// A controller's API that marks each answered poll.
struct PollWatch: ControllerAPI {
    var api: any ControllerAPI
    var ready: ReadyFile

    func identity() async throws(ControllerFault) -> Identifier { try await api.identity() }

    func poll(_ poll: WorkPoll) async throws(ControllerFault) -> WorkReply {
        let reply = try await api.poll(poll)
        ready.touch()
        return reply
    }

    func held(by agent: String) async throws(ControllerFault) -> [ClaimedRun] { try await api.held(by: agent) }

    func renew(_ renewal: LeaseRenewal) async throws(ControllerFault) -> LeaseReply {
        let reply = try await api.renew(renewal)
        ready.touch()
        return reply
    }

    func leave(_ farewell: AgentFarewell) async throws(ControllerFault) { try await api.leave(farewell) }

    func send(_ report: AttemptReport, run: Identifier, attempt: Int) async throws(ControllerFault) {
        try await api.send(report, run: run, attempt: attempt)
    }

    func send(_ answer: AgentTaskAnswer, to task: Identifier) async throws(ControllerFault) {
        try await api.send(answer, to: task)
    }
}
