import Foundation
import Synchronization
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

struct WriteParquetTests {
    private static let green = Result { try TaxiDataset(color: .green, year: 2020, month: 7) }
    private static let header =
        "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,"
        + "PULocationID,DOLocationID,passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,"
        + "ehail_fee,improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"
    private static let row =
        "2,2020-07-01 00:05:18,2020-07-01 00:22:07,N,1,134,35,2,6.38,20.5,0.5,0.5,0,0,,0.3,21.8,2,1,0"
    private let provenance = Provenance(source: "https://me:hunter2@host/x.csv.gz?sig=hunter2", runID: "run-1")
    /// How messages call the source.
    private static let shown = "https://host/x.csv.gz"

    @Test(
        .enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"),
        .enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON")
    )
    func convertsTheRealMonth() async throws {
        let folder = try TemporaryFolder()
        let csv = TestData.path("green_tripdata_2020-07.csv.gz")
        let expected = try #require(try TestData.expectations()["green_tripdata_2020-07.csv.gz"])
        let told = Mutex<[Int64]>([])
        var options = TripOptions.withoutEmptyTrips
        options.progress = { bytes, _ in told.withLock { $0.append(bytes) } }
        let figures = try await Self.green.get().writeParquet(
            from: csv, to: folder.file("out.parquet"), provenance: provenance, options: options)
        #expect(figures.rows.read == 72_257)
        #expect(figures.rows.dropped == 283)
        #expect(figures.rows.blank == 29_030)
        #expect(figures.rows.kept == 71_974)
        #expect(figures.sourceSHA256 == expected.sha256)
        #expect(figures.drift.missing.isEmpty && figures.drift.new.isEmpty)
        #expect(told.withLock { $0.last } == figures.sourceBytes)
        let judgement = try ParquetJudge.judge(folder.file("out.parquet"))
        #expect(judgement.readers.count == 3)
        for (name, reader) in judgement.readers {
            #expect(reader.rows == 71_974, "\(name)")
            let total = try #require(reader.columns["total_amount"])
            #expect(abs((total.sum ?? 0) - 1_746_445.63) < 0.005, "\(name)")
            #expect(total.type == "double" && total.nulls == 0, "\(name)")
            #expect(reader.columns["passenger_count"]?.nulls == 29_030, "\(name)")
            #expect(reader.columns["passenger_count"]?.min == .number(1), "\(name)")
            #expect(reader.columns["VendorID"]?.type == "int64", "\(name)")
            #expect(reader.columns["trip_type"]?.nulls == 29_030, "\(name)")
            #expect(
                reader.columns["ehail_fee"]?.type == "double" && reader.columns["ehail_fee"]?.nulls == 71_974, "\(name)"
            )
            #expect(reader.columns["store_and_fwd_flag"]?.type == "text", "\(name)")
            #expect(reader.columns["lpep_pickup_datetime"]?.type == "timestamp", "\(name)")
            #expect(reader.columns["lpep_pickup_datetime"]?.min == .text("2009-01-01 01:32:48"), "\(name)")
            #expect(reader.columns["lpep_pickup_datetime"]?.max == .text("2020-08-01 00:01:06"), "\(name)")
            #expect(reader.columns["file_month"]?.type == "date", "\(name)")
            #expect(reader.columns["file_month"]?.min == .text("2020-07-01"), "\(name)")
            #expect(reader.columns["file_month"]?.max == .text("2020-07-01"), "\(name)")
            #expect(reader.columns.count == 21, "\(name)")
        }
        #expect(judgement.codecs == ["GZIP"])
        #expect(
            judgement.metadata.filter { $0.key.hasPrefix("orch.") } == [
                "orch.dataset": "green", "orch.file_month": "2020-07-01", "orch.source": "https://host/x.csv.gz",
                "orch.source_sha256": expected.sha256, "orch.run_id": "run-1",
                "orch.schema_version": TaxiDataset.schemaVersion,
            ])
    }

    @Test(
        .enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"),
        arguments: [
            ("green_tripdata_2020-04.csv.gz", TaxiColor.green), ("green_tripdata_2020-06.csv.gz", .green),
            ("green_tripdata_2020-09.csv.gz", .green), ("green_head99_2019-01.csv", .green),
            ("yellow_tripdata_2021-01_first22792.csv.gz", .yellow), ("yellow_head99_lf.csv", .yellow),
            ("yellow_head99_crlf.csv", .yellow), ("ge_yellow_10k_2018-11.csv.gz", .yellow),
            ("ge_yellow_10k_2019-07.csv.gz", .yellow), ("ge_yellow_10k_2020-05.csv.gz", .yellow),
            ("ge_yellow_1k_2021.csv", .yellow), ("yellow_tripdata_2021-01_us_dates.csv", .yellow),
            ("fhv_sample_2015-02_reindexed.csv", .fhv), ("fhvhv_sample.csv", .fhvhv),
        ]
    )
    func readsEveryRealFile(name: String, color: TaxiColor) async throws {
        let expected = try #require(try TestData.expectations()[name])
        let dataset = try TaxiDataset(color: color, year: 2020, month: 1)
        let folder = try TemporaryFolder()
        // They are of other months.
        var options = TripOptions.withoutEmptyTrips
        options.drift = .warn
        let figures = try await dataset.writeParquet(
            from: TestData.path(name), to: folder.file("out.parquet"), provenance: provenance, options: options)
        #expect(figures.rows.read == expected.rows)
        #expect(figures.rows.dropped == expected.passenger_count_zero ?? 0)
        #expect(figures.rows.blank == expected.columns?["passenger_count"]?.nulls ?? 0)
        if let kept = expected.rows_after_drop_zero_keep_null { #expect(figures.rows.kept == kept) }
        #expect(figures.sourceSHA256 == expected.sha256)
        #expect(try folder.names == ["out.parquet"])
        guard ParquetJudge.isAvailable, let cents = expected.total_amount_cents_after_drop_zero_keep_null else {
            return
        }
        for (reader, found) in try ParquetJudge.judge(folder.file("out.parquet")).readers {
            #expect(found.columns["total_amount"]?.sum.map { Int(($0 * 100).rounded()) } == cents, "\(reader)")
        }
    }

    @Test(
        .enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"),
        arguments: [
            ("damaged/accessdenied_xml_named.csv", TaxiColor.green, "an XML document"),
            ("damaged/gzip_bytes_named.csv", .green, "gzip data"), ("damaged/fhv_ragged.csv", .fhv, "line"),
        ]
    )
    func refusesWithAReason(name: String, color: TaxiColor, reason: String) async throws {
        let dataset = try TaxiDataset(color: color, year: 2020, month: 1)
        let folder = try TemporaryFolder()
        await #expect {
            _ = try await dataset.writeParquet(
                from: TestData.path(name), to: folder.file("out.parquet"), provenance: provenance
            )
        } throws: { error in
            guard case ETLError.unreadable(let file, let cause) = error else { return false }
            return file == Self.shown && cause is CSVError && "\(error)".contains(reason)
        }
        #expect(try folder.names.isEmpty)
    }

    @Test(
        .enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"),
        arguments: [
            ("green_tripdata_2020-04.csv.gz", TaxiColor.yellow, TaxiColor.green),
            ("fhvhv_sample.csv", .yellow, .fhvhv), ("green_tripdata_2021-01.parquet", .fhv, .green),
        ]
    )
    func refusesAnotherColour(name: String, color: TaxiColor, found: TaxiColor) async throws {
        let folder = try TemporaryFolder()
        await #expect {
            _ = try await TaxiDataset(color: color, year: 2020, month: 1).writeParquet(
                from: TestData.path(name), to: folder.file("out.parquet"), provenance: provenance)
        } throws: { error in
            guard case ETLError.anotherColor(Self.shown, color, found, _) = error else { return false }
            return true
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func keepsTheOldFileWhenTheNewOneFails() async throws {
        let folder = try TemporaryFolder()
        let old = try folder.write("old", as: "out.parquet")
        let csv = try folder.write(
            Self.header + "\r\n" + Self.row + "\r\n" + Self.row.dropLast(4) + "\r\n", as: "in.csv")
        await #expect {
            _ = try await Self.green.get().writeParquet(from: csv, to: old, provenance: provenance)
        } throws: { error in
            guard case ETLError.unreadable(Self.shown, let cause) = error,
                case CSVError.ragged(let at, 20, 18, _)? = cause as? CSVError
            else { return false }
            return at.line == 3
        }
        #expect(try folder.names == ["in.csv", "out.parquet"])
        #expect(FileManager.default.contents(atPath: old) == Data("old".utf8))
    }

    @Test func neverReplacesWhatItReads() async throws {
        let folder = try TemporaryFolder()
        let csv = try folder.write(Self.header + "\n" + Self.row, as: "in.csv")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: csv)
        for target in [csv, folder.file("link")] {
            await #expect {
                _ = try await Self.green.get().writeParquet(from: csv, to: target, provenance: provenance)
            } throws: { error in
                guard case ETLError.sourceIsTarget(target) = error else { return false }
                return true
            }
        }
        #expect(FileManager.default.contents(atPath: csv) == Data((Self.header + "\n" + Self.row).utf8))
    }

    @Test func writesTheSameBytesForTheSameInput() async throws {
        let folder = try TemporaryFolder()
        let csv = try folder.write(Self.header + "\n" + Self.row + "\n" + Self.row, as: "in.csv")
        for name in ["a", "b"] {
            let figures = try await Self.green.get().writeParquet(
                from: csv, to: folder.file(name), provenance: provenance)
            #expect(figures.rows.kept == 2)
            let size = try FileManager.default.attributesOfItem(atPath: folder.file(name))[.size] as? Int64
            #expect(figures.parquetBytes == size)
        }
        #expect(FileManager.default.contentsEqual(atPath: folder.file("a"), andPath: folder.file("b")))
    }

    @Test func aHeaderAloneIsRefusedAndReplacesNothing() async throws {
        let folder = try TemporaryFolder()
        let csv = try folder.write(Self.header + "\r\n", as: "in.csv")
        let out = try folder.write("a month of trips", as: "out")
        await #expect {
            _ = try await Self.green.get().writeParquet(from: csv, to: out, provenance: provenance)
        } throws: { error in
            guard case ETLError.noRows(Self.shown) = error else { return false }
            return true
        }
        #expect(FileManager.default.contents(atPath: out) == Data("a month of trips".utf8))
    }

    @Test func cancellingLeavesNothing() async throws {
        let folder = try TemporaryFolder()
        let rows = (0..<40_000).map { _ in Self.row }.joined(separator: "\n")
        let csv = try folder.write(Self.header + "\n" + rows, as: "in.csv")
        let dataset = try Self.green.get()
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)
        let provenance = provenance
        let out = folder.file("out.parquet")
        let conversion = Task {
            var options = TripOptions()
            options.progress = { _, _ in
                signal.yield()
                gate.wait()
            }
            return try await dataset.writeParquet(from: csv, to: out, provenance: provenance, options: options)
        }
        for await _ in started { break }
        conversion.cancel()
        for _ in 0..<10 { gate.signal() }
        await #expect(throws: CancellationError.self) { _ = try await conversion.value }
        #expect(try folder.names == ["in.csv"])
    }
}
