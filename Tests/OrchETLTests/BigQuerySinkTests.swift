import CurlTransport
import Foundation
import GoogleCloud
import TableFormats
import Testing

@testable import OrchETL

struct BigQuerySinkTests {
    private static let schema = TableSchema([
        ColumnDefinition("VendorID", .int64), ColumnDefinition("at", .timestamp), ColumnDefinition("file_month", .date),
    ])
    private let table = BigQueryTripTable(project: "p-1", dataset: "trips", name: "green_rides", Self.schema)

    @Test func replacesAMonthInOneTransaction() throws {
        let month = try FileMonth(year: 2020, month: 7)
        #expect(
            table.replacement(of: month, from: table.staging("r1")) == """
                BEGIN TRANSACTION;
                DELETE FROM `p-1`.`trips`.`green_rides` WHERE file_month = DATE '2020-07-01';
                INSERT INTO `p-1`.`trips`.`green_rides` (`VendorID`, `at`, `file_month`) \
                SELECT `VendorID`, `at`, `file_month` FROM `p-1`.`trips`.`green_rides__staging_r1`;
                COMMIT TRANSACTION;
                """)
    }

    @Test func keepsWallTimesAsDateTime() {
        #expect(
            table.fields == [
                BigQueryField("VendorID", .int64), BigQueryField("at", .datetime), BigQueryField("file_month", .date),
            ])
    }

    @Test func tellsTheDifferencesOfShapes() {
        let existing = [
            BigQueryField("vendorid", BigQueryField.Kind(rawValue: "INTEGER")), BigQueryField("at", .timestamp),
            BigQueryField("note", .string),
        ]
        #expect(
            table.differences(from: existing) == [
                "column at is TIMESTAMP instead of DATETIME", "column file_month (DATE) is missing",
                "column note (STRING) is not in the data",
            ])
        #expect(table.differences(from: table.fields).isEmpty)
    }

    /// Answers like Cloud Storage with one object, and like BigQuery with one table and jobs that end at once.
    private static func reply(
        _ request: StubWebServer.Request, fields: String, failingJob: String
    ) -> StubWebServer.Reply {
        let bigQuery = "/bigquery/v2/projects/p-1"
        switch (request.method, String(request.target.prefix { $0 != "?" })) {
        case ("GET", "/storage/v1/b/lake/o/data%2Fgreen%2Fgreen_tripdata_2020-07.parquet"):
            return .json("{\"bucket\":\"lake\",\"name\":\"x\",\"size\":\"9\",\"generation\":\"1\"}")
        case ("POST", bigQuery + "/datasets"):
            return .json("{\"datasetReference\":{\"datasetId\":\"trips\",\"projectId\":\"p-1\"}}")
        case ("POST", bigQuery + "/datasets/trips/tables"):
            let error = "{\"code\":409,\"message\":\"Already Exists\",\"errors\":[{\"reason\":\"duplicate\"}]}"
            return .json("{\"error\":\(error)}", status: 409)
        case ("GET", bigQuery + "/datasets/trips/tables/green_rides"):
            return .json("{\"schema\":{\"fields\":\(fields)},\"numRows\":\"0\"}")
        case ("POST", bigQuery + "/jobs"):
            let id = ["orch-load-r1", "orch-replace-r1"].first { request.body.contains($0) } ?? "count"
            let error = "\"errorResult\":{\"reason\":\"invalid\",\"message\":\"no\"},"
            return .json(
                """
                {"jobReference":{"projectId":"p-1","jobId":"\(id)"},"status":{\(id == failingJob ? error : "")\
                "state":"DONE"},"statistics":{"load":{"outputRows":"7"}}}
                """)
        case ("GET", bigQuery + "/queries/count"), ("GET", bigQuery + "/queries/orch-replace-r1"):
            return .json(
                """
                {"jobComplete":true,"schema":{"fields":[{"name":"row_count","type":"INT64"}]},\
                "rows":[{"f":[{"v":"7"}]}]}
                """)
        case ("DELETE", _): return StubWebServer.Reply(status: 204)
        default: return .json("{\"error\":{\"code\":400,\"message\":\"not expected\"}}", status: 400)
        }
    }

    private func load(
        fields: String, failingJob: String = ""
    ) async throws -> (result: Result<BigQuerySink.Load, any Error>, requests: [StubWebServer.Request]) {
        let server = try StubWebServer { Self.reply($0, fields: fields, failingJob: failingJob) }
        defer { server.stop() }
        let http = HTTPClient()
        let storage = CloudStorageClient(endpoint: server.url, credentials: .anonymous, http: http)
        let client = BigQueryClient(project: "p-1", endpoint: server.url, credentials: .anonymous, http: http)
        let sink = BigQuerySink(client: client, dataset: "trips")
        let lake = try LakeSink(bucket: "lake", client: storage)
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        do {
            return (.success(try await sink.load(dataset, from: lake, suffix: "r1")), server.requests)
        } catch {
            return (.failure(error), server.requests)
        }
    }

    private func greenFields() throws -> String {
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        let fields = BigQueryTripTable(project: "", dataset: "", name: "", dataset.tableSchema).fields
        return String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
    }

    private static func isDrop(_ request: StubWebServer.Request) -> Bool {
        request.method == "DELETE" && request.target.contains("/tables/green_rides__staging_r1")
    }

    @Test func stagesReplacesCountsAndDrops() async throws {
        let (result, requests) = try await load(fields: try greenFields())
        let load = try result.get()
        #expect(load.table == "p-1.trips.green_rides")
        #expect(load.rowsStaged == 7)
        #expect(load.rowsInMonth == 7)
        let jobs = requests.filter { $0.method == "POST" && $0.target.contains("/jobs") }.map(\.body)
        #expect(jobs.count == 3)
        #expect(
            jobs[0].contains("gs:\\/\\/lake\\/data")
                || jobs[0].contains("gs://lake/data/green/green_tripdata_2020-07.parquet"))
        #expect(jobs[0].contains("green_rides__staging_r1") && jobs[0].contains("DATETIME"))
        #expect(jobs[1].contains("BEGIN TRANSACTION") && jobs[1].contains("2020-07-01"))
        #expect(requests.last.map(Self.isDrop) == true)
    }

    @Test(arguments: ["orch-load-r1", "orch-replace-r1"])
    func dropsTheStagingTableWhenAJobFails(job: String) async throws {
        let (result, requests) = try await load(fields: try greenFields(), failingJob: job)
        #expect { try result.get() } throws: { error in
            guard case GoogleCloudError.jobFailed = error else { return false }
            return true
        }
        #expect(requests.last.map(Self.isDrop) == true)
    }

    @Test func refusesATableOfAnotherShapeBeforeItLoads() async throws {
        let (result, requests) = try await load(fields: "[{\"name\":\"VendorID\",\"type\":\"STRING\"}]")
        #expect { try result.get() } throws: { error in
            guard case ETLError.tableShape("trips.green_rides", let differences) = error else { return false }
            return differences.first == "column VendorID is STRING instead of INT64"
        }
        #expect(!requests.contains { $0.target.contains("/jobs") || $0.method == "DELETE" })
    }
}
