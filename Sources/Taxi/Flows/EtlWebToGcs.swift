import FoundationEssentials
import Orch
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
        var rowsWritten: Int
    }

    @Parameter(help: "Month of the trips.", range: 1...12) var month = 7
    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2020
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.green
    @Parameter(help: "URL template of the source; null: TAXI_SOURCE if set, else the course's release.")
    var source: String? = nil
    @Parameter(help: "The lake: a gcs-bucket block, or file:///folder.", block: .gcsBucket) var lake = "zoom-gcs"

    func run(_ context: FlowContext) async throws -> Output {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let lake = try context.lake(lake)
        let download = try await context.extract(dataset, from: source)
        let parquet = try context.scratch.appending(path: "\(dataset.fileStem).parquet").path
        let figures = try await transform(download, dataset, to: parquet, context)
        let object = try await context.transientlyFailingTask("load") {
            let object = try await lake.write(file: parquet, as: dataset.lakeObject)
            context.logger.info("Wrote \(object.uri), \(object.bytes) bytes")
            return object
        }
        context.metric("parquet_bytes", Double(object.bytes))
        return Output(
            object: object.uri, bytes: object.bytes, rowsRead: figures.rows.read, rowsDropped: figures.rows.dropped,
            rowsWritten: figures.rows.kept)
    }

    private func transform(
        _ download: WebSource.Download, _ dataset: TaxiDataset, to path: String, _ context: FlowContext
    ) async throws -> ConversionFigures {
        try await context.task("transform") {
            let provenance = Provenance(source: download.source, runID: context.runID.description)
            let figures = try await dataset.csvToParquet(from: download.path, to: path, provenance: provenance)
            let rows = figures.rows
            context.logger.info(
                "\(rows.read) rows read, \(rows.dropped) without passengers dropped, \(rows.kept) kept, "
                    + "of which \(rows.blank) do not say how many passengers they had")
            context.warn(missing: figures.missingColumns, unknown: figures.unknownColumns)
            context.metric("rows_read", rows.read)
            context.metric("rows_dropped", rows.dropped)
            context.metric("rows_written", rows.kept)
            return figures
        }
    }
}
