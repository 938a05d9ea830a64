import TestSupport
import Testing

@testable import OrchETL

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(15)),
    .postgresCluster)
struct PostgresAppendTests {
    private static let months = "SELECT file_month, count(*) FROM green_taxi_trips GROUP BY 1 ORDER BY 1"

    /// A table of ours, and one of a user's that is not divided.
    private static let tables = [
        nil, "CREATE TABLE green_taxi_trips (lpep_pickup_datetime timestamp, total_amount float8, file_month date)",
    ]

    @Test(arguments: tables)
    func appendsAFileOnce(table: String?) async throws {
        let database = try PostgresDatabase()
        if let table { _ = try database.psql(table) }
        let (first, second) = (try database.csv(5), try database.csv(7, total: 2))
        var load = try await database.append(first, run: "one")
        #expect(load.rowsInserted == 5 && load.notice == nil)
        load = try await database.append(second, run: "two")
        #expect(load.rowsInserted == 7 && load.rowsReplaced == 0)
        load = try await database.append(first, run: "three")
        #expect(load.rowsInserted == 0)
        let notice = try #require(load.notice)
        #expect(
            notice.hasPrefix("Nothing was appended to green_taxi_trips: run one loaded the same file, 5 rows, at 20"))
        #expect(try database.psql(Self.months) == "2020-07-01|12")
        #expect(
            try database.psql("SELECT run, mode, row_count FROM orch_loads ORDER BY id") == "one|append|5\ntwo|append|7"
        )
    }

    @Test func knowsWhatReplacingLoaded() async throws {
        let database = try PostgresDatabase()
        let (first, second) = (try database.csv(5), try database.csv(7, total: 2))
        _ = try await database.sink.load(csv: first, of: try database.green())
        #expect(try await database.append(first).notice != nil)
        _ = try await database.append(second)
        _ = try await database.sink.load(csv: second, of: try database.green())
        #expect(try database.psql(Self.months) == "2020-07-01|7")
        // What was appended before the month was replaced is gone, so it may come again.
        #expect(try await database.append(first).rowsInserted == 5)
        #expect(try await database.append(second).notice != nil)
        #expect(try database.psql(Self.months) == "2020-07-01|12")
    }

    @Test(arguments: ["TRUNCATE green_taxi_trips", "DROP TABLE green_taxi_trips"])
    func doesNotTrustALedgerOverAnEmptyMonth(change: String) async throws {
        let database = try PostgresDatabase()
        let file = try database.csv(5)
        _ = try await database.append(file)
        _ = try database.psql(change)
        #expect(try await database.append(file).rowsInserted == 5)
        #expect(try database.psql(Self.months) == "2020-07-01|5")
    }

    @Test func keepsMonthsApart() async throws {
        let database = try PostgresDatabase()
        let file = try database.csv(5)
        // One file for both, so that the months alone tell the loads apart.
        var options = TripOptions()
        options.drift = .warn
        for month in [6, 7] {
            _ = try await database.sink.load(
                TripFile(file, of: try database.green(month), options: options), mode: .append)
        }
        #expect(try database.psql(Self.months) == "2020-06-01|5\n2020-07-01|5")
    }

    @Test func theSameFileAtOnceIsOnce() async throws {
        let database = try PostgresDatabase()
        let file = try database.csv(500)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await database.append(file).rowsInserted } }
            var inserted = 0
            for try await count in group { inserted += count }
            #expect(inserted == 500)
        }
        #expect(try database.psql(Self.months) == "2020-07-01|500")
    }
}

extension PostgresDatabase {
    func append(_ file: String, run: String? = nil) async throws -> PostgresSink.Load {
        try await sink.load(TripFile(file, of: try green()), mode: .append, run: run)
    }
}
