import Foundation
import TestSupport
import Testing

/// Where the records go that a flow or a load leaves out.
@Suite(
    .enabled(if: TaxiProcess.executable != nil, "the taxi program is not built beside the tests"),
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(15)),
    .postgresCluster)
struct RejectsTests {
    private static let header = "VendorID,lpep_pickup_datetime,passenger_count,total_amount,store_and_fwd_flag\n"
    private static let good = "1,2020-07-01 00:00:00,1,1,N\n"
    private static let bad = "x,2020-07-01 00:00:00,1,1,N\n"
    private static let reason = ",\"VendorID\",\"column 1 (VendorID): expected a whole number, got \"\"x\"\"."

    private let folder: TemporaryFolder
    private let cluster: PostgresCluster
    private let name: String

    init() throws {
        folder = try TemporaryFolder()
        cluster = try #require(PostgresCluster.current)
        name = "t_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        _ = try cluster.psql("CREATE DATABASE \(name)")
    }

    private var database: String { cluster.url(database: name) }

    private func path(_ name: String) -> String { folder.url.appending(path: name).path }
    private func text(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }
    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    private func month(_ rows: String) throws -> String {
        let file = path("green_tripdata_2020-07.csv")
        try Data((Self.header + rows).utf8).write(to: URL(filePath: file))
        return file
    }

    private func ingest(_ parameters: String...) async throws -> TaxiProcess.Ending {
        let source = "source=file://\(folder.url.path)/{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv"
        let fixed = [source, "database=\(database)", "errors=reject"]
        return try await TaxiProcess.run(["run", "ingest-postgres"] + (fixed + parameters).flatMap { ["-p", $0] })
    }

    @Test func aLoadWritesThemToAFile() async throws {
        let file = try month(Self.bad + Self.good)
        let ending = try await TaxiProcess.run(
            ["load", file, "--to", database, "--bad-records", "reject", "--rejects", path("rejects.csv")])
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(ending.text.contains("green_taxi_trips: 1 rows of green 2020-07 in place of 0"))
        #expect(text("rejects.csv")?.contains(Self.reason) == true)
    }

    @Test func whatIsAppendedTakesNoRowsPlace() async throws {
        let arguments = ["load", try month(Self.good), "--to", database, "--mode", "append"]
        let ending = try await TaxiProcess.run(arguments)
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(ending.text == "green_taxi_trips: 1 rows of green 2020-07 added to what was there\n")
    }

    @Test func theFlowKeepsThemInALakeAsLongAsTheyAreThoseOfTheMonth() async throws {
        let lake = "rejects=file://\(path("lake"))"
        let (kept, refused) = ("lake/rejects/green/green_tripdata_2020-07", ".refused.csv")
        _ = try month(Self.bad + Self.good)
        let first = try await ingest(lake)
        #expect(first.code == 0, "\(first.text)")
        #expect(first.text.contains("The records that were left out are in file://"))
        #expect(text(kept + ".csv")?.contains(Self.reason) == true)

        // Refused, so that the month and its rejects stay; what is wrong with the new file lies beside them.
        _ = try month(Self.bad + Self.bad)
        let second = try await ingest(lake)
        #expect(second.code == 1)
        #expect(second.text.contains("Nothing is left of the 2 rows"))
        // The file in the run's own folder is gone by now.
        #expect(second.text.contains("What is wrong with them stands in file://\(path(kept + refused))."))
        #expect(!second.text.contains(".rejects.csv"))
        #expect(try cluster.psql("SELECT count(*) FROM green_taxi_trips", database: name) == "1")
        #expect(text(kept + ".csv")?.split(separator: "\n").count == 2)
        #expect(text(kept + refused)?.split(separator: "\n").count == 3)

        _ = try month(Self.good)
        let third = try await ingest(lake)
        #expect(third.code == 0, "\(third.text)")
        #expect(!exists(kept + ".csv") && !exists(kept + refused))
    }

    @Test func withoutALakeTheLogShowsThem() async throws {
        _ = try month(Self.bad + Self.good)
        let ending = try await ingest()
        #expect(ending.code == 0, "\(ending.text)")
        #expect(ending.text.contains(Self.reason))
    }

    @Test func withoutALakeTheErrorOfARefusedMonthPointsAtTheLog() async throws {
        _ = try month(Self.bad)
        let ending = try await ingest()
        #expect(ending.code == 1)
        #expect(ending.text.contains(Self.reason))
        #expect(ending.text.contains("What is wrong with them stands in the run's log."))
        #expect(!ending.text.contains(".rejects.csv"))
    }

    @Test func theLakesOwnFlowKeepsTheRejectsOfARefusedMonthToo() async throws {
        _ = try month(Self.bad)
        let source = "source=file://\(folder.url.path)/{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv"
        let ending = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", source, "-p", "lake=file://\(path("lake"))", "-p", "errors=reject"])
        #expect(ending.code == 1)
        let refused = "lake/rejects/green/green_tripdata_2020-07.refused.csv"
        #expect(text(refused)?.contains(Self.reason) == true)
        #expect(ending.text.contains("What is wrong with them stands in file://\(path(refused))."))
        #expect(!exists("lake/data"))
    }
}
