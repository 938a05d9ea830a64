import FoundationEssentials
import Orch
import OrchBlocks
import OrchETL

/// Brings a month from the web into the lake as Parquet.
struct EtlWebToGcs: Flow {
    static let name = "etl-web-to-gcs"
    static let summary = "Downloads a month of taxi trips, drops those without passengers, writes Parquet to the lake."

    /// What was written.
    struct Output: Encodable, Sendable {
        var object: String
        var bytes: Int64
        var rowsRead: Int
        var rowsDropped: Int
        var rowsRejected: Int
        var rowsWritten: Int
        var drift: DriftReport
    }

    @Parameter(help: "Month of the trips.", range: 1...12) var month = 7
    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2020
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.green
    @Parameter(
        help: """
            URL template of the source, such as https://host/{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv.gz; null: \
            TAXI_SOURCE if set, else the course's release.
            """,
        isTemplate: true)
    var source: String? = nil
    @Parameter(help: "The lake: a gcs-bucket block, or file:///folder.", block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter(help: "What becomes of records that cannot be read: fail, reject (left out) or null.")
    var errors = BadRecordPolicy.fail
    @Parameter(help: "What becomes of a file with other columns than declared: evolve (take them), warn or fail.")
    var drift = DriftPolicy.evolve
    @Parameter(help: "What becomes of columns that the lake's dataset does not have yet: refuse, add or replace.")
    var evolution = SchemaEvolution.add

    func run(_ context: FlowContext) async throws -> Output {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let lake = try context.lake(lake)
        let download = try await context.extract(dataset, from: source)
        // Under a name of its own: the download may be a Parquet file too.
        let parquet = GrowingParquet(try context.scratch.appending(path: "lake/\(dataset.fileStem).parquet").path)
        // What is there of the file is sent while the rest of it is made.
        async let loading = load(parquet, of: download, dataset, to: lake, context)
        let figures: ConversionFigures
        do {
            figures = try await context.keepingRejectsOfRefusal(Self.rejects(of: download), of: dataset, in: lake) {
                try await transform(download, dataset, to: parquet, in: lake, context)
            }
        } catch {
            // It fails of the same; left to itself, it would be called cancelled.
            _ = try? await loading
            throw error
        }
        let asset = try await loading
        for change in asset.schemaChanges { context.logger.warning("The dataset \(asset.dataset) changed: \(change)") }
        context.asset(AssetRecord(asset))
        context.metric("parquet_bytes", Double(asset.bytes))
        return Output(
            object: asset.uri, bytes: asset.bytes, rowsRead: figures.rows.read, rowsDropped: figures.rows.dropped,
            rowsRejected: figures.rejectedRecords, rowsWritten: figures.rows.kept, drift: figures.drift)
    }

    private func transform(
        _ download: WebSource.Download, _ dataset: TaxiDataset, to parquet: GrowingParquet, in lake: LakeSink,
        _ context: FlowContext
    ) async throws -> ConversionFigures {
        try await context.task("transform") {
            let provenance = Provenance(source: download.source, runID: context.runID.description)
            var options = TripOptions.withoutEmptyTrips
            options.badRecords = errors
            options.rejects = Self.rejects(of: download)
            options.shownRejects = try FlowContext.placeOfRefusal(dataset, in: lake)
            options.drift = drift
            let figures = try await dataset.writeParquet(
                from: download.path, to: parquet, provenance: provenance, options: options)
            let rows = figures.rows
            context.logger.info(
                "\(rows.read) rows read, \(rows.dropped) without passengers dropped, \(rows.kept) kept, "
                    + "of which \(rows.blank) do not say how many passengers they had")
            context.tell(of: figures.drift)
            context.metric("rows_read", rows.read)
            context.metric("rows_dropped", rows.dropped)
            context.metric("rows_written", rows.kept)
            return figures
        }
    }

    private func load(
        _ parquet: GrowingParquet, of download: WebSource.Download, _ dataset: TaxiDataset, to lake: LakeSink,
        _ context: FlowContext
    ) async throws -> LakeAsset {
        try await context.transientlyFailingTask("load") {
            let facts = LakeFacts(source: download.source, runID: context.runID.description, month: dataset.month)
            let asset = try await lake.write(parquet, of: dataset, facts: facts, evolution: evolution)
            try await context.keepRejects(Self.rejects(of: download), of: dataset, in: lake)
            return asset
        }
    }

    /// Where the records that are left out lie until they are in the lake.
    private static func rejects(of download: WebSource.Download) -> String { download.path + ".rejects.csv" }
}
