import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct DrainingTests {
    /// An agent that runs one container.
    private func withRunningAgent(
        _ body: (AgentBench, Agent, ClaimedRun) async throws -> Void
    ) async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let agent = try bench.agent()
        let task = Task { try await agent.run() }
        let claimed = ClaimedRun.sample()
        bench.controller.queue(claimed)
        do {
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            try await body(bench, agent, claimed)
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
        task.cancel()
        _ = await task.result
    }

    private static let never: @Sendable () async -> Void = {
        do { try await Task.sleep(for: .seconds(3600)) } catch { return }
    }

    @Test func drainingAgentEndsItsRunsAndClaimsNoMore() async throws {
        try await withRunningAgent { bench, agent, claimed in
            async let end = agent.drain(patience: nil, interruption: Self.never)
            try await agent.registry.changed.wait { !agent.registry.isClosed }
            // A poll that told of room is still outstanding: the controller goes away and ends it.
            bench.controller.setAway(true)
            let polls = bench.controller.polledCapacities.count
            try await bench.controller.until { $0.polledCapacities.count > polls + 1 }
            bench.controller.queue(.sample { $0.runID = .fixed(7) })
            let calls = bench.controller.heldCalls
            bench.controller.setAway(false)
            // The agent is heard again; a poll that is held back from now on is not to be waited for.
            try await bench.controller.until { $0.heldCalls > calls }
            bench.engine.end(claimed.containerName, exitCode: 0)
            #expect(await end == .idle)
            #expect(bench.controller.end?.type == .completed)
            #expect(bench.controller.polledCapacities[polls...].allSatisfy { $0 == 0 })
            #expect(bench.engine.calls.filter { $0 == "create" }.count == 1)
        }
    }

    @Test("An agent that its controller asks to drain ends its runs, and then itself")
    func controllerDrainsIt() async throws {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let agent = try bench.agent()
        let task = Task { try await agent.run() }
        let claimed = ClaimedRun.sample()
        bench.controller.queue(claimed)
        do {
            try await bench.controller.until { $0.states.contains { $0.type == .running } }
            bench.controller.drain()
            try await agent.registry.changed.wait { !agent.registry.isClosed }
            #expect(!agent.registry.isIdle)
            bench.engine.end(claimed.containerName, exitCode: 0)
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
        try await task.value
        #expect(bench.controller.end?.type == .completed)
    }

    @Test func secondSignalHandsTheContainersOver() async throws {
        try await withRunningAgent { bench, agent, _ in
            #expect(await agent.drain(patience: nil) {} == .interrupted)
            #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
            #expect(!bench.engine.calls.contains("stop"))
        }
    }

    @Test func drainingEndsWhenItsTimeIsUp() async throws {
        try await withRunningAgent { bench, agent, _ in
            #expect(await agent.drain(patience: .milliseconds(5), interruption: Self.never) == .timedOut)
            #expect(bench.engine.containers.map(\.snapshot.status) == [.running])
        }
    }

    @Test func drainingAgentStillCancelsWhatIsToBeCancelled() async throws {
        try await withRunningAgent { bench, agent, claimed in
            async let end = agent.drain(patience: nil, interruption: Self.never)
            try await agent.registry.changed.wait { !agent.registry.isClosed }
            bench.controller.cancel(claimed, by: "user admin")
            #expect(await end == .idle)
            #expect(bench.controller.end?.type == .cancelled)
        }
    }
}
