import ArgumentParser
import CurlTransport
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
            Data lies in $ORCH_HOME (~/.orch). The profile "local" is saved and, where none is chosen yet, chosen.
            Stopping leaves containers running; the next start takes them up again.

            Examples:
              orch up
              orch up --port 4300 -q default -q nightly
            """)

    @OptionGroup var controllerOptions: ControllerOptions
    @OptionGroup var agentOptions: AgentOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        PrivateFile.keepNewFilesPrivate()
        let controller = try await Controller.open(
            try controllerOptions.configuration(), logger: log.logger("orch.server"))
        let agentService = LocalAgent(
            controller: controller, options: agentOptions, logger: log.logger("orch.agent"),
            tokenFile: tokenFile)
        let group = ServiceGroup(
            services: [controller, agentService], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log.logger("orch"))
        try await group.run()
    }

    private var tokenFile: String {
        controllerOptions.keys.map { $0 + "/admin.token" } ?? controllerOptions.database.dataDirectory + "/admin.token"
    }
}

/// The agent of `orch up`: starts once the controller listens, and saves the profile that leads to it.
struct LocalAgent: Service {
    var controller: Controller
    var options: AgentOptions
    var logger: Logger
    var tokenFile: String

    func run() async throws {
        guard let address = await controller.listening() else {
            // The controller ends the group, and says itself why it could not listen.
            try? await gracefulShutdown()
            return
        }
        try saveProfile(address)
        let client = OrchClient(url: address, token: controller.agentToken, http: HTTPClient())
        FileHandles.writeError("orch is up at \(address). Next: orch deploy --infra docker --image taxi:latest\n")
        try await options.agent(api: RemoteController(client), logger: logger).run()
    }

    private func saveProfile(_ address: String) throws {
        let folder = ProfileFolder()
        try folder.save(Profile(name: "local", url: address, tokenFile: tokenFile))
        if try folder.load(nil) == nil { try folder.use("local") }
    }
}
