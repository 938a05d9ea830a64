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

    @Test(arguments: [
        ["convert", "nope.csv", "out.parquet"], ["load", "nope.csv", "--to", "postgresql://127.0.0.1:1/x"],
    ])
    func aMissingFileIsSaidToBeMissing(arguments: [String]) async throws {
        let ending = try await TaxiProcess.run(arguments)
        #expect(ending.code == 1)
        #expect(ending.errors == "Error: Cannot open nope.csv: No such file or directory.\n")
    }

    @Test func aFileOfNoKnownMonthIsRefusedWithTheCommandsUsage() async throws {
        try folder.writeTrips("trips.csv")
        let convert = try await TaxiProcess.run(["convert", path("trips.csv"), path("out.parquet")])
        #expect(convert.code == 2)
        #expect(convert.errors.contains("its name does not say which month"))
        #expect(convert.errors.contains("Usage: taxi convert"))
        let load = try await TaxiProcess.run(["load", path("trips.csv"), "--to", "postgresql://127.0.0.1:1/x"])
        #expect(load.code == 2)
        #expect(load.errors.contains("Usage: taxi load"))
    }

    @Test func aLoadWithoutADatabaseIsRefusedWithItsUsage() async throws {
        try folder.writeTrips()
        let ending = try await TaxiProcess.run(["load", path("green_tripdata_2020-07.csv")])
        #expect(ending.code == 2)
        #expect(ending.errors.contains("no database: give --to, or set TAXI_DATABASE_URL"))
        #expect(ending.errors.contains("Usage: taxi load"))
    }

    @Test func rejectedRecordsAreAmongThoseRead() async throws {
        try folder.writeTrips()
        let file = folder.url.appending(path: "green_tripdata_2020-07.csv")
        try Data(try Data(contentsOf: file) + Data("2,no time\r\n".utf8)).write(to: file)
        let ending = try await TaxiProcess.run(
            ["convert", file.path, path("out.parquet"), "--bad-records", "reject", "--drop-empty-trips"])
        #expect(ending.code == 0)
        #expect(ending.text.contains(": 3 rows of green 2020-07"))
        #expect(ending.text.contains("5 read, 1 without passengers left out, 1 rejected"))
    }
}
