import ArgumentParser
import FoundationEssentials
import Glibc
import OrchETL

/// Which month of which colour a file holds: said on the command line, else read off the file's name.
struct DatasetOptions: ParsableArguments {
    @Option(
        help: "yellow, green, fhv or fhvhv. Defaults to what the file's name says.",
        completion: .list(TaxiColor.allCases.map(\.rawValue)))
    var color: String?

    @Option(help: "The year, from 2009 on. Defaults to what the file's name says.") var year: Int?

    @Option(help: "The month, from 1 to 12. Defaults to what the file's name says.") var month: Int?

    func validate() throws {
        guard let color, TaxiColor(rawValue: color) == nil else { return }
        let colors = TaxiColor.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--color: expected one of \(colors), got \"\(color)\"")
    }

    /// Makes sure that the month of the file at a path is known. To be called where the command line is validated, so
    /// that the refusal comes with the command's usage. That a file is missing is no matter of usage: `dataset(of:)`
    /// says it.
    /// - Throws: `ValidationError`.
    func check(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path) { _ = try dataset(of: path) }
    }

    /// The month of the file at a path.
    /// - Throws: `ETLError.file` where there is none, `ValidationError` where neither options nor name tell.
    func dataset(of path: String) throws -> TaxiDataset {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ETLError.file(path: path, operation: "open", code: ENOENT)
        }
        let named = TaxiDataset(fileName: path)
        let color = color.flatMap(TaxiColor.init(rawValue:)) ?? named?.color
        guard let color, let year = year ?? named?.month.year, let month = month ?? named?.month.month else {
            throw ValidationError(
                "\(path): its name does not say which month of which colour it holds, as green_tripdata_2020-07.csv.gz "
                    + "does; give --color, --year and --month")
        }
        do {
            return try TaxiDataset(color: color, year: year, month: month)
        } catch {
            throw ValidationError(String(describing: error))
        }
    }
}
