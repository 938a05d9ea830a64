import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

struct ArtifactRoutesTests {
    private static func report(
        _ run: Identifier, _ sequence: Int64, key: String = "report", type: String = "markdown",
        data: JSONValue = ["text": "# x"]
    ) -> ArtifactReport {
        ArtifactReport(
            flowRunID: run, sequence: sequence, at: Timestamp(microseconds: sequence), key: key, type: type,
            description: "the month", data: data)
    }

    private static func with(
        _ keys: [String], _ body: @Sendable (ServerFixture, ClaimedRun) async throws -> Void
    ) async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            for _ in 0..<2 {
                // It comes again, and adds nothing then.
                try await server.report(claimed) { report in
                    report.artifacts = keys.enumerated().map { index, key in
                        Self.report(
                            claimed.runID, Int64(index + 1), key: key, type: key == "days" ? "table" : "markdown",
                            data: ["text": .string("version \(index + 1)")])
                    }
                }
            }
            try await body(server, claimed)
        }
    }

    @Test func keysAreListedByTheirLastVersion() async throws {
        try await Self.with(["report", "days", "report"]) { server, claimed in
            let all: ArtifactPage = try await server.call(.get, "artifacts")
            #expect(all.artifacts.map(\.key) == ["report", "days"])
            #expect(all.artifacts.allSatisfy { $0.data == nil && $0.bytes > 10 })
            let queries = [
                "type=table": 1, "type=link": 0, "flow-run=\(claimed.runName)": 2, "flow-run=\(Identifier.new())": 0,
                "limit=1": 1,
            ]
            for (query, count) in queries {
                let page: ArtifactPage = try await server.call(.get, "artifacts?\(query)")
                #expect(page.artifacts.count == count, "\(query)")
            }
            let last: Artifact = try await server.call(.get, "artifacts/report")
            #expect(last.data == ["text": "version 3"])
            #expect(last.flowRunName == claimed.runName)
            let history: ArtifactPage = try await server.call(.get, "artifacts/history?key=report&limit=1")
            #expect(history.artifacts.map(\.id) == [last.id])
            let next = try #require(history.next)
            let rest: ArtifactPage = try await server.call(.get, "artifacts/history?key=report&after=\(next)")
            let first = try #require(rest.artifacts.first)
            #expect(rest.artifacts.count == 1)
            let found: Artifact = try await server.call(.get, "artifacts/\(first.id)")
            #expect(found.data == ["text": "version 1"])
        }
    }

    @Test(arguments: ["artifacts/reprt", "artifacts/history?key=reprt"])
    func aMisspeltKeyIsToldWithTheNearest(path: String) async throws {
        try await Self.with(["report"]) { server, _ in
            let (status, fault) = try await server.refusal(.get, path)
            #expect(status == 404)
            #expect(fault.message == "there is no artifact \"reprt\": did you mean report?")
        }
    }

    @Test(arguments: ["artifacts?limit=0", "artifacts?after=x", "artifacts/history", "artifacts/history?limit=3"])
    func aQueryThatMeansNothingIsRefused(path: String) async throws {
        try await Self.with(["report"]) { server, _ in
            let status = try await server.refusal(.get, path).status
            #expect(status == 400)
        }
    }

    @Test func aRunsReportOfAnothersArtifactIsRefused() async throws {
        try await Self.with([]) { server, claimed in
            var report = AttemptReport(token: claimed.token)
            report.artifacts = [Self.report(.new(), 1)]
            let path = "attempts/\(claimed.runID)/\(claimed.attempt)/report"
            let status = try await server.refusal(.post, path, token: server.agent, report).status
            #expect(status == 422)
        }
    }
}
