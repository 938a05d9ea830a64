import Dispatch
import FoundationEssentials
import OrchClient
import OrchInfrastructure
import OrchModel
import TestSupport
import Testing

@testable import OrchServer

/// Artifacts from the program that makes them, through its run stream and an agent's reading of it, to who asks for them.
struct ArtifactProgramTests {
    /// Runs the program as a container would, and reports what an agent reads from it.
    private static func run(_ claimed: ClaimedRun, _ parameters: String, to agent: OrchClient) async throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "ChaosFlow").path
        let key = try #require(claimed.secrets["ORCH_API_KEY"])
        let variables = [
            "ORCH_API_KEY=\(key)", "ORCH_FLOW_RUN_ID=\(claimed.runID)", "ORCH_ATTEMPT=\(claimed.attempt)",
            "ORCH_JOURNAL=off", "ORCH_PARAMETERS=\(parameters)",
        ]
        let command = ["env", "-i"] + variables + [program, "run", "reporting"]
        let ending = try await withCheckedThrowingContinuation { waiter in
            DispatchQueue.global().async { waiter.resume(with: Result { try ChildProgram.run(command) }) }
        }
        #expect(ending.code == 0, "\(ending.errors)")
        var reader = RunStreamReader(claimed)
        var report = AttemptReport(token: claimed.token)
        let lines = ending.output.split(separator: UInt8(ascii: "\n")).map {
            OutputLine(.stdout, time: .now(), bytes: Array($0))
        }
        reader.read(lines, into: &report)
        reader.finish(into: &report)
        report.state = ServerFixture.state(.running)
        _ = try await agent.report(run: claimed.runID, attempt: claimed.attempt, report)
    }

    @Test(.timeLimit(.minutes(5))) func areFoundByTheirKeys() async throws {
        try await TemporaryFolder.with { folder in
            let controller = try await ServerFixture.open(folder)
            try await ServedControllers.with([controller]) { served in
                let admin = OrchClient(url: served.urls[0], token: controller.adminToken, http: served.http)
                let agent = OrchClient(url: served.urls[0], token: controller.agentToken, http: served.http)
                _ = try await admin.deploy(ServerFixture.deployment())
                _ = try await admin.createRun(FlowRunRequest(deployment: "docker-flow"))
                let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 0)
                let claimed = try #require(try await agent.poll(poll).runs.first)
                try await Self.run(claimed, #"{"bytes": 400000}"#, to: agent)

                let all = try await admin.artifacts()
                #expect(Set(all.artifacts.map(\.key)) == ["report", "rows", "dashboard"])
                let link = try await admin.artifact("dashboard")
                #expect(
                    ArtifactContent(type: link.type, data: link.data ?? .null)
                        == .link(url: "https://host/x?token=********", text: "The dashboard"))
                // The child run came last, and is a run of its own.
                let history = try await admin.artifactHistory(of: "rows").artifacts
                #expect(history.count == 2)
                #expect(history[0].flowRunID != claimed.runID && history[1].flowRunID == claimed.runID)
                let rows = try await admin.artifact("\(history[1].id)")
                #expect(rows.data?["rows"] == [[0, "row 0"], [1, "row 1"]])
                #expect(rows.data?["columns"] == ["number", "text"])
                #expect(rows.taskRunID != nil)
                let text = try await admin.artifact("report")
                #expect(text.data?["text"] == "xxxxxxxxxx")
                let long = try await admin.artifactHistory(of: "report").artifacts[1]
                #expect(long.description == "400000 bytes")
                #expect(long.bytes <= ArtifactLimits.contentBytes)
                let run = try await admin.run("\(claimed.runID)")
                #expect(run.metrics == ["rows": 2, "bytes": 400_000])
            }
        }
    }
}
