import CurlTransport
import Foundation
import GoogleCloud
import OrchModel
import Synchronization
import Testing

@testable import Orch
@testable import OrchBlocks

/// `context.bigQuery` and the sensors of buckets, on the emulators.
@Suite(
    .enabled("needs ORCH_TEST_PYTHON") { GoogleEmulators.python != nil || GoogleEmulators.isCI },
    .timeLimit(.minutes(10)), .serialized)
struct GoogleOperatorTests {
    private final class Records: Reporter {
        private let records = Mutex<[StreamRecord.Kind]>([])
        func report(_ kind: StreamRecord.Kind) { records.withLock { $0.append(kind) } }
        func finish(_ outcome: RunEnding.Outcome) {}
    }

    /// Runs `body` with emulators, a bucket, a dataset, and a flow that has blocks of them.
    private func withFlow(
        _ body: (FlowContext, CloudStorageClient, BigQueryClient) async throws -> Void
    ) async throws {
        let emulators = try await GoogleEmulators.started()
        defer { emulators.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let storage = CloudStorageClient(endpoint: emulators.storage, credentials: .anonymous, http: http)
        let warehouse = BigQueryClient(
            project: "local", location: "US", endpoint: emulators.bigQuery, credentials: .anonymous, http: http)
        _ = try await storage.createBucket("lake", project: "local")
        _ = try await warehouse.ensureDataset("trips")
        let lake: JSONValue = [
            "bucket": "lake", "bucket_folder": "data", "gcp_credentials": [:], "endpoint": .string(emulators.storage),
        ]
        let table: JSONValue = [
            "dataset": "trips", "project": "local", "location": "US", "gcp_credentials": [:],
            "endpoint": .string(emulators.bigQuery),
        ]
        let services = RunServices(
            reporter: Records(), logLevel: .debug, clock: ContinuousClock(), now: { .now() }, scratchRoot: "/nowhere")
        let context = FlowContext(
            runID: .new(), flowName: "flow", attempt: 1, parameters: [:], dataInterval: nil,
            blocks: FlowBlocks(variables: [
                "ORCH_BLOCK_GCS_BUCKET_LAKE": lake.jsonText, "ORCH_BLOCK_BIGQUERY_WAREHOUSE_DB": table.jsonText,
            ]), services: services, directory: Scratch(root: "/nowhere", run: .new()), childRun: nil)
        try await body(context, storage, warehouse)
    }

    @Test func objectsAreWaitedForAndQueriesAreRun() async throws {
        try await withFlow { context, storage, _ in
            let look = SensorLook(context)
            #expect(try await CloudStorageSensor.cloudObject("a.csv", in: "lake").poke(look) == nil)
            #expect(try await CloudStorageSensor.cloudPrefix("green/", in: "lake").poke(look) == nil)
            let file = FileManager.default.temporaryDirectory.appending(path: "orch-object-\(UUID().uuidString)")
            try Data("abc".utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            async let found = context.wait(for: .cloudObject("a.csv", in: "lake"), every: .seconds(0.2))
            for name in ["a.csv", "green/1.csv", "green/2.csv"] {
                _ = try await storage.upload(file: file.path, to: "lake", as: "data/\(name)")
            }
            let objects = try await found
            #expect(objects.map(\.uri) == ["gs://lake/data/a.csv"])
            #expect(objects.first?.bytes == 3)
            let green = try await CloudStorageSensor.cloudPrefix("green/", in: "lake", atLeast: 2).poke(look)
            #expect(green?.map(\.uri) == ["gs://lake/data/green/1.csv", "gs://lake/data/green/2.csv"])
            #expect(try await CloudStorageSensor.cloudPrefix("green/", in: "lake", atLeast: 3).poke(look) == nil)

            try await context.bigQuery("CREATE TABLE rides (id INT64, fare FLOAT64, paid BOOL, at TIMESTAMP)", on: "db")
            let at = Timestamp(microseconds: 1_593_561_600_000_000)
            try await context.bigQuery(
                "INSERT INTO rides (id, fare, paid, at) VALUES (@id, @fare, true, @at), (2, NULL, false, NULL)",
                [.int("id", 1), .double("fare", 2.5), .time("at", at)], on: "db", jobID: "insert-once")
            struct Ride: Decodable, Equatable {
                var id: Int
                var fare: Double?
                var paid: Bool
                var at: Timestamp?
            }
            let rows = try await context.bigQuery("SELECT id, fare, paid, at FROM rides ORDER BY id", on: "db")
            #expect(
                try rows.decode(Ride.self) == [
                    Ride(id: 1, fare: 2.5, paid: true, at: at), Ride(id: 2, fare: nil, paid: false, at: nil),
                ])
            let chosen = try await context.bigQuery(
                "SELECT id FROM rides WHERE id = @id", [.int("id", 2)], on: "db", maximumBytesBilled: 1 << 40)
            #expect(try chosen.decode(Int.self) == [2])
            #expect(try await context.bigQueryDryRun("SELECT * FROM rides", on: "db").bytes >= 0)
            #expect(try await context.bigQuery("SELECT count(*) FROM rides", on: "db").first == 2)
            await #expect(throws: (any Error).self) {
                try await context.bigQueryDryRun("SELECT nonsense FROM nowhere", on: "db")
            }
            await #expect(throws: (any Error).self) { try await context.bigQuery("SELECT nonsense", on: "db") }
        }
    }
}
