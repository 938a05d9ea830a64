import ArgumentParser
import OrchETL

/// Writes an invented month, for a demo with no network, for tests and for benchmarks.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Write an invented month of trips in the shape of the published files.",
        discussion: "The same month always gives the same bytes."
    )

    @Option(help: "yellow, green, fhv or fhvhv.", completion: .list(TaxiColor.allCases.map(\.rawValue)))
    var color = TaxiColor.green.rawValue

    @Option(help: "The year, from 2009 on.") var year = 2020

    @Option(help: "The month, from 1 to 12.") var month = 7

    @Option(help: "How many rows; as many as the month really had, about, where none is given.") var rows: Int?

    @Option(
        help: ArgumentHelp(
            "The file; gzip where it ends in .gz. Default: COLOR_tripdata_YEAR-MONTH.csv.gz", valueName: "file"))
    var out: String?

    func validate() throws {
        guard TaxiColor(rawValue: color) != nil else {
            let colors = TaxiColor.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--color: expected one of \(colors), got \"\(color)\"")
        }
        if let rows, rows < 0 { throw ValidationError("--rows: expected 0 or more, got \(rows)") }
        do {
            _ = try FileMonth(year: year, month: month)
        } catch {
            throw ValidationError(String(describing: error))
        }
    }

    func run() throws {
        let fileMonth = try FileMonth(year: year, month: month)
        let path = out ?? "\(color)_tripdata_\(fileMonth).csv.gz"
        let count = try SampleGenerator.write(color: color, year: year, month: month, rows: rows, to: path)
        print("\(path): \(count) rows")
    }
}
