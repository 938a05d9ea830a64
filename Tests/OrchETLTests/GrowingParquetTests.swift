import Foundation
import GoogleCloud
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

/// A month's file that goes into a lake while it is made.
@Suite(.timeLimit(.minutes(15)))
struct GrowingParquetTests {
    private static let header =
        "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,"
        + "PULocationID,DOLocationID,passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,"
        + "ehail_fee,improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge\n"
    private static let row =
        "2,2020-07-01 00:05:18,2020-07-01 00:22:07,N,1,134,35,2,6.38,20.5,0.5,0.5,0,0,,0.3,21.8,2,1,0\n"

    private let month = Result { try TaxiDataset(color: .green, year: 2020, month: 7) }
    private let facts = LakeFacts(source: "https://host/x.csv", runID: "run-1")

    /// Converts a file and writes it to a lake, both at once.
    private func load(
        _ source: String, _ lake: LakeSink, _ folder: TemporaryFolder, options: TripOptions = TripOptions(),
        evolution: SchemaEvolution = .add
    ) async throws -> (figures: Result<ConversionFigures, any Error>, asset: Result<LakeAsset, any Error>) {
        let month = try month.get()
        let parquet = GrowingParquet(folder.file("scratch/out.parquet"))
        let writing = Task { try await lake.write(parquet, of: month, facts: facts, evolution: evolution) }
        let converting = Task {
            try await month.writeParquet(
                from: source, to: parquet, provenance: Provenance(source: source, runID: "run-1"), options: options)
        }
        return (await converting.result, await writing.result)
    }

    private static let binaryLakes = LakeKind.all.filter { $0.name != "bucket" }

    @Test(arguments: binaryLakes)
    func theObjectIsTheFileAndKnowsItsFacts(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let source = try folder.write(Self.header + String(repeating: Self.row, count: 500), as: "x.csv")
            let (converted, written) = try await load(source, lake, folder)
            let (figures, asset) = (try converted.get(), try written.get())
            #expect(asset.uri == "\(lake.uri)/data/green/green_tripdata_2020-07.parquet")
            #expect(asset.bytes == figures.parquetBytes && asset.facts.rows == 500)
            #expect(asset.facts.sourceSHA256 == figures.sourceSHA256)
            #expect(asset.facts.month == (try month.get().month))
            #expect(asset.schemaVersion == 1 && asset.columns.last?.name == "file_month")
            let copy = folder.file("copy.parquet")
            #expect(try await lake.read(try month.get().lakeObject, to: copy) == asset.bytes)
            #expect(try await FileDigest.sha256(of: copy) == asset.sha256)
            // The same bytes as without a lake.
            let alone = folder.file("alone.parquet")
            _ = try await month.get().writeParquet(
                from: source, to: alone, provenance: Provenance(source: source, runID: "run-1"))
            #expect(try await FileDigest.sha256(of: alone) == asset.sha256)
        }
    }

    /// More than two chunks, of which the emulator is sent the first ones without their end.
    @Test(arguments: binaryLakes)
    func aLargeFileArrivesWhole(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let month = try month.get()
            let parquet = GrowingParquet(folder.file("out.parquet"))
            let writing = Task { try await lake.write(parquet, of: month, facts: facts) }
            try parquet.begin(month.tableSchema)
            for number in UInt8(0)..<20 {
                try parquet.append([[UInt8](repeating: number, count: 1 << 20), [1, 2, number]])
                await Task.yield()
            }
            parquet.finish(try await Self.someFigures(in: folder))
            let asset = try await writing.value
            #expect(asset.bytes == 20 * ((1 << 20) + 3))
            let copy = folder.file("copy")
            _ = try await lake.read(month.lakeObject, to: copy)
            #expect(FileManager.default.contentsEqual(atPath: copy, andPath: parquet.path))
            #expect(try await FileDigest.sha256(of: copy) == asset.sha256)
        }
    }

    @Test(arguments: LakeKind.all)
    func aFileThatIsRefusedLeavesNoObject(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            // The second half of the month is not of this month, and that is known only at the end.
            let bad =
                String(repeating: Self.row, count: 2000) + "2,not a time" + String(repeating: ",", count: 18) + "\n"
            let source = try folder.write(Self.header + bad, as: "x.csv")
            let (converted, written) = try await load(source, lake, folder)
            #expect(throws: ETLError.self) { try converted.get() }
            // Those who send it are told the same.
            #expect {
                try written.get()
            } throws: { error in
                if case ETLError.unreadable(source, _) = error { true } else { false }
            }
            #expect(try await lake.list().isEmpty)
            #expect(try await lake.dataset("green") == nil)
        }
    }

    @Test(arguments: binaryLakes)
    func aSchemaThatDoesNotFitIsRefusedBeforeAnythingIsSent(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let file = try folder.write("first", as: "in")
            _ = try await lake.write(
                file: file, as: "data/green/a.parquet", of: "green",
                schema: TableSchema([ColumnDefinition("VendorID", .text)]), facts: LakeFacts())
            let source = try folder.write(Self.header + Self.row, as: "x.csv")
            let (converted, written) = try await load(source, lake, folder)
            #expect(try converted.get().rows.kept == 1)
            #expect {
                try written.get()
            } throws: { error in
                guard case ETLError.schemaBreak(dataset: "green", _, _, _, isWritten: false) = error else {
                    return false
                }
                return true
            }
            #expect(try await lake.list().map(\.object) == ["data/green/a.parquet"])
        }
    }

    @Test(arguments: binaryLakes)
    func cancellationLeavesNoObjectAndNoFile(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let path = folder.file("scratch/out.parquet")
            try await {
                let month = try month.get()
                let parquet = GrowingParquet(path)
                let writing = Task { try await lake.write(parquet, of: month, facts: facts) }
                try parquet.begin(month.tableSchema)
                try parquet.append([[UInt8](repeating: 7, count: 17 << 20)])
                try await parquet.file.beginning()
                #expect(FileManager.default.fileExists(atPath: path))
                writing.cancel()
                await #expect(throws: CancellationError.self) { try await writing.value }
            }()
            #expect(try await lake.list().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    /// Figures of some conversion.
    private static func someFigures(in folder: TemporaryFolder) async throws -> ConversionFigures {
        let source = try folder.write(header + row, as: "some.csv")
        return try await TaxiDataset(color: .green, year: 2020, month: 7).writeParquet(
            from: source, to: folder.file("some.parquet"), provenance: Provenance(source: source, runID: "run-1"))
    }
}
