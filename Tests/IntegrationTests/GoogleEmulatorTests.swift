import CurlTransport
import Foundation
import GoogleCloud
import Testing

/// Our clients against emulators that others wrote, with Google's own clients as witnesses.
@Suite(
    .serialized,
    .enabled(
        if: GoogleEmulators.python != nil || GoogleEmulators.isCI,
        "ORCH_TEST_PYTHON names no python that has the emulators: Cloud Storage and BigQuery were NOT tested"),
    .timeLimit(.minutes(10))
)
struct GoogleEmulatorTests {
    private struct Trips: Decodable, Equatable {
        let rows: Int64
        let total: Double
        let first: String
    }

    private struct SeenTable: Decodable {
        let rows: Int64
        let total: Double
        let first: String
        let types: [String: String]
    }

    private struct SeenObject: Decodable {
        let size: Int64
        let crc32c: String
        let contentType: String
        let md5: Bool
    }

    private static let fields: [BigQueryField] = [
        BigQueryField("VendorID", .int64), BigQueryField("lpep_pickup_datetime", .datetime),
        BigQueryField("lpep_dropoff_datetime", .datetime), BigQueryField("store_and_fwd_flag", .string),
        BigQueryField("RatecodeID", .float64), BigQueryField("PULocationID", .int64),
        BigQueryField("DOLocationID", .int64), BigQueryField("passenger_count", .float64),
        BigQueryField("trip_distance", .float64), BigQueryField("fare_amount", .float64),
        BigQueryField("extra", .float64), BigQueryField("mta_tax", .float64), BigQueryField("tip_amount", .float64),
        BigQueryField("tolls_amount", .float64), BigQueryField("ehail_fee", .float64),
        BigQueryField("improvement_surcharge", .float64), BigQueryField("total_amount", .float64),
        BigQueryField("payment_type", .float64), BigQueryField("trip_type", .float64),
        BigQueryField("congestion_surcharge", .float64),
    ]

    /// Clients of one test, and the processes behind them.
    private func withClients(
        _ body: (GoogleEmulators, CloudStorageClient, BigQueryClient) async throws -> Void
    ) async throws {
        let emulators = try await GoogleEmulators.started()
        defer { emulators.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        try await body(
            emulators,
            CloudStorageClient(endpoint: emulators.storage, credentials: .anonymous, http: http),
            BigQueryClient(
                project: "orch-test", location: "US", endpoint: emulators.bigQuery, credentials: .anonymous, http: http)
        )
    }

    @Test func aMonthGoesFromAFileThroughStorageIntoATable() async throws {
        try await withClients { emulators, storage, bigQuery in
            let path = try emulators.trips()
            let expected = try emulators.judge(Trips.self, "inspect", path)
            let object = "data/green/green_tripdata_2021-01.parquet"
            try await storage.ensureBucket("lake", project: "orch-test")
            try await storage.ensureBucket("lake", project: "orch-test")
            let written = try await storage.upload(
                file: path, to: "lake", as: object, contentType: "application/vnd.apache.parquet")

            #expect(try await storage.stat(object, in: "lake") == written)
            #expect(try await storage.list(bucket: "lake", prefix: "data/").map(\.name) == [object])
            #expect(try await storage.list(bucket: "lake", prefix: "other/").isEmpty)
            let copy = emulators.folder.appending(path: "copy.parquet")
            let download = try await storage.download(object, in: "lake", to: copy.path)
            #expect(download.crc32c == written.crc32c)
            #expect(try Data(contentsOf: copy) == Data(contentsOf: URL(filePath: path)))
            let seen = try emulators.judge(SeenObject.self, "object", emulators.storage, "lake", object)
            #expect(seen.size == written.size && seen.crc32c == written.crc32c && seen.md5)
            #expect(seen.contentType == "application/vnd.apache.parquet")

            try await bigQuery.ensureDataset("trips_data_all")
            try await bigQuery.ensureDataset("trips_data_all")
            let table = try BigQueryTableID(dataset: "trips_data_all", table: "green_rides")
            for run in 1...2 {
                try await bigQuery.load(
                    BigQueryLoad(into: table, schema: Self.fields), from: [written.uri],
                    id: BigQueryJobID("load-\(run)"))
            }
            let loaded = try emulators.judge(
                SeenTable.self, "table", emulators.bigQuery, "orch-test", "trips_data_all", "green_rides")
            #expect(Trips(rows: loaded.rows, total: loaded.total, first: loaded.first) == expected)
            #expect(loaded.types["lpep_pickup_datetime"] == "DATETIME")
            #expect(try await bigQuery.table(table).fields == Self.fields)

            #expect(try await storage.delete(object, in: "lake"))
            #expect(try await !storage.delete(object, in: "lake"))
        }
    }

    @Test func aLargeFileGoesUpInChunks() async throws {
        try await withClients { emulators, storage, _ in
            try await storage.ensureBucket("lake", project: "orch-test")
            let content = Data((0..<(20 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
            let path = emulators.folder.appending(path: "large.bin")
            try content.write(to: path)
            let name = "ä/b c+d.bin"
            let written = try await storage.upload(file: path.path, to: "lake", as: name)
            #expect(written.name == name)
            let seen = try emulators.judge(SeenObject.self, "object", emulators.storage, "lake", name)
            #expect(seen.size == Int64(content.count) && seen.crc32c == written.crc32c && seen.md5)
        }
    }

    @Test func aMonthIsReplacedInOneTransactionFromALocalFile() async throws {
        try await withClients { emulators, _, bigQuery in
            let path = try emulators.trips()
            let expected = try emulators.judge(Trips.self, "inspect", path)
            try await bigQuery.ensureDataset("trips_data_all")
            let staging = try BigQueryTableID(dataset: "trips_data_all", table: "staging")
            let target = try BigQueryTableID(dataset: "trips_data_all", table: "green_rides")
            try await bigQuery.load(
                BigQueryLoad(into: staging, schema: Self.fields), file: path, id: BigQueryJobID("local"))
            try await bigQuery.createTable(target, fields: Self.fields + [BigQueryField("file_month", .date)])
            let names = Self.fields.map(\.name).joined(separator: ", ")
            // A literal, as the emulator gives no parameters to scripts.
            let script = { (month: String) in
                """
                begin transaction;
                delete from trips_data_all.green_rides where file_month = date '\(month)';
                insert into trips_data_all.green_rides (\(names), file_month)
                select \(names), date '\(month)' from trips_data_all.staging;
                commit transaction;
                """
            }
            for (run, month) in ["2021-01-01", "2021-02-01", "2021-01-01"].enumerated() {
                _ = try await bigQuery.query(script(month), id: BigQueryJobID("replace-\(run)"))
            }
            let count = try await bigQuery.query(
                "select file_month, count(*) as n, any_value(null) as nothing from green_rides "
                    + "group by file_month order by file_month",
                dataset: "trips_data_all")
            #expect(count.rows.map { $0["file_month"] } == ["2021-01-01", "2021-02-01"])
            #expect(count.rows.allSatisfy { $0["n"] == "\(expected.rows)" && $0["nothing"] == nil })
            let month = BigQueryParameter("month", .date, "2021-02-01")
            let one = try await bigQuery.query(
                "select count(*) as n from trips_data_all.green_rides where file_month = @month", parameters: [month])
            #expect(one.rows.map { $0["n"] } == ["\(expected.rows)"])
            let some = try await bigQuery.query(
                "select VendorID from trips_data_all.green_rides limit 25", pageSize: 10)
            #expect(some.rows.count == 25)
            let removed = try await bigQuery.query("delete from green_rides where true", dataset: "trips_data_all")
            #expect(removed.numDmlAffectedRows == expected.rows * 2)
            #expect(try await bigQuery.deleteTable(staging))
            #expect(try await !bigQuery.deleteTable(staging))
        }
    }

    @Test func whatIsNotThereIsTold() async throws {
        try await withClients { emulators, storage, bigQuery in
            await #expect { try await storage.stat("o", in: "lake") } throws: { error in
                if case GoogleCloudError.notFound("object gs://lake/o", _) = error { true } else { false }
            }
            let path = emulators.folder.appending(path: "f")
            try Data([1]).write(to: path)
            await #expect { try await storage.upload(file: path.path, to: "lake", as: "o") } throws: { error in
                if case GoogleCloudError.notFound = error { true } else { false }
            }
            let table = try BigQueryTableID(dataset: "d", table: "t")
            await #expect { try await bigQuery.table(table) } throws: { error in
                if case GoogleCloudError.notFound("table orch-test.d.t", _) = error { true } else { false }
            }
            try await bigQuery.ensureDataset("d")
            await #expect(throws: GoogleCloudError.self) {
                try await bigQuery.load(
                    BigQueryLoad(into: table, schema: Self.fields), from: ["gs://lake/none"], id: BigQueryJobID("none"))
            }
            await #expect { try await bigQuery.query("selec 1") } throws: { error in
                switch error {
                case GoogleCloudError.jobFailed, GoogleCloudError.invalidRequest: true
                default: false
                }
            }
        }
    }
}
