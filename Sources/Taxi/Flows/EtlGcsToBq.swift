import Orch
import OrchBlocks
import OrchETL

/// Loads a month from the lake into the warehouse.
struct EtlGcsToBq: Flow {
    static let name = "etl-gcs-to-bq"
    static let summary = "Loads a month of taxi trips from the lake into BigQuery, in place of what was there of it."

    /// What was loaded.
    struct Output: Encodable, Sendable {
        var table: String
        var rows: Int64
    }

    @Parameter(help: "Month of the trips.", range: 1...12) var month = 7
    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2020
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.green
    @Parameter(help: "The lake: a gcs-bucket block, or file:///folder.", block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter(help: "The warehouse: a bigquery-warehouse block.", block: .bigQueryWarehouse) var warehouse = "zoom-bq"
    @Parameter(help: "What becomes of the month's rows that are there: replace_month, or append (once a source).")
    var mode = WriteMode.replaceMonth

    func run(_ context: FlowContext) async throws -> Output {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let (lake, warehouse) = (try context.lake(lake), try context.warehouse(warehouse))
        // No two loads may share a staging table, those of one task's attempts included.
        let run = context.runID.description.filter { $0 != "-" }
        var tries = 0
        let load = try await context.transientlyFailingTask("load") {
            tries += 1
            return try await warehouse.load(
                dataset, from: lake, mode: mode, suffix: "\(run)_\(context.attempt)_\(tries)")
        }
        if let notice = load.notice { context.logger.warning(notice) }
        context.tellOfColumns(load.columnsAdded, in: load.table)
        context.logger.info("\(load.table) holds \(load.rowsInMonth) rows of \(dataset)")
        context.metric("rows_loaded", Double(load.rowsInMonth))
        return Output(table: load.table, rows: load.rowsInMonth)
    }
}
