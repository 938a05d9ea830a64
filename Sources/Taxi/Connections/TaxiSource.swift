import FoundationEssentials
import Orch
import OrchETL

/// Where the months' files come from: a URL template.
enum TaxiSource {
    /// The release that the data engineering course keeps of the files.
    static let release =
        "https://github.com/DataTalksClub/nyc-tlc-data/releases/download/{{ color }}/"
        + "{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv.gz"

    /// The variable that names another source for every run that is given none.
    static let variable = "TAXI_SOURCE"

    /// The variable that names a folder in which downloads are kept for later runs.
    static let cacheVariable = "TAXI_CACHE"

    /// The cache that the environment names, if it does.
    static func cache(variables: [String: String] = ProcessInfo.processInfo.environment) -> DownloadCache? {
        variables[cacheVariable].flatMap { $0.isEmpty ? nil : DownloadCache(folder: $0) }
    }

    /// The URL of a month's file.
    ///
    /// - Parameters:
    ///   - template: the run's own choice; `nil` takes the variable's, and without it the release.
    ///   - dataset: the month and colour.
    ///   - variables: the environment.
    /// - Throws: `TemplateError`.
    static func url(
        _ template: String?, of dataset: TaxiDataset,
        variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> String {
        let configured = variables[variable].flatMap { $0.isEmpty ? nil : $0 }
        return try Template(template ?? configured ?? release).render([
            "color": .string(dataset.color.rawValue), "year": .int(Int64(dataset.month.year)),
            "month": .int(Int64(dataset.month.month)),
        ])
    }
}
