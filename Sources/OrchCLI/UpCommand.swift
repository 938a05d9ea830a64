import ArgumentParser
import CurlTransport
import FoundationEssentials
import Logging
import OrchAgent
import OrchClient
import OrchModel
import OrchServer
import ServiceLifecycle
import UnixSignals

/// `orch up`.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Starts a controller and an agent in one process, on SQLite.",
        discussion: """
            Runs start in containers where a Docker Engine is, and as processes of this host where a deployment says so
            (`orch deploy --infra process`), so that all works without Docker, too.
            Data lies in $ORCH_HOME (~/.orch). The profile "local" is saved and, where none is chosen yet, chosen; it stays
            as it is where another controller answers at its address. With --data, the agent's data lies there too.
            Stopping leaves containers running; the next start takes them up again.

            Examples:
              orch up
              orch up --port 4300 --data ~/second -q default -q nightly
            """)

    @OptionGroup var controllerOptions: ControllerOptions
    @OptionGroup var agentOptions: AgentOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        PrivateFile.keepNewFilesPrivate()
        let controller = try await Controller.open(
            try controllerOptions.configuration(), logger: log.logger("orch.server"))
        let agentService = LocalAgent(
            controller: controller, isLocal: ["127.0.0.1", "::1", "localhost"].contains(controllerOptions.host),
            options: agentOptions, logger: log.logger("orch.agent"),
            tokenFile: tokenFile, agentFolder: controllerOptions.database.data.map { $0 + "/agent" })
        let group = ServiceGroup(
            services: [controller, agentService], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log.logger("orch"))
        try await group.run()
    }

    /// The admin's token; a whole path, as the profile that names it is used in every folder.
    var tokenFile: String {
        URL(filePath: (controllerOptions.keys ?? controllerOptions.database.dataDirectory) + "/admin.token")
            .absoluteURL.path
    }
}

/// The agent of `orch up`: starts once the controller listens, and saves the profile that leads to it.
struct LocalAgent: Service {
    var controller: Controller
    /// Whether the API is for this host's processes alone.
    var isLocal: Bool
    var options: AgentOptions
    var logger: Logger
    var tokenFile: String
    /// The agent's data directory where no option names one; nil = this user's.
    var agentFolder: String?

    func run() async throws {
        guard let address = await controller.listening() else {
            // The controller ends the group, and says itself why it could not listen.
            try? await gracefulShutdown()
            return
        }
        let client = OrchClient(
            url: address, token: controller.agentToken, http: HTTPClient(configuration: .unlimitedConnections))
        let profile = LocalProfile(folder: ProfileFolder(), instance: controller.instance)
        FileHandles.writeError(try await profile.lead(to: address, tokenFile: tokenFile) + "\n")
        if isLocal {
            FileHandles.writeError(
                "Containers do not reach the API at this address. Lines, states and results come without it; cached results, "
                    + "limits of tags and runs that a flow makes need `orch up --host 0.0.0.0`.\n")
        }
        // Controllers with data of their own have agents with data of their own.
        try await options.agent(
            api: RemoteController(client), url: address, logger: logger, folder: agentFolder, isPersonal: true
        ).run()
        // One that was drained leaves the controller at work.
        try? await gracefulShutdown()
    }
}
