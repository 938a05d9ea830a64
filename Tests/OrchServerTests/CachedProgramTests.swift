import Dispatch
import FoundationEssentials
import Glibc
import OrchClient
import OrchModel
import OrchStore
import TestSupport
import Testing

@testable import OrchServer

/// Flow programs as containers run them, each with a home of its own, and a controller that keeps what they make.
struct CachedProgramTests {
    /// One run of the program: what it printed, and its exit code.
    static func run(
        _ claimed: ClaimedRun, _ flow: String = "remembering", api: String, home: String
    ) async throws -> ChildProgram.Ending {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "ChaosFlow").path
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let key = try #require(claimed.secrets["ORCH_API_KEY"])
        let variables = [
            "HOME=\(home)", "TMPDIR=\(home)", "ORCH_API_URL=\(api)", "ORCH_API_KEY=\(key)",
            "ORCH_FLOW_RUN_ID=\(claimed.runID)", "ORCH_ATTEMPT=\(claimed.attempt)", "ORCH_JOURNAL=off",
            "ORCH_IMAGE_DIGEST=sha256:1",
        ]
        // A container has none of this process's files: a copy of a server's socket would keep its port.
        let closing = #"for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -le 2 ] || eval "exec $n>&-"; done; exec "$@""#
        let command = ["bash", "-c", closing, "bash", "env", "-i"] + variables + [program, "run", flow]
        let ending = try await withCheckedThrowingContinuation { waiter in
            DispatchQueue.global().async { waiter.resume(with: Result { try ChildProgram.run(command) }) }
        }
        // What a container leaves behind when it is removed.
        try FileManager.default.removeItem(atPath: home)
        return ending
    }

    @Test(.timeLimit(.minutes(1))) func aCachedResultOfADeadContainerIsReadOrComputedAgain() async throws {
        try await TemporaryFolder.with { folder in
            let controller = try await ServerFixture.open(folder)
            try await ServedControllers.with([controller]) { served in
                let url = served.urls[0]
                let admin = OrchClient(url: url, token: controller.adminToken, http: served.http)
                let agent = OrchClient(url: url, token: controller.agentToken, http: served.http)
                _ = try await admin.deploy(ServerFixture.deployment())
                func run(_ name: String, api: String? = nil) async throws -> String {
                    _ = try await admin.createRun(FlowRunRequest(deployment: "docker-flow"))
                    let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 0)
                    let claimed = try #require(try await agent.poll(poll).runs.first)
                    let ending = try await Self.run(claimed, api: api ?? url, home: "\(folder)/\(name)")
                    let output = String(decoding: ending.output, as: UTF8.self)
                    #expect(ending.code == 0, "\(output)\(ending.errors)")
                    return output
                }
                func isMade(by name: String, _ output: String) -> Bool { output.contains("\(folder)/\(name)\"") }

                let first = try await run("first")
                #expect(isMade(by: "first", first))
                #expect(first.contains("first time"))
                // Its home is gone, and so is its process.
                let second = try await run("second")
                #expect(isMade(by: "first", second))
                #expect(second.contains("\"Cached\""))
                let entry = try #require(try await admin.cacheEntries(CacheFilter(task: "place")).first)
                #expect(entry.hits == 1)
                // A result that cannot be read is computed again, and kept in its place.
                try await controller.store.keep(
                    CachedResult(entry: entry, subject: "s", value: Array("{".utf8), holder: "h"), at: .now())
                let third = try await run("third")
                #expect(isMade(by: "third", third))
                #expect(third.contains("unreadable"))
                #expect(isMade(by: "third", try await run("fourth")))
                // Nobody listens at port 1: the flow goes on by itself.
                let lonely = try await run("lonely", api: "http://127.0.0.1:1")
                #expect(isMade(by: "lonely", lonely))
                #expect(lonely.contains("cannot be asked"))
                #expect(isMade(by: "third", try await run("last")))
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func theAttemptAfterOneThatWasKilledGoesOnWhereThatOneCameTo() async throws {
        try await TemporaryFolder.with { folder in
            let controller = try await ServerFixture.open(folder)
            try await ServedControllers.with([controller]) { served in
                let url = served.urls[0]
                let admin = OrchClient(url: url, token: controller.adminToken, http: served.http)
                let agent = OrchClient(url: url, token: controller.agentToken, http: served.http)
                _ = try await admin.deploy(ServerFixture.deployment())
                _ = try await admin.createRun(
                    FlowRunRequest(deployment: "docker-flow", policy: RunPolicy(retries: 1)))
                let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 0)
                let first = try #require(try await agent.poll(poll).runs.first)
                let killed = try await Self.run(first, "resuming", api: url, home: "\(folder)/first")
                #expect(killed.code == -SIGKILL, "\(killed.errors)")
                let report = AttemptReport(token: first.token, state: ServerFixture.state(.crashed))
                try await agent.report(run: first.runID, attempt: 1, report)
                let second = try #require(try await agent.poll(poll).runs.first)
                #expect(second.runID == first.runID)
                let ending = try await Self.run(second, "resuming", api: url, home: "\(folder)/second")
                let output = String(decoding: ending.output, as: UTF8.self)
                #expect(ending.code == 0, "\(output)\(ending.errors)")
                // The first task is not done again, the one that was cut off is.
                #expect(output.contains("[1,2]"), "\(output)")
                #expect(output.contains("\"Cached\""))
            }
        }
    }
}
