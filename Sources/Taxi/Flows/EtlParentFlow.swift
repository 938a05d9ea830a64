import Orch
import OrchBlocks
import OrchETL

/// Brings months from the web into the lake and on into the warehouse.
struct EtlParentFlow: Flow {
    static let name = "etl-parent-flow"
    static let summary = "Runs etl-web-to-gcs and etl-gcs-to-bq for each month."

    @Parameter(help: "Months of the trips.", each: 1...12) var months = [7]
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
    @Parameter(help: "The warehouse: a bigquery-warehouse block.", block: .bigQueryWarehouse) var warehouse = "zoom-bq"
    @Parameter(help: "What becomes of records that cannot be read: fail, reject (left out) or null.")
    var errors = BadRecordPolicy.fail
    @Parameter(help: "What becomes of a file with other columns than declared: evolve (take them), warn or fail.")
    var drift = DriftPolicy.evolve
    @Parameter(help: "What becomes of columns that the lake's dataset does not have yet: refuse, add or replace.")
    var evolution = SchemaEvolution.add
    @Parameter(help: "What becomes of the month's rows in the warehouse: replace_month, or append (once a source).")
    var mode = WriteMode.replaceMonth

    func run(_ context: FlowContext) async throws -> [EtlGcsToBq.Output] {
        // A warehouse that cannot be reached by name is better found out before the download.
        _ = try context.warehouse(warehouse)
        var loads: [EtlGcsToBq.Output] = []
        for month in months {
            _ = try await context.child(EtlWebToGcs.self) { flow in
                flow.month = month
                flow.year = year
                flow.color = color
                flow.source = source
                flow.lake = lake
                flow.errors = errors
                flow.drift = drift
                flow.evolution = evolution
            }
            let load = try await context.child(EtlGcsToBq.self) { flow in
                flow.month = month
                flow.year = year
                flow.color = color
                flow.lake = lake
                flow.warehouse = warehouse
                flow.mode = mode
            }
            loads.append(load)
        }
        return loads
    }
}
