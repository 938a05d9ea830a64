import FoundationEssentials
import Orch
import OrchBlocks
import OrchETL

struct LoadApiData: Flow {
    static let name = "api-to-postgres"
    static let summary = "A loader, a transformer and an exporter."

    @Parameter(help: "Year of the trips.", range: 2009...) var year = 2021
    @Parameter(help: "Month of the year.", range: 1...12) var month = 1
    @Parameter(help: "Colour of the taxis.") var color = TaxiColor.yellow
    @Parameter(help: "Folder of the source.") var source = "https://example.com"
    @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"

    func run(_ context: FlowContext) async throws -> String {
        let trips = try TaxiDataset(color: color, year: year, month: month)
        let csv = try await context.task(Self.loader, Source(trips: trips, url: "\(source)/\(trips.fileStem).csv.gz"))
        let parquet = try await context.task(Self.transformer, Table(trips: trips, path: csv))
        return try await context.task("data_exporter") {
            try await context.lake(lake).write(file: parquet.path, of: trips, facts: LakeFacts(source: source)).uri
        }
    }

    struct Source: Sendable {
        var trips: TaxiDataset
        var url: String
    }

    struct Table: Sendable {
        var trips: TaxiDataset
        var path: String
    }

    static let loader = FlowTask(TaskOptions("data_loader", retries: 3)) { (context: FlowContext, source: Source) in
        let file = try context.scratch.appending(path: "\(source.trips.fileStem).csv.gz").path
        return try await WebSource(url: source.url).download(to: file).path
    }

    static let transformer = FlowTask(TaskOptions("transformer")) { (context: FlowContext, csv: Table) in
        let file = try context.scratch.appending(path: "\(csv.trips.fileStem).parquet").path
        let provenance = Provenance(source: csv.path, runID: context.runID.description)
        let figures = try await csv.trips.writeParquet(
            from: csv.path, to: file, provenance: provenance, options: .withoutEmptyTrips)
        // Mage's @test: what must hold of a block's output, or the run ends here.
        guard figures.rows.kept > 0 else { throw EmptyOutput(block: "transformer") }
        return Table(trips: csv.trips, path: file)
    }
}

struct EmptyOutput: Error, CustomStringConvertible {
    var block: String
    var description: String { "the output of \(block) is empty" }
}
