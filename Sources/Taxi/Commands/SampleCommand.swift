import ArgumentParser
import FoundationEssentials
import OrchETL

/// Writes an invented month, for a demo with no network, for tests and for benchmarks.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Write an invented month of trips in the shape of the published files.",
        discussion: """
            The same month always gives the same bytes.

            Examples:
              taxi sample --color green --year 2020 --month 7
              taxi sample --color yellow --year 2021 --month 1 --rows 1000 --out /tmp/yellow.csv
            """
    )

    @Option(help: "yellow, green, fhv or fhvhv.", completion: .list(TaxiColor.allCases.map(\.rawValue)))
    var color = TaxiColor.green.rawValue

    @Option(help: "The year, from 2009 on.") var year = 2020

    @Option(help: "The month, from 1 to 12.") var month = 7

    @Option(help: "How many rows; as many as the month really had, about, where none is given.") var rows: Int?

    @Option(
        help: ArgumentHelp(
            "The file, gzip where it ends in .gz; or a folder for a file named as the published ones are.",
            valueName: "file or folder"))
    var out = "."

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
        let path = Self.path(out, color: color, month: fileMonth)
        let count = try SampleGenerator.write(color: color, year: year, month: month, rows: rows, to: path)
        print("\(path): \(count) rows")
    }

    /// The file meant by `--out`: in a folder, one named as the published files are.
    static func path(_ out: String, color: String, month: FileMonth) -> String {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: out, isDirectory: &isFolder)
        guard out.hasSuffix("/") || (exists && isFolder) else { return out }
        return out + (out.hasSuffix("/") ? "" : "/") + "\(color)_tripdata_\(month).csv.gz"
    }
}
