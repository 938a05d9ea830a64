import CurlTransport
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import LogSegments
import OrchAgent
import OrchClient
import OrchModel
import Synchronization
import Testing

@testable import OrchServer

/// An agent's client with a server of its own version, and with one that knows no packed reports.
struct AgentAndServerVersionsTests {
    @Test func theServerKeepsWhatTheAgentPacks() async throws {
        try await TemporaryFolder.with { folder in
            try await ServedControllers.with([try await ServerFixture.open(folder)]) { served in
                let (controller, url) = (served.controllers[0], served.urls[0])
                let admin = OrchClient(url: url, token: controller.adminToken, http: served.http)
                let agent = OrchClient(url: url, token: controller.agentToken, http: served.http)
                _ = try await admin.deploy(ServerFixture.deployment())
                _ = try await admin.createRun(FlowRunRequest(deployment: "docker-flow"))
                let poll = WorkPoll(agent: ServerFixture.agentInfo(), capacity: 1, waitSeconds: 0)
                let claimed = try #require(try await agent.poll(poll).runs.first)
                let records = (Int64(1)...20_000).map { ServerFixture.line($0, "line \($0)") }
                let report = AttemptReport(token: claimed.token, records: records)
                for _ in 1...2 {
                    try await RemoteController(agent).send(report, run: claimed.runID, attempt: claimed.attempt)
                }
                let page = try await admin.logs(of: "\(claimed.runID)", tail: 2)
                #expect(page.records.map(\.message) == ["line 19999", "line 20000"])
                #expect(page.records.map(\.position) == [19_999, 20_000])
            }
        }
    }

    @Test(arguments: [HTTPResponse.Status.badRequest, .unsupportedMediaType])
    func aServerThatKnowsNoPackedReportsGetsThemInJSON(status: HTTPResponse.Status) async throws {
        let taken = Mutex<[AttemptReport]>([])
        let router = Router()
        router.post("api/attempts/:run/:attempt/report") { request, _ in
            let body = Data(try await request.body.collect(upTo: 1 << 20).readableBytesView)
            guard request.headers[.contentType] == "application/json" else {
                let fault = APIFault(code: "invalid", message: "the body is not JSON", details: [])
                return Response(status: status, body: .init(byteBuffer: ByteBuffer(bytes: try APIJSON.bytes(fault))))
            }
            let report = try JSONDecoder().decode(AttemptReport.self, from: body)
            taken.withLock { $0.append(report) }
            return Response(status: .noContent)
        }
        try await Application(router: router).test(.live) { client in
            let http = HTTPClient()
            defer { http.shutdown() }
            let url = "http://127.0.0.1:\(try #require(client.port))"
            let agent = RemoteController(OrchClient(url: url, token: Secret("t"), http: http))
            let lines = [ServerFixture.line(1, "one"), ServerFixture.line(2, "two")]
            let report = AttemptReport(token: "t", records: lines)
            try await agent.send(report, run: .new(), attempt: 1)
        }
        #expect(taken.withLock { $0 }.map { $0.records.map(\.message) } == [["one", "two"]])
    }
}
