import ArgumentParser
import CurlTransport
import FoundationEssentials
import OrchClient
import OrchInfrastructure
import OrchModel
import OrchServer
import ServiceLifecycle
import UnixSignals

/// `orch server`.
struct Server: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Starts, checks and prunes a controller.",
        subcommands: [Start.self, Init.self, Health.self, Prune.self])

    /// `orch server start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Serves the API until it is told to stop (SIGTERM, Ctrl-C).",
            discussion: """
                The first start makes the data directory, its keys and its tokens (mode 0600).
                Example: orch server start --host 0.0.0.0 --data /var/lib/orch --container-api-url http://server:4200
                """)

        @OptionGroup var options: ControllerOptions
        @OptionGroup var log: LogOptions

        func run() async throws {
            PrivateFile.keepNewFilesPrivate()
            let logger = log.logger("orch.server")
            let controller = try await Controller.open(try options.configuration(), logger: logger)
            let group = ServiceGroup(
                services: [controller], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            try await group.run()
        }
    }

    /// `orch server init`.
    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Makes the keys of a deployment's parts, each part's in a folder of its own.",
            discussion: """
                Makes FOLDER/server, FOLDER/agent and FOLDER/postgres; what exists keeps its content.
                Example: orch server init --keys /keys --server-uid 1000 --agent-uid 0
                """)

        @Option(help: "The folder.") var keys: String
        @Option(name: .customLong("server-uid"), help: "The user the server runs as.") var serverUID: UInt32 = 1000
        @Option(name: .customLong("agent-uid"), help: "The user the agent runs as.") var agentUID: UInt32 = 0

        func run() async throws {
            let made = try KeyFolders(root: keys, serverUID: serverUID, agentUID: agentUID).prepare()
            FileHandles.writeOut(made.isEmpty ? "All keys exist.\n" : made.map { "Made \($0)\n" }.joined())
        }
    }

    /// `orch server health`.
    struct Health: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "health",
            abstract: "Asks whether the API answers; exit 0 or 1.",
            discussion: """
                With --ready, whether the controller can do its work too: its database answers and has the tables of \
                this version.
                Example: orch server health --ready --url http://127.0.0.1:4200
                """)

        @Option(help: "The controller's address. Defaults to the chosen profile's, or http://127.0.0.1:4200.")
        var url: String?
        @Flag(help: "Ask for the database too.") var ready = false

        func run() async throws {
            do {
                let address = try url ?? ProfileFolder().load(nil)?.url ?? "http://127.0.0.1:4200"
                let client = OrchClient(url: address, token: "", http: HTTPClient())
                try await ready ? client.ready() : client.health()
            } catch {
                throw Message(.failed, "\(error)")
            }
        }
    }
}

/// Settings of a controller on the command line.
struct ControllerOptions: ParsableArguments {
    @Option(help: "The address to bind; 0.0.0.0 = every network.") var host = "127.0.0.1"
    @Option(help: "The port to bind.") var port = 4200
    @OptionGroup var database: DatabaseOptions
    @Option(help: "A folder with admin.token and agent.token, instead of the data directory's own.")
    var keys: String?
    @Option(help: "A JSON file of blocks that are created at start where they do not exist.") var blocks: String?
    @Option(
        name: .customLong("container-api-url"),
        help: "What containers are told to call. Defaults to http://host.docker.internal:PORT.")
    var containerAPIURL: String?
    @Option(
        name: .customLong("log-limit"),
        help: """
            Bytes of messages that the log of one run may have, such as 100m or 1g, 1m at least; a line that does not fit \
            and all that follow in its attempt are counted and dropped. Defaults to $ORCH_LOG_LIMIT_BYTES, or 1g.
            """)
    var logLimit: String?
    @Flag(
        name: .customLong("public-metrics"),
        help: "GET /metrics needs no token; otherwise the admin's or the agents'.")
    var publicMetrics = false

    @OptionGroup(title: "What is kept of runs that have ended") var retention: RetentionOptions

    /// The controller's configuration.
    ///
    /// - Throws: a validation error where the environment's log limit is no number.
    func configuration() throws -> OrchServerConfiguration {
        var configuration = OrchServerConfiguration(dataDirectory: database.dataDirectory)
        configuration.host = host
        configuration.port = port
        configuration.containerAPIURL = containerAPIURL
        configuration.bootstrapBlocks = blocks
        configuration.hasPublicMetrics = publicMetrics
        configuration.databaseURL = database.url
        if let limit = try Self.logLimit(logLimit) { configuration.logLimit = limit }
        configuration.retention = try retention.policy()
        if let keys {
            configuration.adminTokenFile = keys + "/admin.token"
            configuration.agentTokenFile = keys + "/agent.token"
        }
        return configuration
    }

    func validate() throws { _ = try Self.logLimit(logLimit) }

    /// The limit of an option or of the environment; nil where neither names one.
    static func logLimit(
        _ option: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Int64? {
        let name = "ORCH_LOG_LIMIT_BYTES"
        let given = option.map { ("--log-limit", $0) } ?? environment[name].map { ("$\(name)", $0) }
        guard let (source, text) = given, option != nil || !text.isEmpty else { return nil }
        // A bare number is bytes: one who leaves the unit out would lose nearly all of every log.
        guard let limit = ByteSize.bytes(text), limit >= 1 << 20 else {
            throw ValidationError(
                "\(source): expected a size of 1m or more, such as 100m or 1g (a number alone is bytes), "
                    + "got \"\(text)\"")
        }
        return limit
    }
}
