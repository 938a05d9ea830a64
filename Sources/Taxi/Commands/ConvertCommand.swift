import ArgumentParser
import OrchETL

/// Makes a Parquet file of a file of trips, as the flows do.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make a Parquet file of a file of trips.",
        discussion: """
            Reads CSV, gzip (.gz) or Parquet (.parquet) of any year; the columns are those declared for the month.

            Examples:
              taxi convert green_tripdata_2020-07.csv.gz green_tripdata_2020-07.parquet
              taxi convert trips.csv out.parquet --color yellow --year 2021 --month 1 --drop-empty-trips
              taxi convert fhv_tripdata_2015-02.csv out.parquet --bad-records reject --rejects rejects.csv
            """
    )

    @Argument(help: "The file to read.", completion: .file()) var source: String
    @Argument(help: "The Parquet file to write; one that is there is replaced.", completion: .file()) var target: String
    @OptionGroup var dataset: DatasetOptions
    @OptionGroup var reading: ReadingOptions
    @Flag(help: "Leave trips without passengers out.") var dropEmptyTrips = false
    @Option(help: "gzip, snappy, zstd or none. Defaults to gzip.") var codec = "gzip"

    func validate() throws {
        guard !source.isEmpty, !target.isEmpty else {
            throw ValidationError("expected two files' names, got an empty one")
        }
        guard ParquetCodec(rawValue: codec) != nil else {
            let codecs = ParquetCodec.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--codec: expected one of \(codecs), got \"\(codec)\"")
        }
        try dataset.check(source)
    }

    func run() async throws {
        let dataset = try dataset.dataset(of: source)
        var options = reading.options
        options.dropsEmptyTrips = dropEmptyTrips
        let figures = try await dataset.writeParquet(
            from: source, to: target, provenance: Provenance(source: source, runID: "taxi convert"), options: options,
            codec: ParquetCodec(rawValue: codec) ?? .gzip)
        ReadingOptions.tell(of: figures.drift)
        print(
            "\(target): \(figures.rows.kept) rows of \(dataset), \(figures.parquetBytes) bytes; \(figures.rows.read) read, "
                + "\(figures.rows.dropped) without passengers left out, \(figures.rejectedRecords) rejected")
    }
}
