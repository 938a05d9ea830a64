import Foundation
import Testing

/// What the commands that work on files say, and where.
@Suite(.enabled(if: TaxiProcess.executable != nil, "the taxi program is not built beside the tests"))
struct FileCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func path(_ name: String) -> String { folder.url.appending(path: name).path }

    @Test func resultsAreOnStandardOutputAloneAndFindingsOnStandardError() async throws {
        try folder.writeTrips()
        let target = path("out.parquet")
        let ending = try await TaxiProcess.run(["convert", path("green_tripdata_2020-07.csv"), target])
        #expect(ending.code == 0)
        #expect(ending.text.hasPrefix("\(target): 4 rows of green 2020-07"))
        #expect(ending.text.split(separator: "\n").count == 1)
        #expect(ending.errors == "info: No row has a value in ehail_fee.\n")
    }
}
