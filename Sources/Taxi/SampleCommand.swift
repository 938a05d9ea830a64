import ArgumentParser
import FoundationEssentials

/// `taxi sample`: makes up a month of trips in the true shape, for a demo without a network and for tests.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Makes up a month of taxi trips: the columns, formats and oddities of the real files.",
        discussion: """
            The same arguments give the same bytes.

            Examples:
              taxi sample --color green --year 2020 --month 7
              taxi sample --color yellow --year 2021 --month 1 --rows 1000 --out /tmp/yellow.csv
            """)

    @Option(help: "yellow, green, fhv or fhvhv.") var color = "green"
    @Option(help: "The year.") var year = 2020
    @Option(help: "The month, 1 to 12.") var month = 7
    @Option(help: "Rows. Defaults to what such a month has.") var rows: Int?
    @Option(help: "The file (.gz = compressed), or a folder for one named as the real files are. Defaults to the current folder.")
    var out = "."

    func run() throws {
        let path = Self.path(out: out, color: color, year: year, month: month)
        let written = try SampleGenerator.write(color: color, year: year, month: month, rows: rows, to: path)
        print("\(path): \(written) rows")
    }

    /// The file meant by `--out`: a folder gets a file named as the real ones are.
    static func path(out: String, color: String, year: Int, month: Int) -> String {
        var isFolder: Bool = false
        let exists = FileManager.default.fileExists(atPath: out, isDirectory: &isFolder)
        guard out.hasSuffix("/") || (exists && isFolder) else { return out }
        let number = month < 10 ? "0\(month)" : "\(month)"
        return (out.hasSuffix("/") ? out : out + "/") + "\(color)_tripdata_\(year)-\(number).csv.gz"
    }
}
