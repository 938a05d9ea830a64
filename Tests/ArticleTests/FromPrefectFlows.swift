import FoundationEssentials
import Orch
import OrchBlocks
import OrchETL

struct IngestFlow: Flow {
    static let name = "ingest-flow"
    static let summary = "Brings a month of yellow trips into PostgreSQL."

    @Parameter(help: "Where the month is.") var url = "https://example.com/yellow_tripdata_2021-01.csv.gz"
    @Parameter(help: "The database.", block: .postgres) var database = "postgres-connector"
    @Parameter(help: "The table.") var table = "yellow_taxi_trips"

    func run(_ context: FlowContext) async throws -> Int {
        let month = try TaxiDataset(color: .yellow, year: 2021, month: 1)
        try await context.child(LogSubflow.self) { $0.table = table }
        let file = try context.scratch.appending(path: "\(month.fileStem).csv.gz").path
        try await context.task("extract", retries: 3, retryDelay: .exponential(from: .seconds(2))) {
            let download = try await WebSource(url: url).download(to: file)
            context.logger.info("\(download.bytes) bytes, SHA-256 \(download.sha256)")
        }
        return try await context.task("load") {
            let load = try await context.database(database, table: table).load(csv: file, of: month)
            context.logger.info("\(load.rowsInserted) rows in place of \(load.rowsReplaced)")
            return load.rowsInserted
        }
    }
}

struct LogSubflow: Flow {
    static let name = "subflow"
    @Parameter(help: "The table.") var table = ""

    func run(_ context: FlowContext) async throws {
        context.logger.info("Logging the subflow for \(table)")
    }
}

struct WebToGcs: Flow {
    static let name = "etl-web-to-gcs"
    static let summary = "Brings a month from the web into the lake as Parquet."

    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2020
    @Parameter(help: "Month of the year.", range: 1...12) var month = 1
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.green
    @Parameter(help: "Folder of the source.") var source = "https://example.com"
    @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"

    func run(_ context: FlowContext) async throws -> String {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let url = "\(source)/\(dataset.fileStem).csv.gz"
        let file = try context.scratch.appending(path: "\(dataset.fileStem).csv.gz").path
        let parquet = try context.scratch.appending(path: "\(dataset.fileStem).parquet").path

        try await context.task("fetch", retries: 3) {
            _ = try await WebSource(url: url).download(to: file)
        }
        let rows = try await context.task("transform") {
            let provenance = Provenance(source: url, runID: context.runID.description)
            let figures = try await dataset.writeParquet(
                from: file, to: parquet, provenance: provenance, options: .withoutEmptyTrips)
            context.logger.info("\(figures.rows.read) rows before, \(figures.rows.kept) after")
            return figures.rows.kept
        }
        return try await context.task("write_gcs") {
            let facts = LakeFacts(rows: Int64(rows), source: url, runID: context.runID.description)
            return try await context.lake(lake).write(file: parquet, of: dataset, facts: facts).uri
        }
    }
}

struct GcsToBq: Flow {
    static let name = "etl-gcs-to-bq"
    static let summary = "Loads a month from the lake into BigQuery, in place of what was there of it."

    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2020
    @Parameter(help: "Month of the year.", range: 1...12) var month = 1
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.green
    @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter(help: "The warehouse.", block: .bigQueryWarehouse) var warehouse = "zoom-bq"

    func run(_ context: FlowContext) async throws -> Int64 {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        return try await context.task("write_bq", retries: 3, retryOn: TransientFailure.isTransient) {
            try await context.warehouse(warehouse).load(dataset, from: context.lake(lake)).rowsInMonth
        }
    }
}

struct ParentFlow: Flow {
    static let name = "etl-parent-flow"

    @Parameter(help: "Months of the year.", each: 1...12) var months = [1, 2]
    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2021
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.yellow
    @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter(help: "Folder of the source.") var source = "https://example.com"
    @Parameter(help: "The warehouse; empty: none.") var warehouse = "zoom-bq"

    func run(_ context: FlowContext) async throws -> [String] {
        var written: [String] = []
        for month in months {
            let object = try await context.child(WebToGcs.self) { flow in
                (flow.year, flow.month, flow.color) = (year, month, color)
                (flow.lake, flow.source) = (lake, source)
            }
            written.append(object)
            guard !warehouse.isEmpty else { continue }
            _ = try await context.child(GcsToBq.self) { flow in
                (flow.year, flow.month, flow.color) = (year, month, color)
                (flow.lake, flow.warehouse) = (lake, warehouse)
            }
        }
        return written
    }
}
