import DockerEngine
import OrchClient
import OrchModel
import Testing

/// Runs that are killed and tried again, on the real engine.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(10)), .serialized)
struct RetryLiveTests {
    private static let tasks = 4
    private static let schema = ParameterSchema([
        .init("tasks", ValueSchema(.integer), defaultValue: .int(Int64(tasks))),
        .init("stop", ValueSchema(.integer), defaultValue: 0),
    ])

    /// Before the first task, between any two, and after the last one.
    @Test func wheneverItsContainerIsKilledARetryDoesNoCompletedTaskAgainAndLosesNoResult() async throws {
        try await LiveStack.with(files: try LiveStack.chaosProgram()) { stack in
            try await stack.deploy("stepping", Self.schema)
            try await stack.withAgent {
                for place in 0...Self.tasks { try await killAndRetry(at: place, stack) }
            }
        }
    }

    private func killAndRetry(at place: Int, _ stack: LiveStack) async throws {
        let run = try await stack.run(flow: "stepping", ["stop": .int(Int64(place))])
        try await stack.untilLine("stands still", of: run)
        try await stack.kill(run)
        try await stack.until(run, .crashed)
        let plan = try await stack.api.retryPlan(of: "\(run.id)", all: false)
        #expect(plan.refusal == nil)
        #expect(plan.taken.map(\.task) == (0..<place).map { "step-\($0)" }, "at \(place)")
        #expect(plan.repeated.isEmpty, "at \(place)")
        let wish = RetryRequest(next: plan.run)
        let reply = try await stack.api.retry("\(run.id)", wish)
        #expect(reply.run.state.name == RunState.awaitingRetryName)
        #expect(try await stack.api.retry("\(run.id)", wish).note != nil)
        try await stack.until(run, .completed)
        let ended = try await stack.now(run)
        #expect(ended.attempt == 2)
        let made = (0..<Self.tasks).map { JSONValue.int($0 < place ? 1 : 2) }
        #expect(ended.result == .array(made), "at \(place)")
        let lines = try await stack.lines(of: run)
        for number in 0..<Self.tasks {
            #expect(lines.count { $0 == "did \(number)" } == 1, "task \(number), killed at \(place)")
        }
        let attempts = try await stack.api.attempts(of: "\(run.id)")
        #expect(attempts.map(\.state.type) == [.crashed, .completed])
        #expect(Set(attempts.compactMap(\.container?.id)).count == 2)
        // What has completed is done again only where all is wished to be.
        await #expect(throws: OrchClientError.self) { try await stack.api.retry("\(run.id)", RetryRequest()) }
        guard place == 2 else { return }
        _ = try await stack.api.retry("\(run.id)", RetryRequest(all: true))
        try await stack.until(run, .completed, times: 2)
        #expect(try await stack.now(run).result == .array((0..<Self.tasks).map { _ in 3 }))
    }
}
