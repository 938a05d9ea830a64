import Orch
import OrchBlocks
import OrchETL

/// Brings one month the whole way. This is what the deployment `docker-flow` runs.
struct ParentFlowRunner: Flow {
    static let name = "parent_flow_runner"
    static let summary = "Runs etl-parent-flow for one month."

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
        try await context.child(EtlParentFlow.self) { flow in
            flow.months = [month]
            flow.year = year
            flow.color = color
            flow.source = source
            flow.lake = lake
            flow.warehouse = warehouse
            flow.errors = errors
            flow.drift = drift
            flow.evolution = evolution
            flow.mode = mode
        }
    }
}
