import OrchClient
import OrchModel
import TestSupport
import Testing

@testable import OrchServer

/// A flow program that waits for a run it has made, while its controller is restarted.
struct ChildProgramTests {
    private static func deployment(_ flow: String, _ schema: ParameterSchema = ParameterSchema([])) -> DeploymentRequest
    {
        DeploymentRequest(name: flow, flowName: flow, image: "taxi", command: [], kind: .sdk, parameterSchema: schema)
    }

    private static func poll(_ agent: OrchClient, wait: Double = 0) async throws -> ClaimedRun {
        let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: wait)
        return try #require(try await agent.poll(poll).runs.first)
    }

    /// Serves a controller, with a program that waits at its end for a child that is at work.
    private static func liveFirst(_ folder: String) async throws -> Waiting {
        // One that nobody is given by chance while the controller is away.
        let port = try FreePort.find()
        let controller = try await ServerFixture.open(folder) { $0.port = port }
        let waiting = Waiting()
        let schema = ParameterSchema([.init("input", ValueSchema(.integer), defaultValue: 1)])
        try await ServedControllers.with([controller]) { served in
            let url = served.urls[0]
            let admin = OrchClient(url: url, token: served.controllers[0].adminToken, http: served.http)
            let agent = OrchClient(url: url, token: served.controllers[0].agentToken, http: served.http)
            _ = try await admin.deploy(deployment("calling"))
            _ = try await admin.deploy(deployment("doubling", schema))
            _ = try await admin.createRun(FlowRunRequest(deployment: "calling"))
            let parent = try await poll(agent)
            let program = Task { try await FlowProcess.run(parent, "calling", api: url, home: "\(folder)/home") }
            let child = try await poll(agent, wait: 60)
            #expect(child.parameters["input"] == 21)
            waiting.set(url, child, program)
        }
        return waiting
    }

    @Test(.timeLimit(.minutes(10))) func aRunIsWaitedForOverARestartOfTheController() async throws {
        try await TemporaryFolder.with { folder in
            let (url, child, program) = try #require(try await Self.liveFirst(folder).values)
            // It is away. The next one has the same address.
            let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
            let second = try await ServerFixture.open(folder) { $0.port = port }
            try await ServedControllers.with([second]) { served in
                let agent = OrchClient(url: served.urls[0], token: second.agentToken, http: served.http)
                let report = AttemptReport(token: child.token, result: 42, state: ServerFixture.state(.completed))
                try await agent.report(run: child.runID, attempt: 1, report)
                let ending = try await program.value
                let output = String(decoding: ending.output, as: UTF8.self)
                #expect(ending.code == 0, "\(output)\(ending.errors)")
                #expect(output.contains("Waiting for run doubling-"))
                let admin = OrchClient(url: served.urls[0], token: second.adminToken, http: served.http)
                #expect(try await admin.runs(FlowRunFilter(flow: "doubling")).count == 1)
            }
        }
    }

    /// What is known before the restart.
    private final class Waiting: @unchecked Sendable {
        private(set) var values: (url: String, child: ClaimedRun, program: Task<ChildProgram.Ending, any Error>)?

        func set(_ url: String, _ child: ClaimedRun, _ program: Task<ChildProgram.Ending, any Error>) {
            values = (url, child, program)
        }
    }
}
