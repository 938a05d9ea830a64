import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import LogSegments
import OrchModel
import Testing

@testable import OrchServer

/// Reports whose lines come packed, and those of older agents.
struct PackedReportTests {
    private func send(
        _ body: [UInt8], on claimed: ClaimedRun, _ server: ServerFixture, type: String = ReportPackage.contentType
    ) async throws -> TestResponse {
        try await server.client.execute(
            uri: "/api/attempts/\(claimed.runID)/\(claimed.attempt)/report", method: .post,
            headers: [.authorization: "Bearer \(server.agent)", .contentType: type], body: ByteBuffer(bytes: body))
    }

    private func report(_ claimed: ClaimedRun, _ numbers: ClosedRange<Int64>) -> AttemptReport {
        AttemptReport(token: claimed.token, records: numbers.map { ServerFixture.line($0, "line \($0)") })
    }

    @Test func packedLinesAndLinesInJSONMakeOneLog() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let packed = try ReportPackage.pack(report(claimed, 1...3))
            for _ in 1...2 { #expect(try await send(packed, on: claimed, server).status == .noContent) }
            try await server.report(claimed) { $0.records = report(claimed, 2...5).records }
            let page: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs")
            #expect(page.records.map(\.message) == (1...5).map { "line \($0)" })
            #expect(page.records.map(\.position) == Array(1...5))
            let metrics = try await server.succeed(.get, "/metrics")
            #expect(String(buffer: metrics.body).contains("orch_log_records_total 10"))
        }
    }

    @Test func aReportOfAnOlderAgentHasNoNumbersOfLines() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let json = """
                {"token": "\(claimed.token)", "records": [{"position": 0, "attempt": 1, "source": "stdout", "sequence": 1,
                "at": "2020-07-01T00:00:00Z", "level": 20, "message": "old"}], "taskRuns": [], "childRuns": [],
                "metrics": {}}
                """
            let response = try await send(Array(json.utf8), on: claimed, server, type: "application/json")
            #expect(response.status == .noContent)
            let page: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs")
            #expect(page.records.map(\.message) == ["old"])
        }
    }

    @Test func whatCannotBeReadIsRefusedInWords() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let body = try ReportPackage.pack(report(claimed, 1...3))
            let cut = try await send(Array(body.dropLast()), on: claimed, server)
            #expect(cut.status == .badRequest)
            #expect(String(buffer: cut.body).contains("the body is no packed report"))
            // The version is the head's first word: a newer one is told apart from damage.
            let newer = try #require(
                String(decoding: body[4...], as: UTF8.self).firstRange(of: "\"version\":1").map { range in
                    String(decoding: body[4...], as: UTF8.self)[..<range.lowerBound].utf8.count
                })
            var changed = body
            changed[4 + newer + 10] = UInt8(ascii: "9")
            #expect(try await send(changed, on: claimed, server).status == .unsupportedMediaType)
            let page: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs")
            #expect(page.records.isEmpty)
        }
    }

    @Test func linesThatAreNotWhatTheirHeadSaysAreRefusedAndHideNothing() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let good = try #require(try LogSegment.packing(report(claimed, 1...3).records))
            var (garbage, turned, absurd, counted, numbered) = (good, good, good, good, good)
            garbage.content = Array("garbage".utf8)
            turned.head.flow = .init(first: 3, last: 1)
            absurd.head.flow?.last = .max
            counted.head.lines = 4
            let line = ServerFixture.line(.max, "the last one ever")
            numbered = try #require(try LogSegment.packing([line]))
            for bad in [garbage, turned, absurd, counted, numbered] {
                var report = AttemptReport(token: claimed.token, metrics: ["rows": 1])
                report.segments = [good, bad]
                let response = try await send(try ReportPackage.pack(report), on: claimed, server)
                #expect(response.status == .badRequest)
                #expect(String(buffer: response.body).contains("segment 2 of 2"))
            }
            let json = AttemptReport(token: claimed.token, records: [line])
            let path = "attempts/\(claimed.runID)/\(claimed.attempt)/report"
            let (status, fault) = try await server.refusal(.post, path, token: server.agent, json)
            #expect(status == 400)
            #expect(fault.message.hasPrefix("at .records[0].sequence: expected 281474976710656 at most"))
            let run: FlowRun = try await server.call(.get, "flow-runs/\(claimed.runID)")
            #expect(run.metrics.isEmpty)
            _ = try await send(try ReportPackage.pack(report(claimed, 1...5)), on: claimed, server)
            let page: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs")
            #expect(page.records.map(\.message) == (1...5).map { "line \($0)" })
        }
    }

    @Test func aLogThatIsFullSaysSo() async throws {
        try await ServerFixture.with {
            $0.logLimit = 18
        } _: { server in
            let claimed = try await server.claimedRun()
            for start in stride(from: Int64(1), through: 9, by: 3) {
                _ = try await send(try ReportPackage.pack(report(claimed, start...start + 2)), on: claimed, server)
            }
            try await server.report(claimed) { $0.state = ServerFixture.state(.completed) }
            let page: LogPage = try await server.call(.get, "flow-runs/\(claimed.runID)/logs")
            #expect(page.records.prefix(3).map(\.message) == ["line 1", "line 2", "line 3"])
            #expect(page.records.last?.message.hasPrefix("6 lines with 36 bytes were dropped") == true)
        }
    }
}
