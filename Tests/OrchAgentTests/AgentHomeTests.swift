import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct AgentHomeTests {
    @Test func oneProcessAtATimeHasAFolderAndItsIdentityStays() async throws {
        let bench = try AgentBench()
        let path = bench.dataDirectory
        var first: AgentHome? = try await AgentHome(path)
        let identity = try #require(first?.identity)
        let error = await #expect(throws: AgentError.self) { try await AgentHome(path, patience: .zero) }
        guard case .inUse(path) = error else {
            Issue.record("expected inUse, got \(String(describing: error))")
            return
        }
        first = nil
        #expect(try await AgentHome(path).identity == identity)
        // A torn file tells nothing.
        try Data("0198".utf8).write(to: URL(filePath: path + "/identity"))
        let made = try await AgentHome(path).identity
        #expect(made != identity)
        #expect(try await AgentHome(path).identity == made)
    }

    /// What is held under a name that is another agent's is left alone.
    @Test(arguments: [ControllerFault.nameHeld("held by another"), .refused(status: 401, "a valid token is needed")])
    func anAgentThatIsNotTakenStopsBeforeItLooksAtAnything(_ fault: ControllerFault) async throws {
        let bench = try AgentBench()
        bench.controller.hold(.sample())
        bench.controller.refusePolls(fault)
        let agent = try bench.agent(home: try await AgentHome(bench.dataDirectory))
        let error = await #expect(throws: AgentError.self) { try await agent.run() }
        #expect(error?.description.contains("held by another") == true || error?.description.contains("token") == true)
        #expect(bench.controller.heldCalls == 0 && bench.controller.reports.isEmpty)
    }

    @Test func anAgentWhoseNameWasTakenStopsAndLeavesItsContainersRunning() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let agent = try bench.agent(home: try await AgentHome(bench.dataDirectory))
        let running = Task { try await agent.run() }
        bench.controller.queue(.sample())
        try await bench.controller.until { $0.states.contains { $0.type == .running } }
        bench.controller.refusePolls(.nameHeld("held by another"))
        await #expect(throws: AgentError.self) { try await running.value }
        #expect(bench.controller.end == nil)
        #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
    }

    @Test func anAgentWaitsForAControllerThatIsAway() async throws {
        let bench = try AgentBench()
        bench.controller.setAway(true)
        let agent = try bench.agent(home: try await AgentHome(bench.dataDirectory))
        let task = Task { try await agent.run() }
        try await bench.controller.until { $0.polledCapacities.count >= 2 }
        bench.controller.setAway(false)
        try await bench.controller.until { $0.polledCapacities.contains { $0 > 0 } }
        task.cancel()
        _ = await task.result
    }
}
