import Orch
import OrchBlocks
import OrchETL

/// Brings a month from the web into PostgreSQL, all its rows as they are.
struct IngestPostgres: Flow {
    static let name = "ingest-postgres"
    static let summary =
        "Downloads a month of taxi trips and copies it into PostgreSQL, in place of what was there of it."

    /// What was loaded.
    struct Output: Encodable, Sendable {
        var table: String
        var rowsRead: Int
        var rowsReplaced: Int
        var rowsInserted: Int
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
    @Parameter(help: "The database: a postgres block, or a postgresql:// URL.", block: .postgres)
    var database = "postgres-connector"
    @Parameter(help: "What becomes of the month's rows that are there: replace_month, or append (once a source).")
    var mode = WriteMode.replaceMonth
    @Parameter(help: "What becomes of records that cannot be read: fail, reject (left out and counted) or null.")
    var errors = BadRecordPolicy.fail
    @Parameter(
        help:
            "The lake that keeps the records left out: a gcs-bucket block, or file:///folder; null: the log shows some.",
        block: .gcsBucket)
    var rejects: String? = nil
    @Parameter(help: "What becomes of a file with other columns than declared: evolve (take them), warn or fail.")
    var drift = DriftPolicy.evolve

    func run(_ context: FlowContext) async throws -> Output {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let (database, lake) = (try context.database(database), try rejects.map { try context.lake($0) })
        let download = try await context.extract(dataset, from: source)
        var options = TripOptions()
        options.badRecords = errors
        options.drift = drift
        let path = download.path + ".rejects.csv"
        options.rejects = path
        options.shownRejects = try FlowContext.placeOfRefusal(dataset, in: lake)
        let file = TripFile(download.path, shown: download.source, of: dataset, options: options)
        let load = try await context.keepingRejectsOfRefusal(path, of: dataset, in: lake) {
            try await context.transientlyFailingTask("load") {
                try await database.load(file, mode: mode, run: context.runID.description)
            }
        }
        if load.notice == nil { try await context.keepRejects(path, of: dataset, in: lake) }
        if let notice = load.notice { context.logger.warning(notice) }
        context.tellOfColumns(load.columnsAdded, in: load.table)
        if let drift = load.drift { context.tell(of: drift) }
        context.logger.info("\(load.summary(of: dataset, mode))")
        context.metric("rows_loaded", load.rowsInserted)
        return Output(
            table: load.table, rowsRead: load.rowsRead, rowsReplaced: load.rowsReplaced,
            rowsInserted: load.rowsInserted)
    }
}
