import CurlTransport
import Foundation
import GoogleCloud
import TestSupport
import Testing

@testable import OrchETL

/// The way over Cloud Storage to BigQuery, against emulators of both.
@Suite(
    .enabled(if: CloudEmulators.isAvailable, "gcp-storage-emulator and bqemulator are not beside ORCH_TEST_PYTHON"),
    .timeLimit(.minutes(15))
)
struct CloudSinkTests {
    private static let header = "VendorID,lpep_pickup_datetime,passenger_count,total_amount,store_and_fwd_flag\n"
    private static let rows =
        "2,2020-07-01 00:05:18,1,21.8,N\n,2008-12-31 23:05:14,,-4.80,\n1,2041-08-17 00:00:00,0,.20,Y\n"

    @Test func replacesMonthsFromABucketAndFromAFolder() async throws {
        try await CloudEmulators.with { emulators in
            let folder = try TemporaryFolder()
            let bucket = try LakeSink(bucket: "lake", folder: "/taxi/trips/", client: emulators.storage)
            let local = try LakeSink(url: "file://\(folder.path)/lake")
            let sink = BigQuerySink(client: emulators.bigQuery)
            let (july, june) = (
                try TaxiDataset(color: .green, year: 2020, month: 7),
                try TaxiDataset(color: .green, year: 2020, month: 6)
            )
            for dataset in [july, june] {
                for lake in [bucket, local] { try await write(dataset, to: lake, repeats: 100, in: folder) }
            }
            #expect(try await sink.load(july, from: bucket, suffix: "a").rowsInMonth == 200)
            #expect(try await sink.load(june, from: local, suffix: "b").rowsInMonth == 200)
            let again = try await sink.load(july, from: bucket, suffix: "c")
            #expect(
                again
                    == BigQuerySink.Load(
                        table: "\(emulators.bigQuery.project).trips_data_all.green_rides", rowsStaged: again.rowsStaged,
                        rowsInMonth: 200
                    ))
            try await write(july, to: local, repeats: 1, in: folder)
            #expect(try await sink.load(july, from: local, suffix: "d").rowsInMonth == 2)
            let figures = try await emulators.bigQuery.query(
                "SELECT CAST(file_month AS STRING) AS m, COUNT(*) AS n, COUNT(passenger_count) AS p, "
                    + "ROUND(SUM(total_amount), 2) AS s, CAST(MIN(lpep_pickup_datetime) AS STRING) AS t "
                    + "FROM trips_data_all.green_rides GROUP BY 1 ORDER BY 1"
            )
            let texts = figures.rows.map { row in ["m", "n", "p", "s", "t"].map { row[$0] ?? "NULL" } }
            #expect(
                texts.map { Array($0.prefix(4)) } == [
                    ["2020-06-01", "200", "100", "1700.0"], ["2020-07-01", "2", "1", "17.0"],
                ])
            #expect(
                texts.allSatisfy { $0[4].hasPrefix("2008-12-31 23:05:14") || $0[4].hasPrefix("2008-12-31T23:05:14") })
            let fields = try await emulators.bigQuery.table(
                BigQueryTableID(dataset: "trips_data_all", table: "green_rides")
            ).fields
            #expect(fields.first { $0.name == "lpep_pickup_datetime" }?.type == .datetime)
            let tables = try await emulators.bigQuery.tables(in: "trips_data_all")
            #expect(tables.map(\.name).sorted() == ["green_rides", "orch_loads"])
        }
    }

    @Test func appendsASourceOnceAndWidensTheTable() async throws {
        try await CloudEmulators.with { emulators in
            let folder = try TemporaryFolder()
            let lake = try LakeSink(bucket: "lake", client: emulators.storage)
            let july = try TaxiDataset(color: .green, year: 2020, month: 7)
            try await write(july, to: lake, repeats: 10, in: folder)
            let sink = BigQuerySink(client: emulators.bigQuery)
            let id = try BigQueryTableID(dataset: "trips_data_all", table: "green_rides")
            // A table of an earlier time, with a column of the user's own.
            let fields = [
                BigQueryField("note", .string), BigQueryField("file_month", .date), BigQueryField("vendorid", .int64),
            ]
            try await emulators.bigQuery.createTable(id, fields: fields)
            _ = try await emulators.bigQuery.query(
                "INSERT INTO trips_data_all.green_rides (note, file_month) VALUES ('mine', DATE '2020-07-01')")
            let first = try await sink.load(july, from: lake, mode: .append, suffix: "a")
            #expect(first.rowsInMonth == 21)
            #expect(first.columnsAdded.contains("lpep_pickup_datetime") && !first.columnsAdded.contains("VendorID"))
            let second = try await sink.load(july, from: lake, mode: .append, suffix: "b")
            #expect(second.rowsInMonth == 21 && second.notice != nil)
            let described = try await emulators.bigQuery.table(id).fields
            #expect(described.first { $0.name == "total_amount" }?.type == .float64)
            let figures = try await emulators.bigQuery.query(
                "SELECT COUNT(note) AS notes, COUNT(VendorID) AS vendors, COUNT(total_amount) AS totals "
                    + "FROM trips_data_all.green_rides")
            #expect(
                figures.rows.map { [$0["notes"], $0["vendors"], $0["totals"]] } == [["1", "10", "20"]])
            #expect(try await sink.load(july, from: lake, suffix: "c").rowsInMonth == 20)
        }
    }

    @Test func aMissingObjectIsToldAndChangesNothing() async throws {
        try await CloudEmulators.with { emulators in
            let folder = try TemporaryFolder()
            let july = try TaxiDataset(color: .green, year: 2020, month: 7)
            let bucket = try LakeSink(bucket: "lake", folder: "/taxi/trips/", client: emulators.storage)
            let sink = BigQuerySink(client: emulators.bigQuery)
            await #expect { _ = try await sink.load(july, from: bucket, suffix: "a") } throws: { error in
                guard
                    case ETLError.objectNotFound("gs://lake/taxi/trips/data/green/green_tripdata_2020-07.parquet") =
                        error
                else {
                    return false
                }
                return true
            }
            await #expect(throws: ETLError.self) { _ = try await bucket.read(july.lakeObject, to: folder.file("x")) }
            try await write(july, to: bucket, repeats: 5, in: folder)
            let size = try await bucket.read(july.lakeObject, to: folder.file("x"))
            #expect(FileManager.default.contents(atPath: folder.file("x"))?.count == Int(size))
            #expect(FileManager.default.contentsEqual(atPath: folder.file("x"), andPath: folder.file("out.parquet")))
        }
    }

    @Test(.enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"))
    func bringsTheRealMonthToBigQuery() async throws {
        try await CloudEmulators.with { emulators in
            let folder = try TemporaryFolder()
            let july = try TaxiDataset(color: .green, year: 2020, month: 7)
            let lake = try LakeSink(bucket: "lake", client: emulators.storage)
            let csv = TestData.path("green_tripdata_2020-07.csv.gz")
            let parquet = folder.file("out.parquet")
            _ = try await july.writeParquet(
                from: csv, to: parquet, provenance: Provenance(source: "", runID: "r"), options: .withoutEmptyTrips)
            _ = try await lake.write(file: parquet, as: july.lakeObject)
            let sink = BigQuerySink(client: emulators.bigQuery)
            for suffix in ["first", "second"] {
                #expect(try await sink.load(july, from: lake, suffix: suffix).rowsInMonth == 71_974)
                let figures = try await emulators.bigQuery.query(
                    "SELECT COUNT(*) AS n, COUNT(passenger_count) AS p, "
                        + "CAST(ROUND(SUM(total_amount) * 100) AS INT64) AS cents "
                        + "FROM trips_data_all.green_rides"
                )
                #expect(figures.rows.map { [$0["n"], $0["p"], $0["cents"]] } == [["71974", "42944", "174644563"]])
            }
        }
    }

    private func write(_ dataset: TaxiDataset, to lake: LakeSink, repeats: Int, in folder: TemporaryFolder) async throws
    {
        let csv = try folder.write(Self.header + String(repeating: Self.rows, count: repeats), as: "in.csv")
        let parquet = folder.file("out.parquet")
        _ = try await dataset.writeParquet(
            from: csv, to: parquet, provenance: Provenance(source: "file://\(csv)", runID: "r"),
            options: .withoutEmptyTrips)
        _ = try await lake.write(file: parquet, as: dataset.lakeObject)
    }
}

/// Emulators of Cloud Storage and BigQuery, as processes of one test.
private final class CloudEmulators {
    let storage: CloudStorageClient
    let bigQuery: BigQueryClient
    private let folder: TemporaryFolder
    private let processes: [EmulatorProcess]

    private static let bin = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"].map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().path
    }

    /// Whether both are installed. In CI they must be.
    static var isAvailable: Bool {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return ["bqemulator", "gcp-storage-emulator"].allSatisfy { name in
            bin.map { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") } ?? false
        }
    }

    /// Runs `body` with both, and a bucket called `lake`.
    static func with(_ body: (CloudEmulators) async throws -> Void) async throws {
        let emulators = try await CloudEmulators()
        defer { emulators.stop() }
        _ = try await emulators.storage.ensureBucket("lake", project: "test-project")
        _ = try await emulators.bigQuery.ensureDataset("trips_data_all")
        try await body(emulators)
    }

    private init() async throws {
        let bin = try #require(Self.bin, "ORCH_TEST_PYTHON is not set")
        let folder = try TemporaryFolder()
        self.folder = folder
        var processes: [EmulatorProcess] = []
        // The address of one that listens.
        func start(_ name: String, _ arguments: (Int) -> [String]) async throws -> String {
            try await FreePort.trying { port in
                let emulator = try EmulatorProcess(
                    ["\(bin)/\(name)"] + arguments(port), in: folder,
                    environment: [
                        "BQEMU_GCS_LOCAL_ROOT": folder.file(".cloudstorage"), "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
                    ])
                try await emulator.untilListening(port)
                processes.append(emulator)
                return "http://127.0.0.1:\(port)"
            }
        }
        let (storageURL, bigQueryURL): (String, String)
        do {
            storageURL = try await start("gcp-storage-emulator") {
                ["-d", folder.path, "start", "--host", "127.0.0.1", "--port", "\($0)"]
            }
            bigQueryURL = try await start("bqemulator") {
                [
                    "start", "--persistent", "--data-dir", folder.file("bigquery"), "--rest-host", "127.0.0.1",
                    "--rest-port", "\($0)", "--grpc-port", "0", "--log-level", "warning",
                ]
            }
        } catch {
            for process in processes { process.stop() }
            throw error
        }
        self.processes = processes
        let http = HTTPClient()
        // They may listen before they are ready.
        var policy = RetryPolicy()
        policy.maximumDelay = .seconds(1)
        policy.maximumAttempts = 200
        let retrier = Retrier(policy: policy)
        storage = CloudStorageClient(endpoint: storageURL, credentials: .anonymous, http: http, retrier: retrier)
        bigQuery = BigQueryClient(
            project: "test-project", endpoint: bigQueryURL, credentials: .anonymous, http: http, retrier: retrier)
    }

    private func stop() { for process in processes { process.stop() } }
}
