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
    @Test(.timeLimit(.minutes(10))) func aCachedResultOfADeadContainerIsReadOrComputedAgain() async throws {
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
                    let ending = try await FlowProcess.run(
                        claimed, "remembering", api: api ?? url, home: "\(folder)/\(name)")
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

    @Test(.timeLimit(.minutes(10))) func theAttemptAfterOneThatWasKilledGoesOnWhereThatOneCameTo() async throws {
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
                let killed = try await FlowProcess.run(first, "resuming", api: url, home: "\(folder)/first")
                #expect(killed.code == -SIGKILL, "\(killed.errors)")
                let report = AttemptReport(token: first.token, state: ServerFixture.state(.crashed))
                try await agent.report(run: first.runID, attempt: 1, report)
                let second = try #require(try await agent.poll(poll).runs.first)
                #expect(second.runID == first.runID)
                let ending = try await FlowProcess.run(second, "resuming", api: url, home: "\(folder)/second")
                let output = String(decoding: ending.output, as: UTF8.self)
                #expect(ending.code == 0, "\(output)\(ending.errors)")
                // The first task is not done again, the one that was cut off is.
                #expect(output.contains("[1,2]"), "\(output)")
                #expect(output.contains("\"Cached\""))
            }
        }
    }
}
