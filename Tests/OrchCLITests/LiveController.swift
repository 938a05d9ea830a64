import CurlTransport
import Logging
import OrchClient
import OrchModel
import ServiceLifecycle
import TestSupport
import Testing

@testable import OrchServer

/// A controller on a real socket, in a folder of its own, and clients of it.
struct LiveController: Sendable {
    let url: String
    let controller: Controller
    let admin: OrchClient
    let agent: OrchClient

    /// Serves while `body` runs; then all is shut down.
    static func with(_ body: @Sendable (LiveController) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        var configuration = OrchServerConfiguration(dataDirectory: folder.file("data"))
        configuration.port = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let controller = try await Controller.open(configuration, logger: logger)
        let group = ServiceGroup(services: [controller], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let http = HTTPClient()
            defer { http.shutdown() }
            do {
                let url = try #require(await controller.listening())
                try await body(
                    LiveController(
                        url: url, controller: controller,
                        admin: OrchClient(url: url, token: controller.adminToken, http: http),
                        agent: OrchClient(url: url, token: controller.agentToken, http: http)))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        _ = folder
    }

    /// A run whose first attempt has failed and whose second one has completed, each with a line of log.
    func runOfTwoAttempts() async throws -> FlowRun {
        _ = try await admin.deploy(
            DeploymentRequest(
                name: "twice", flowName: "f", image: "i", command: ["c"], kind: .command,
                parameterSchema: ParameterSchema([]), policy: RunPolicy(retries: 1)))
        let run = try await admin.createRun(FlowRunRequest(deployment: "twice")).run
        for attempt in 1...2 {
            let info = AgentInfo(name: "a\(attempt)", host: "h", version: "0", queues: ["default"], engine: "1")
            let reply = try await agent.poll(WorkPoll(agent: info, capacity: 1, waitSeconds: 20))
            let claimed = try #require(reply.runs.first)
            let line = LogRecord(
                attempt: attempt, source: .stdout, sequence: 1, at: .now(), level: .info, message: "line \(attempt)")
            let state = RunState(attempt == 1 ? .failed : .completed, message: "m", at: .now(), actor: "agent")
            let running = RunState(.running, message: "m", at: .now(), actor: "agent")
            for state in [running, state] {
                try await agent.report(
                    run: run.id, attempt: attempt,
                    AttemptReport(
                        token: claimed.token, records: [line], startedAt: .now(),
                        termination: state.type.isTerminal ? Termination(exitCode: attempt == 1 ? 1 : 0) : nil,
                        state: state))
            }
        }
        return try await admin.run(run.id.description)
    }
}
