import ArgumentParser
import FoundationEssentials
import OrchETL

/// Loads a file of trips into PostgreSQL, as the flow does.
struct LoadCommand: AsyncParsableCommand {
    /// The variable that names the database, so that no password need stand on the command line.
    static let variable = "TAXI_DATABASE_URL"

    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a file of trips into PostgreSQL, in place of the same month's rows.",
        discussion: """
            A password does not belong on a command line, where every user of the machine sees it: put it into \
            ~/.pgpass or PGPASSWORD, or the whole address into TAXI_DATABASE_URL.

            Examples:
              taxi load green_tripdata_2020-07.csv.gz --to postgresql://me@localhost:5432/ny_taxi
              taxi load trips.parquet --color yellow --year 2021 --month 1 --mode append
            """
    )

    @Argument(help: "The file: CSV, gzip (.gz) or Parquet (.parquet).", completion: .file()) var source: String
    @Option(
        help: ArgumentHelp("The database. Defaults to TAXI_DATABASE_URL.", valueName: "postgresql://user@host/database")
    )
    var to: String?
    @Option(help: "The table. Defaults to the colour's: green_taxi_trips.") var table: String?
    @Option(
        help: "What becomes of the month's rows that are there: replace_month, or append (once a source).",
        completion: .list(WriteMode.allCases.map(\.rawValue)))
    var mode = WriteMode.replaceMonth
    @OptionGroup var dataset: DatasetOptions
    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        if source.isEmpty { throw ValidationError("expected a file's name, got an empty one") }
        if table == "" { throw ValidationError("--table: expected a table's name, got an empty one") }
        try dataset.check(source)
        _ = try database()
    }

    func run() async throws {
        let dataset = try dataset.dataset(of: source)
        let sink = try PostgresSink(url: try database(), table: table)
        let load = try await sink.load(TripFile(source, of: dataset, options: reading.options), mode: mode)
        if let drift = load.drift { ReadingOptions.tell(of: drift) }
        if !load.columnsAdded.isEmpty {
            StandardError.say("warning: \(load.table) got the columns \(load.columnsAdded.joined(separator: ", "))")
        }
        print(load.notice ?? load.summary(of: dataset, mode))
    }

    private func database() throws -> String {
        guard let url = to ?? ProcessInfo.processInfo.environment[Self.variable], !url.isEmpty else {
            throw ValidationError("no database: give --to, or set \(Self.variable)")
        }
        return url
    }
}
