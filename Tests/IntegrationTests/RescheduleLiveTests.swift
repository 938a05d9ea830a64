import DockerEngine
import Foundation
import OrchClient
import OrchModel
import Testing

/// Flow programs that leave their containers to wait, on the real engine.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(10)), .serialized)
struct RescheduleLiveTests {
    private func start(
        _ stack: LiveStack, _ image: String, _ parameters: [String: JSONValue], removal: String = "always"
    ) async throws -> FlowRun {
        _ = try await stack.api.saveBlock(
            type: "docker-container", name: "waiting", values: ["auto_remove": .string(removal)])
        let name = "waiting-\(Identifier.new().short)"
        let schema = ParameterSchema([
            .init("looks", ValueSchema(.integer), defaultValue: 3),
            .init("every", ValueSchema(.number), defaultValue: 1),
        ])
        _ = try await stack.api.deploy(
            DeploymentRequest(
                name: name, flowName: "waiting", image: image, command: [FlowImage.program, "run", "waiting"],
                kind: .sdk, infrastructure: Infrastructure(block: "waiting"), parameterSchema: schema))
        return try await stack.api.createRun(FlowRunRequest(deployment: "waiting/\(name)", parameters: parameters)).run
    }

    /// Waits until an attempt has no container any more.
    private func untilGone(_ stack: LiveStack, _ run: FlowRun, attempt: Int) async throws {
        while true {
            do throws(DockerError) {
                _ = try await stack.bench.client.inspectContainer(
                    ClaimedRun.containerName(run: run.id, attempt: attempt))
            } catch {
                guard case .notFound = error else { throw error }
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func aRunWaitsWithoutAContainerWhileTheControllerRestarts() async throws {
        try await LiveStack.withRestart(
            before: { stack -> FlowRun in
                let image = try await FlowImage.make(stack.bench)
                // Long enough for a busy machine to see all of this before the next look.
                let run = try await start(stack, image, ["looks": 3, "every": 20])
                try await stack.withAgent(limit: 1) {
                    let state = try await stack.until(run, .scheduled, times: 2)
                    #expect(state.awaitsReschedule)
                    #expect(state.message.hasPrefix("waits for look 3: looked once; looks again at "))
                    try await untilGone(stack, run, attempt: 1)
                    // Its slot is free.
                    let other = try await stack.run("true")
                    try await stack.until(other, .completed)
                }
                let waiting = try await stack.now(run)
                #expect(waiting.reschedules ?? 0 >= 1)
                #expect(waiting.resumption?.sensors.first?.pokes ?? 0 >= 1)
                return run
            },
            after: { stack, run in
                try await stack.withAgent(limit: 1) {
                    try await stack.until(run, .completed)
                    for attempt in 1...3 { try await untilGone(stack, run, attempt: attempt) }
                }
                let ended = try await stack.now(run)
                #expect(ended.result == 3)
                #expect(ended.reschedules == 2)
                let attempts = try await stack.api.attempts(of: "\(run.id)")
                #expect(attempts.map(\.state.name) == ["AwaitingReschedule", "AwaitingReschedule", "Completed"])
                #expect(attempts.map(\.termination?.exitCode) == [75, 75, 0])
                let tasks = try await stack.api.taskRuns(of: "\(run.id)")
                #expect(tasks.map(\.name) == ["wait for look 3"])
                #expect(tasks.first?.state.type == .completed && tasks.first?.attempt == 3)
                let lines = try await stack.api.logs(of: "\(run.id)").records.map(\.message)
                #expect(lines.contains { $0.hasPrefix("Found look 3 after 3 looks in ") })
            })
    }

    @Test func aRunThatWaitsIsCancelledAtOnceAndKeepsNoContainers() async throws {
        try await LiveStack.with { stack in
            let image = try await FlowImage.make(stack.bench)
            let run = try await start(stack, image, ["looks": 1000, "every": 3600], removal: "never")
            try await stack.withAgent {
                try await stack.until(run, .scheduled, times: 2)
                try await untilGone(stack, run, attempt: 1)
                #expect(try await stack.api.cancel("\(run.id)").run.state.type == .cancelled)
            }
            let tasks = try await stack.api.taskRuns(of: "\(run.id)")
            let types = Set(tasks.map(\.state.type))
            #expect(types == [.cancelled])
        }
    }
}
