import CurlTransport
import Foundation
import GoogleCloud
import Synchronization
import TableFormats
import Testing

@testable import OrchETL

struct BigQuerySinkTests {
    private let july = "2020-07-01"

    private func rows(_ month: String, _ file: String, _ count: Int = 3) -> [FakeGoogle.Row] {
        Array(repeating: FakeGoogle.Row(month: month, file: file), count: count)
    }

    /// A fake with july's file in the lake.
    private func fake(
        _ julys: [FakeGoogle.Row]? = nil, _ prepare: (inout FakeGoogle.State) -> Void = { _ in }
    ) throws -> FakeGoogle {
        let fake = FakeGoogle()
        let schema = try BigQueryRig.dataset.tableSchema
        try fake.state.withLock { state in
            try state.put(julys ?? rows(july, "july"), at: BigQueryRig.july, schema)
            prepare(&state)
        }
        return fake
    }

    /// A table of trips with some rows.
    private func table(_ rows: [FakeGoogle.Row], without column: String = "") throws -> FakeGoogle.Table {
        let fields = try BigQueryRig.fields().filter { $0.name != column }
        return FakeGoogle.Table(fields: fields, created: 1, rows: rows)
    }

    @Test func makesTheTableDividedByMonth() async throws {
        let fake = try fake()
        let load = try await BigQueryRig.load(fake)
        #expect(load == BigQuerySink.Load(table: "p-1.trips.green_rides", rowsStaged: 3, rowsInMonth: 3))
        try fake.state.withLock { state in
            let table = try #require(state.tables["green_rides"])
            #expect(table.isPartitioned && table.rows == rows(july, "july"))
            #expect(table.fields.first { $0.name == "lpep_pickup_datetime" }?.type == .datetime)
            #expect(state.tables.keys.sorted() == ["green_rides", "orch_loads"])
            #expect(state.ledger.map(\.rows) == [3] && state.ledger.allSatisfy { $0.source.hasPrefix("crc32c:AA==:") })
        }
    }

    @Test func replacesItsMonthAndNoOther() async throws {
        let before = rows(july, "old", 9) + rows("2020-06-01", "june")
        let table = try table(before)
        let fake = try fake { $0.tables["green_rides"] = table }
        #expect(try await BigQueryRig.load(fake).rowsInMonth == 3)
        fake.state.withLock { state in
            #expect(state.tables["green_rides"]?.rows.sorted() == rows("2020-06-01", "june") + rows(july, "july"))
        }
    }

    @Test func givesStagingTablesALifeOfADay() async throws {
        let fake = try fake()
        // Ends with the load job.
        fake.state.withLock { $0.cut = .after(6) }
        await #expect(throws: GoogleCloudError.self) { try await BigQueryRig.load(fake) }
        fake.state.withLock { state in
            let staging = state.tables["green_rides__staging_202007_r1"]
            #expect(staging?.expires == 1_700_086_400_000)
        }
    }

    @Test func anEmptyFileLeavesTheMonth() async throws {
        let table = try table(rows(july, "old"))
        let fake = try fake([]) { $0.tables["green_rides"] = table }
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            if case ETLError.noRows(BigQueryRig.july) = error { true } else { false }
        }
        fake.state.withLock { state in
            #expect(state.tables["green_rides"]?.rows == rows(july, "old"))
            #expect(state.tables.count == 1)
        }
    }

    @Test func aFileOfAnotherMonthLeavesTheMonth() async throws {
        let table = try table(rows(july, "old"))
        let fake = try fake(rows(july, "x") + rows("2020-06-01", "y", 2)) { $0.tables["green_rides"] = table }
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            if case ETLError.wrongMonth(BigQueryRig.july, "2020-07", rows: 2) = error { true } else { false }
        }
        fake.state.withLock { #expect($0.tables["green_rides"]?.rows == rows(july, "old")) }
    }

    @Test func aFailedFirstLoadLeavesNoTable() async throws {
        let fake = try fake([])
        await #expect(throws: ETLError.self) { try await BigQueryRig.load(fake) }
        fake.state.withLock { #expect($0.tables.isEmpty) }
    }

    @Test func anAbsentFileIsToldBeforeAnythingElseIsDone() async throws {
        let fake = FakeGoogle()
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            if case ETLError.objectNotFound(BigQueryRig.july) = error { true } else { false }
        }
        fake.state.withLock { #expect($0.requests == 1) }
    }

    // MARK: Shapes

    @Test(arguments: [true, false])
    func addsColumnsThatTheTableLacks(serverSeesThem: Bool) async throws {
        let table = try table(rows(july, "old"), without: "congestion_surcharge")
        let fake = try fake { state in
            state.tables["green_rides"] = table
            state.seesAddedColumns = serverSeesThem
        }
        #expect(try await BigQueryRig.load(fake).columnsAdded == ["congestion_surcharge"])
        let fields = try BigQueryRig.fields()
        fake.state.withLock { state in
            #expect(Set(state.tables["green_rides"]?.fields ?? []) == Set(fields))
            #expect(state.tables["green_rides"]?.rows == rows(july, "july"))
            #expect(state.sql.contains { $0.contains("ADD COLUMN IF NOT EXISTS `congestion_surcharge` FLOAT64") })
        }
    }

    @Test func keepsColumnsThatTheDataLacks() async throws {
        var table = try table(rows(july, "old"))
        table.fields.insert(BigQueryField("note", .string), at: 0)
        let fake = try fake { [table] in $0.tables["green_rides"] = table }
        #expect(try await BigQueryRig.load(fake).rowsInMonth == 3)
        fake.state.withLock { state in
            #expect(state.tables["green_rides"]?.fields.first?.name == "note")
            #expect(!state.sql.contains { $0.contains("`note`") || $0.contains("ALTER") })
        }
    }

    @Test func tellsWhyDataDoesNotFit() throws {
        let table = BigQueryTripTable(
            project: "p-1", dataset: "trips", name: "green_rides",
            TableSchema([
                ColumnDefinition("VendorID", .int32), ColumnDefinition("at", .timestamp),
                ColumnDefinition("file_month", .date), ColumnDefinition("new", .double),
            ]))
        let existing = [
            BigQueryField("key", .string, mode: .required),
            BigQueryField("vendorid", BigQueryField.Kind(rawValue: "INTEGER")), BigQueryField("at", .timestamp),
            BigQueryField("note", .string),
        ]
        #expect(
            table.differences(from: existing) == [
                "column at is TIMESTAMP instead of DATETIME", "column file_month (DATE) is missing",
                "column key (STRING) is REQUIRED, and not in the data",
            ])
        #expect(table.differences(from: table.fields.reversed()).isEmpty)
        #expect(table.additions(to: existing).map(\.name) == ["file_month", "new"])
    }

    @Test func refusesATableOfAnotherShapeBeforeItLoads() async throws {
        let other = FakeGoogle.Table(fields: [BigQueryField("VendorID", .string)], created: 1)
        let fake = try fake { $0.tables["green_rides"] = other }
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            guard case ETLError.tableShape("p-1.trips.green_rides", let differences) = error else { return false }
            return differences.first == "column VendorID is STRING instead of INT64"
        }
        fake.state.withLock { #expect($0.jobs.isEmpty && $0.tables.count == 1) }
    }

    @Test func refusesAView() async throws {
        var view = try table([])
        view.kind = "VIEW"
        let fake = try fake { [view] in $0.tables["green_rides"] = view }
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            if case ETLError.notATable("p-1.trips.green_rides") = error { true } else { false }
        }
    }

    // MARK: Append

    @Test func appendsASourceOnce() async throws {
        let table = try table(rows(july, "old"))
        let fake = try fake { $0.tables["green_rides"] = table }
        #expect(try await BigQueryRig.load(fake, mode: .append, suffix: "r1", source: "abc").rowsInMonth == 6)
        let again = try await BigQueryRig.load(fake, mode: .append, suffix: "r2", source: "abc")
        #expect(again.rowsInMonth == 6 && again.rowsStaged == nil)
        let notice = try #require(again.notice)
        #expect(
            notice.hasPrefix("Nothing was added to p-1.trips.green_rides: the 3 rows of this source are there since"))
        #expect(notice.contains("(run r1, says orch_loads)"))
        #expect(try await BigQueryRig.load(fake, mode: .append, suffix: "r3", source: "def").rowsInMonth == 9)
    }

    @Test func appendsASourceAgainOnceTheMonthWasReplaced() async throws {
        let fake = try fake()
        _ = try await BigQueryRig.load(fake, mode: .append, suffix: "r1", source: "abc")
        _ = try await BigQueryRig.load(fake, suffix: "r2", source: "def")
        #expect(try await BigQueryRig.load(fake, mode: .append, suffix: "r3", source: "abc").rowsInMonth == 6)
        #expect(try await BigQueryRig.load(fake, mode: .append, suffix: "r4", source: "def").notice != nil)
    }

    @Test func appendsASourceAgainIntoANewTableOfTheName() async throws {
        let fake = try fake()
        _ = try await BigQueryRig.load(fake, mode: .append, suffix: "r1", source: "abc")
        fake.state.withLock { $0.tables["green_rides"] = nil }
        #expect(try await BigQueryRig.load(fake, mode: .append, suffix: "r2", source: "abc").rowsInMonth == 3)
    }

    // MARK: Jobs

    @Test(arguments: [
        "Transaction is aborted due to concurrent update against table p-1:trips.green_rides",
        "Could not serialize access to table p-1:trips.green_rides due to concurrent update",
    ])
    func repeatsATransactionThatAnotherOneCrossed(message: String) async throws {
        let fake = try fake { $0.failures["BEGIN TRANSACTION"] = message }
        #expect(try await BigQueryRig.load(fake).rowsInMonth == 3)
        fake.state.withLock { state in
            #expect(
                state.jobs.keys.contains { $0.hasPrefix("orch-replace-green_rides-2020-07-r1-") && $0.hasSuffix("-g2") }
            )
        }
    }

    @Test func dropsTheStagingTableWhenAJobFails() async throws {
        let fake = try fake { $0.failures["BEGIN TRANSACTION"] = "no" }
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            if case GoogleCloudError.jobFailed = error { true } else { false }
        }
        fake.state.withLock { state in
            #expect(state.tables.keys.sorted() == ["green_rides", "orch_loads"])
            #expect(state.tables["green_rides"]?.rows.isEmpty == true)
        }
    }

    @Test func removesWhatKilledLoadsLeft() async throws {
        let leftover = FakeGoogle.Table(fields: [], created: 1)
        let young = FakeGoogle.Table(fields: [], created: 1_700_000_000_000 - 60_000)
        let fake = try fake { state in
            state.tables["green_rides__staging_202007_dead"] = young
            state.tables["green_rides__staging_202006_running"] = young
            state.tables["green_rides__staging_202005_old"] = leftover
            state.tables["yellow_rides__staging_202007_x"] = leftover
            state.tables["green_rides_mine"] = leftover
        }
        _ = try await BigQueryRig.load(fake)
        fake.state.withLock { state in
            #expect(
                state.tables.keys.sorted() == [
                    "green_rides", "green_rides__staging_202006_running", "green_rides_mine", "orch_loads",
                    "yellow_rides__staging_202007_x",
                ])
        }
    }

    // MARK: Locations

    @Test(arguments: [
        (bucket: "US", dataset: "US", fits: true), ("EUROPE-WEST1", "US", true), ("EUROPE-WEST1", "EU", true),
        ("EUR4", "EU", true), ("US", "EU", false), ("US-CENTRAL1", "EU", false),
        ("EUROPE-WEST1", "europe-west1", true), ("EUROPE-WEST1", "europe-west4", false), ("EU", "europe-west4", true),
        ("US", "europe-west4", false), ("ASIA", "asia-east1", true),
    ])
    func loadsFromABucketThatTheDatasetCanRead(bucket: String, dataset: String, fits: Bool) async throws {
        let fake = try fake { state in
            state.bucketLocation = bucket
            state.datasetLocation = dataset
        }
        guard !fits else {
            #expect(try await BigQueryRig.load(fake).rowsInMonth == 3)
            return
        }
        await #expect { try await BigQueryRig.load(fake) } throws: { error in
            guard case GoogleCloudError.locationMismatch("bucket lake and dataset trips", _) = error else {
                return false
            }
            return "\(error)".contains("the bucket lies in \(bucket), the dataset in \(dataset)")
        }
        fake.state.withLock { #expect($0.jobs.isEmpty && $0.tables.isEmpty) }
    }
}

/// A sink and a lake on a fake, with one attempt for each request.
enum BigQueryRig {
    /// The address of the month that is loaded.
    static let july = "gs://lake/data/green/green_tripdata_2020-07.parquet"

    static var dataset: TaxiDataset {
        get throws { try TaxiDataset(color: .green, year: 2020, month: 7) }
    }

    static func fields() throws -> [BigQueryField] {
        try BigQueryTripTable(project: "", dataset: "", name: "", dataset.tableSchema).fields
    }

    @discardableResult
    static func load(
        _ fake: FakeGoogle, mode: WriteMode = .replaceMonth, suffix: String = "r1", source: String? = nil
    ) async throws -> BigQuerySink.Load {
        let server = try StubWebServer { fake.reply($0) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        var policy = RetryPolicy()
        policy.firstDelay = .milliseconds(1)
        // A request that fails is not repeated, a transaction is.
        policy.maximumAttempts = fake.state.withLock { $0.failures.isEmpty } ? 1 : 3
        let retrier = Retrier(policy: policy)
        let storage = CloudStorageClient(
            endpoint: server.url, credentials: .anonymous, http: http, retrier: retrier)
        let client = BigQueryClient(
            project: "p-1", endpoint: server.url, credentials: .anonymous, http: http, retrier: retrier)
        let sink = BigQuerySink(client: client, dataset: "trips") { Date(timeIntervalSince1970: 1_700_000_000) }
        let lake = try LakeSink(bucket: "lake", client: storage)
        return try await sink.load(dataset, from: lake, mode: mode, suffix: suffix, source: source)
    }
}
