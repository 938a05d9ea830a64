import FoundationEssentials
import Orch
import OrchBlocks
import OrchETL

struct MonthlyTrips: GraphFlow {
    static let name = "monthly-trips"
    static let summary = "Downloads a month of trips with curl, and brings it into PostgreSQL."

    @Parameter(help: "The month, as 2021-01.", pattern: "^[0-9]{4}-[0-9]{2}$") var month = "2021-01"
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.yellow
    @Parameter(help: "Folder of the source.") var source = "https://example.com"
    @Parameter(help: "The database.", block: .postgres) var database = "postgres-connector"

    func graph() throws -> Graph {
        try Graph { g in
            let wget = g.node("wget", retries: 3, retryDelay: .exponential(from: .seconds(2))) { context in
                let name = "\(color)_tripdata_\(month).csv.gz"
                let file = try context.scratch.appending(path: name).path
                try await context.shell(ShellCommand(["curl", "-sSfL", "-o", file, "\(source)/\(name)"]))
                return file
            }
            let ingest = g.node("ingest") { context in
                guard let trips = TaxiDataset(fileName: try wget.output) else { throw NoSuchMonth(month: month) }
                let load = try await context.database(database).load(csv: wget.output, of: trips)
                context.metric("rows_loaded", load.rowsInserted)
            }
            wget >>> ingest
        }
    }
}

struct NoSuchMonth: Error, CustomStringConvertible {
    var month: String
    var description: String { "expected a month such as 2021-01, got \(month)" }
}

struct LakeAndTable: GraphFlow {
    static let name = "lake-and-table"
    static let summary = "Downloads a month, and brings it into the lake and into PostgreSQL side by side."

    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2021
    @Parameter(help: "Month of the year.", range: 1...12) var month = 1
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.yellow
    @Parameter(help: "Folder of the source.") var source = "https://example.com"
    @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter(help: "The database; empty: none.") var database = "postgres-connector"

    func graph() throws -> Graph {
        try Graph { g in
            let download = g.node("download", retries: 3) { context in
                let trips = try TaxiDataset(color: color, year: year, month: month)
                let file = try context.scratch.appending(path: "\(trips.fileStem).csv.gz").path
                _ = try await WebSource(url: "\(source)/\(trips.fileStem).csv.gz").download(to: file)
                return (trips: trips, file: file)
            }
            let parquetize = g.node("parquetize") { context in
                let (trips, file) = try download.output
                let parquet = try context.scratch.appending(path: "\(trips.fileStem).parquet").path
                let provenance = Provenance(source: source, runID: context.runID.description)
                _ = try await trips.writeParquet(from: file, to: parquet, provenance: provenance)
                return parquet
            }
            let upload = g.node("upload") { context in
                let facts = LakeFacts(source: source, runID: context.runID.description)
                let trips = try download.output.trips
                return try await context.lake(lake).write(file: parquetize.output, of: trips, facts: facts).uri
            }
            let hasDatabase = g.shortCircuit("has-database") { _ in !database.isEmpty }
            let ingest = g.node("ingest") { context in
                let (trips, file) = try download.output
                return try await context.database(database).load(csv: file, of: trips).rowsInserted
            }
            let report = g.node("report", trigger: .allDone) { context in
                context.logger.info("\(color) \(year)-\(month) is through")
            }
            download >>> parquetize >>> upload >>> report
            download >>> hasDatabase >>> ingest >>> report
        }
    }
}
