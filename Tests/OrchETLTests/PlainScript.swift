// The example of docs/etl.md, word for word: a test compares the two, another runs it.
import OrchETL

enum PlainScript {
    /// Brings a month from the web into a lake on this disk, and into PostgreSQL where a database is named.
    static func run(source: String, lake folder: String, database: String?) async throws -> [String] {
        let month = try TaxiDataset(color: .green, year: 2020, month: 7)
        let (file, parquet) = ("\(folder)/tmp/\(month.fileStem).csv.gz", "\(folder)/tmp/\(month.fileStem).parquet")
        var said: [String] = []

        let download = try await WebSource(url: source).download(to: file)
        said.append("\(download.bytes) bytes, SHA-256 \(download.sha256)")

        var options = TripOptions.withoutEmptyTrips
        options.badRecords = .reject
        options.rejects = "\(folder)/tmp/rejects.csv"
        let figures = try await month.writeParquet(
            from: file, to: parquet, provenance: Provenance(source: source, runID: "by hand"), options: options)
        said += figures.drift.summary
        said.append("\(figures.rows.kept) of \(figures.rows.read) rows, \(figures.rejectedRecords) rejected")

        let lake = try LakeSink(url: "file://\(folder)")
        let facts = LakeFacts(
            rows: Int64(figures.rows.kept), source: source, sourceSHA256: figures.sourceSHA256, runID: "by hand")
        said.append(try await lake.write(file: parquet, of: month, facts: facts).uri)

        if let database {
            let load = try await PostgresSink(url: database).load(csv: file, of: month)
            said.append("\(load.table): \(load.rowsInserted) rows in place of \(load.rowsReplaced)")
        }
        return said
    }
}
