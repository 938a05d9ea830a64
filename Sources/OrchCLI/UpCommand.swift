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
            controller: controller, options: agentOptions, logger: log.logger("orch.agent"),
            tokenFile: tokenFile, agentFolder: controllerOptions.database.data.map { $0 + "/agent" })
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
    /// The agent's data directory where no option names one; nil = this user's.
    var agentFolder: String?

    func run() async throws {
        guard let address = await controller.listening() else {
            // The controller ends the group, and says itself why it could not listen.
            try? await gracefulShutdown()
            return
        }
        let client = OrchClient(url: address, token: controller.agentToken, http: HTTPClient())
        if let other = await otherController(at: address) {
            FileHandles.writeError(
                """
                orch is up at \(address). The profile "local" still leads to the one at \(other), which answers. Reach \
                this one with: --api-url \(address) --token-file \(tokenFile)\n
                """)
        } else {
            try saveProfile(address)
            FileHandles.writeError("orch is up at \(address). Next: orch deploy --infra docker --image taxi:latest\n")
        }
        // Controllers with data of their own have agents with data of their own.
        try await options.agent(api: RemoteController(client), logger: logger, folder: agentFolder).run()
    }

    /// The address of another controller that the profile leads to and that answers; nil where there is none.
    private func otherController(at address: String) async -> String? {
        // A file that cannot be read is written anew.
        guard let saved = try? ProfileFolder().load("local"), let token = try? saved.readToken() else { return nil }
        let http = HTTPClient()
        defer { http.shutdown() }
        let other = OrchClient(url: saved.url, token: token, http: http)
        guard other.url != OrchClient(url: address, token: token, http: http).url else { return nil }
        let instance = await withTaskGroup(of: Identifier?.self) { group in
            group.addTask { try? await other.version().instance }
            group.addTask {
                // Long for a controller of this machine; another one is not worth the wait.
                try? await Task.sleep(for: .seconds(2))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        return instance.flatMap { $0 == controller.instance ? nil : other.url }
    }

    private func saveProfile(_ address: String) throws {
        let folder = ProfileFolder()
        try folder.save(Profile(name: "local", url: address, tokenFile: tokenFile))
        if try folder.load(nil) == nil { try folder.use("local") }
    }
}
