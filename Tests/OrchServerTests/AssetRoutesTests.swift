import Hummingbird
import HummingbirdTesting
import OrchModel
import Testing

@testable import OrchServer

struct AssetRoutesTests {
    private static let uri = "gs://lake/data/green/green_tripdata_2020-07.parquet"

    private static func record(_ uri: String = uri, dataset: String = "green", content: String = "1") -> AssetRecord {
        AssetRecord(
            namespace: "gs://lake", dataset: dataset, uri: uri, version: content, schemaVersion: 1,
            schema: [.init(name: "VendorID", type: "int64")], rows: 3, bytes: 9, sha256: content)
    }

    /// Runs `body` with a controller to which a run has reported records, a microsecond apart, and that run.
    private static func with(
        _ records: [AssetRecord], _ body: @Sendable (ServerFixture, ClaimedRun) async throws -> Void
    ) async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { report in
                report.assets = records.enumerated().map { index, record in
                    AssetReport(
                        flowRunID: claimed.runID, at: Timestamp(microseconds: Int64(index + 1)), record: record)
                }
            }
            try await body(server, claimed)
        }
    }

    private static func escaped(_ uri: String) -> String { uri.replacing("/", with: "%2F").replacing(":", with: "%3A") }

    @Test func objectsAreListedByTheirLastRecord() async throws {
        let other = "gs://lake/data/yellow/y.parquet"
        let records = [
            Self.record(), Self.record(other, dataset: "yellow"), Self.record(content: "2"),
        ]
        try await Self.with(records) { server, claimed in
            let all: AssetPage = try await server.call(.get, "assets")
            #expect(all.assets.map(\.record) == [records[2], records[1]])
            #expect(all.next == nil)
            let first: AssetPage = try await server.call(.get, "assets?limit=1")
            #expect(first.assets.map(\.record) == [records[2]])
            let next = try #require(first.next)
            let second: AssetPage = try await server.call(.get, "assets?limit=1&after=\(next)")
            #expect(second.assets.map(\.record) == [records[1]])
            #expect(second.next == nil)
            let queries = [
                "dataset=yellow": 1, "dataset=fhv": 0, "prefix=\(Self.escaped("gs://lake/data/"))": 2, "prefix=gs": 2,
                "prefix=file": 0, "flow-run=\(claimed.runName)": 2, "flow-run=\(claimed.runID)": 2,
                "flow-run=\(Identifier.new())": 0,
            ]
            for (query, count) in queries {
                let page: AssetPage = try await server.call(.get, "assets?\(query)")
                #expect(page.assets.count == count, "\(query)")
            }
            #expect(try await server.refusal(.get, "assets?flow-run=nothing-like-it").status == 404)
        }
    }

    @Test func oneRecordIsFoundByItsIdOrItsObject() async throws {
        try await Self.with([Self.record(), Self.record(content: "2")]) { server, _ in
            let last: Asset = try await server.call(.get, "assets/\(Self.escaped(Self.uri))")
            #expect(last.record.version == "2")
            let history: AssetPage = try await server.call(.get, "assets/history?uri=\(Self.escaped(Self.uri))")
            #expect(history.assets.map(\.record.version) == ["2", "1"])
            for asset in history.assets {
                let found: Asset = try await server.call(.get, "assets/\(asset.id)")
                #expect(found == asset)
            }
            #expect(try await server.refusal(.get, "assets/\(Identifier.new())").status == 404)
        }
    }

    @Test func historyIsThatOfAnObjectOrADataset() async throws {
        let other = "gs://lake/data/green/green_tripdata_2020-08.parquet"
        let records = [Self.record(), Self.record(other), Self.record(content: "2")]
        try await Self.with(records) { server, _ in
            let dataset: AssetPage = try await server.call(.get, "assets/history?dataset=green")
            #expect(dataset.assets.map(\.record) == records.reversed())
            let page: AssetPage = try await server.call(.get, "assets/history?dataset=green&limit=2")
            let next = try #require(page.next)
            let rest: AssetPage = try await server.call(.get, "assets/history?dataset=green&after=\(next)")
            #expect(rest.assets.map(\.record) == [records[0]])
            // Behind the end there is nothing, and that is no fault.
            let behind: AssetPage = try await server.call(.get, "assets/history?dataset=green&after=0.0")
            #expect(behind == AssetPage(assets: [], next: nil))
        }
    }

    @Test func aMisspeltNameIsToldWithTheNearest() async throws {
        try await Self.with([Self.record()]) { server, _ in
            let misspelt = Self.escaped("gs://lake/data/gren/green_tripdata_2020-07.parquet")
            for path in ["assets/\(misspelt)", "assets/history?uri=\(misspelt)", "assets/history?dataset=gren"] {
                let (status, fault) = try await server.refusal(.get, path)
                #expect(status == 404)
                #expect(fault.code == "not_found")
                #expect(fault.details == [path.contains("dataset") ? "green" : Self.uri])
                #expect(fault.message.contains("did you mean \(fault.details[0])?"))
            }
        }
    }

    @Test(arguments: [
        "assets?limit=0", "assets?limit=1001", "assets?after=x", "assets/history", "assets/history?limit=3",
        "assets/history?dataset=a&uri=b",
    ])
    func aQueryThatMeansNothingIsRefused(path: String) async throws {
        try await Self.with([Self.record()]) { server, _ in
            let status = try await server.refusal(.get, path).status
            #expect(status == 400)
        }
    }

    @Test func aRunsReportOfAnothersAssetIsRefused() async throws {
        try await Self.with([]) { server, claimed in
            var report = AttemptReport(token: claimed.token)
            report.assets = [AssetReport(flowRunID: .new(), at: .now(), record: Self.record())]
            let path = "attempts/\(claimed.runID)/\(claimed.attempt)/report"
            #expect(try await server.refusal(.post, path, token: server.agent, report).status == 422)
            let page: AssetPage = try await server.call(.get, "assets")
            #expect(page.assets.isEmpty)
        }
    }
}
