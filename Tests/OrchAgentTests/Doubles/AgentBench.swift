import FoundationEssentials
import Logging
import OrchInfrastructure
import OrchModel

@testable import OrchAgent

/// An agent between a scripted engine and a recording controller, with a data directory of its own.
final class AgentBench: Sendable {
    let engine: ScriptedEngine
    let controller = RecordingController()
    let dataDirectory: String

    init(_ scripts: [String: ScriptedEngine.Script] = [:]) throws {
        engine = ScriptedEngine(scripts)
        dataDirectory = FileManager.default.temporaryDirectory.path + "/orch-agent-\(Identifier.new())"
        // An agent was here before: attempts not in its memory were never launched.
        try FileManager.default.createDirectory(
            atPath: dataDirectory + "/attempts", withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: dataDirectory)
        } catch {
            print("\(dataDirectory) is left behind: \(error)")
        }
    }

    /// Says nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func agent(
        logger: Logger = silent, home: AgentHome? = nil, _ change: (inout AgentConfiguration) -> Void = { _ in }
    ) throws -> Agent {
        var configuration = AgentConfiguration(dataDirectory: dataDirectory)
        // No pause but those of the test.
        configuration.reports.interval = .zero
        configuration.name = "a1"
        configuration.limit = 4
        configuration.reconcileInterval = .milliseconds(10)
        configuration.renewalInterval = .milliseconds(10)
        change(&configuration)
        return try Agent(configuration: configuration, api: controller, engine: engine, logger: logger, home: home)
    }

    /// Runs a new agent while `body` runs, then ends it as a kill would: all its tasks are cancelled.
    func withAgent(
        logger: Logger = silent, _ change: (inout AgentConfiguration) -> Void = { _ in },
        _ body: () async throws -> Void
    ) async throws {
        let agent = try agent(logger: logger, change)
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

    /// Runs one claimed run to its end.
    func run(_ claimed: ClaimedRun) async throws {
        try await withAgent {
            controller.queue(claimed)
            try await controller.until { $0.end != nil }
            try await engine.until { [name = claimed.containerName] in
                claimed.container.autoRemove == .never || !$0.contains { $0.spec.name == name }
            }
        }
    }
}
