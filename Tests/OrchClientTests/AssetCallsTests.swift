import CurlTransport
import OrchModel
import Testing

@testable import OrchClient

struct AssetCallsTests {
    private static let page = #"{"assets":[]}"#
    private static let asset =
        #"{"id":"01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11","flowRunID":"01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c12","#
        + #""flowRunName":"r","flowName":"f","attempt":1,"at":"2020-07-01T00:00:00.000001Z","namespace":"gs://lake","#
        + #""dataset":"green","uri":"gs://lake/a b","version":"7","schema":[],"bytes":9,"sha256":"00"}"#

    /// The first line of the request that a call sends.
    private func line<Answer>(
        answering body: String, _ call: (OrchClient) async throws -> Answer
    ) async throws -> (line: String?, answer: Answer) {
        let stub = try StubServer(answer: StubAnswer(status: "200 OK", body: body))
        defer { stub.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let answer = try await call(OrchClient(url: stub.url, token: "t", http: http))
        return (await stub.request()?.split(separator: "\r\n").first.map(String.init), answer)
    }

    @Test func aListCarriesItsFilter() async throws {
        let filter = AssetFilter(dataset: "green", prefix: "gs://l/", flowRun: "r 1", after: "5.6", limit: 3)
        let (all, _) = try await line(answering: Self.page) { try await $0.assets(filter) }
        #expect(
            all
                == "GET /api/assets?dataset=green&prefix=gs%3A%2F%2Fl%2F&flow-run=r%201&after=5.6&limit=3 HTTP/1.1")
        let (none, page) = try await line(answering: Self.page) { try await $0.assets() }
        #expect(none == "GET /api/assets HTTP/1.1")
        #expect(page == AssetPage(assets: [], next: nil))
    }

    @Test func anObjectsAddressIsOnePartOfThePath() async throws {
        let (line, asset) = try await line(answering: Self.asset) { try await $0.asset("gs://lake/a b") }
        #expect(line == "GET /api/assets/gs%3A%2F%2Flake%2Fa%20b HTTP/1.1")
        #expect(asset.record.uri == "gs://lake/a b")
        #expect(asset.record.rows == nil)
        #expect(asset.at == Timestamp(microseconds: 1_593_561_600_000_001))
    }

    @Test(arguments: [
        (text: "gs://lake/x", query: "uri=gs%3A%2F%2Flake%2Fx"), (text: "green", query: "dataset=green"),
    ])
    func aHistoryIsThatOfAnObjectOrADataset(text: String, query: String) async throws {
        let (line, _) = try await line(answering: Self.page) {
            try await $0.assetHistory(of: AssetSubject(text), limit: 7)
        }
        #expect(line == "GET /api/assets/history?limit=7&\(query) HTTP/1.1")
    }
}
