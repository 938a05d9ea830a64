import DockerEngine
import OrchClient
import OrchModel
import Testing

/// Pausing, suspending and resuming, from the API to the real engine and back.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(15)), .serialized)
struct PauseLiveTests {
    private static let waits = "echo ready; while [ ! -e /go ]; do sleep 0.05; done; echo went on"

    private func letGo(_ stack: LiveStack, _ run: FlowRun, attempt: Int = 1) async throws {
        try await stack.bench.client.letGo(ClaimedRun.containerName(run: run.id, attempt: attempt))
    }

    @Test func aContainerIsFrozenAndThawed() async throws {
        try await LiveStack.with { stack in
            let run = try await stack.run(Self.waits)
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                let asked = try await stack.api.ask(.pause, of: "\(run.id)").run
                #expect(asked.request?.action == .pause)
                let paused = try await stack.until(run, .paused)
                #expect(paused.message == "paused by user admin")
                #expect(try await stack.container(of: run).state.status == "paused")
                #expect(try await stack.now(run).request == nil)
                _ = try await stack.api.ask(.resume, of: "\(run.id)")
                try await stack.until(run, .running, times: 2)
                try await letGo(stack, run)
                try await stack.until(run, .completed)
            }
            let ended = try await stack.now(run)
            #expect(ended.pausedSeconds ?? 0 > 0)
            #expect(try await stack.api.logs(of: "\(run.id)").records.last?.message == "went on")
        }
    }

    @Test func whatSomebodyElsePausesAndResumesIsShownAsItIs() async throws {
        try await LiveStack.with { stack in
            let run = try await stack.run(Self.waits)
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                try await stack.until(run, .running)
                let name = ClaimedRun.containerName(run: run.id, attempt: 1)
                try await stack.bench.client.pauseContainer(name)
                let paused = try await stack.until(run, .paused)
                #expect(paused.message == "container \(name) was paused by somebody outside orch")
                try await stack.bench.client.unpauseContainer(name)
                let running = try await stack.until(run, .running, times: 2)
                #expect(running.message == "container \(name) was resumed by somebody outside orch")
                try await letGo(stack, run)
                try await stack.until(run, .completed)
            }
        }
    }

    @Test func aPausedRunIsAdoptedAndItsTimeLimitStandsStill() async throws {
        try await LiveStack.with { stack in
            // Long enough for a busy machine to pause it before.
            let limit = 12.0
            let run = try await stack.run(Self.waits, policy: RunPolicy(timeoutSeconds: limit, stopGraceSeconds: 0))
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                _ = try await stack.api.ask(.pause, of: "\(run.id)")
                try await stack.until(run, .paused)
            }
            let held = 4.0
            try await Task.sleep(for: .seconds(held))
            try await stack.withAgent {
                try await stack.untilLine(
                    "agent live found container \(ClaimedRun.containerName(run: run.id, attempt: 1)) paused and follows it",
                    of: run)
                #expect(try await stack.now(run).state.type == .paused)
                _ = try await stack.api.ask(.resume, of: "\(run.id)")
                try await stack.until(run, .running, times: 2)
                let end = try await stack.until(run, .failed)
                #expect(end.name == RunState.timedOutName)
            }
            let ended = try await stack.now(run)
            let took = try #require(ended.endedAt) - (try #require(ended.startedAt))
            #expect(took >= .seconds(limit + held))
            #expect(ended.pausedSeconds ?? 0 >= held)
        }
    }

    @Test func aPausedRunIsThawedAndStoppedByItsCancellation() async throws {
        try await LiveStack.with { stack in
            let run = try await stack.run(
                "trap 'echo got SIGTERM; exit 3' TERM; echo ready; while true; do sleep 0.05; done")
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                _ = try await stack.api.ask(.pause, of: "\(run.id)")
                try await stack.until(run, .paused)
                #expect(try await stack.api.cancel("\(run.id)").run.state.type == .cancelling)
                let end = try await stack.until(run, .cancelled)
                #expect(end.message == "cancelled by user admin; exit 3")
            }
            #expect(try await stack.api.logs(of: "\(run.id)").records.contains { $0.message == "got SIGTERM" })
        }
    }

    @Test func aResumptionDuringTheGraceLeadsToAnotherAttemptAtOnce() async throws {
        try await LiveStack.with { stack in
            let run = try await stack.run(
                "trap 'sleep 10; exit 0' TERM; echo ready; while true; do sleep 0.05; done",
                policy: RunPolicy(stopGraceSeconds: 60))
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                _ = try await stack.api.ask(.suspend, of: "\(run.id)")
                try await stack.untilLine(
                    "stopping the container: suspended by user admin; SIGTERM, and SIGKILL after 60.0 seconds", of: run)
                let resumed = try await stack.api.ask(.resume, of: "\(run.id)")
                #expect(resumed.note?.hasPrefix("its container is being stopped already") == true)
                try await stack.until(run, .running, times: 2)
                _ = try await stack.api.cancel("\(run.id)")
                try await stack.until(run, .cancelled)
            }
            let states = try await stack.api.states(of: "\(run.id)")
            #expect(
                states.map(\.name) == [
                    "Scheduled", "Pending", "Running", "Suspended", "Scheduled", "Pending", "Running", "Cancelling",
                    "Cancelled",
                ])
            #expect(zip(states, states.dropFirst()).allSatisfy { $0.at <= $1.at })
        }
    }

    @Test func aSuspensionWorksWhileTheAgentIsAwayAndLeadsToAnotherAttempt() async throws {
        try await LiveStack.with { stack in
            let run = try await stack.run(Self.waits)
            try await stack.withAgent {
                try await stack.untilLine("ready", of: run)
                try await stack.until(run, .running)
            }
            let asked = try await stack.api.ask(.suspend, of: "\(run.id)").run
            #expect(asked.state.type == .running && asked.request?.action == .suspend)
            #expect(try await stack.container(of: run).state.status == "running")
            try await stack.withAgent(limit: 1) {
                let state = try await stack.until(run, .paused)
                #expect(state.isSuspended)
                #expect(state.message == "suspended by user admin; killed by signal 15 (SIGTERM)")
                // Its slot is free, and the end of this one tells that the container has gone, too.
                let other = try await stack.run("true")
                try await stack.until(other, .completed)
                await #expect(throws: DockerError.self) { try await stack.container(of: run) }
                #expect(try await stack.now(run).agent == nil)

                #expect(try await stack.api.ask(.resume, of: "\(run.id)").run.state.type == .scheduled)
                try await stack.until(run, .running, times: 2)
                try await letGo(stack, run, attempt: 2)
                try await stack.until(run, .completed)
            }
            #expect(try await stack.api.attempts(of: "\(run.id)").map(\.state.name) == ["Suspended", "Completed"])
        }
    }
}
