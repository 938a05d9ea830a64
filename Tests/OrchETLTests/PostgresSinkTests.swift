import TestSupport
import Testing

@testable import OrchETL
import Postgres

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(15)),
    .postgresCluster)
struct PostgresSinkTests {
    @Test(.enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"))
    func loadsTheRealMonthTwiceAsOnce() async throws {
        let database = try PostgresDatabase()
        let sink = try database.sink
        let csv = TestData.path("green_tripdata_2020-07.csv.gz")
        for replaced in [0, 72_257] {
            let load = try await sink.load(csv: csv, of: try database.green())
            #expect(load.table == "green_taxi_trips")
            #expect(load.rowsRead == 72_257)
            #expect(load.rowsReplaced == replaced)
            #expect(load.rowsInserted == 72_257)
            #expect(load.drift?.missing.isEmpty == true && load.drift?.new.isEmpty == true)
            let figures = try database.psql(
                """
                SELECT count(*), count(*) - count(passenger_count), count(*) FILTER (WHERE passenger_count = 0),
                    round(sum(total_amount)::numeric, 2), min(lpep_pickup_datetime), max(lpep_dropoff_datetime),
                    sum(pulocationid), count(ehail_fee), count(*) FILTER (WHERE store_and_fwd_flag = 'Y'),
                    min(file_month), max(file_month), round(max(trip_distance)::numeric, 2)
                FROM green_taxi_trips
                """
            )
            #expect(
                figures == "72257|29030|283|1750474.13|2009-01-01 01:32:48|2020-08-01 18:51:57|7878533|0|286|"
                    + "2020-07-01|2020-07-01|141563.12")
        }
    }

    @Test func keepsValuesAndNullsAsTheyAre() async throws {
        let database = try PostgresDatabase()
        let csv = try database.csv()
        let load = try await database.sink.load(csv: csv, of: try database.green())
        #expect(load.rowsInserted == 3)
        #expect(load.drift?.missing.contains("trip_type") == true)
        let sql =
            "SELECT vendorid, lpep_pickup_datetime, passenger_count, total_amount, store_and_fwd_flag, trip_type, "
            + "file_month FROM green_taxi_trips ORDER BY total_amount"
        #expect(
            try database.psql(sql) == """
                |2008-12-31 23:05:14||-4.8|||2020-07-01
                1|2041-08-17 00:00:00|0|0.2|Y||2020-07-01
                2|2020-07-01 00:05:18|1|21.8|N||2020-07-01
                """)
        let types =
            "SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY ordinal_position) FROM "
            + "information_schema.columns WHERE table_name = 'green_taxi_trips' AND column_name IN "
            + "('vendorid', 'lpep_pickup_datetime', 'total_amount', 'store_and_fwd_flag', 'file_month')"
        #expect(
            try database.psql(types) == "vendorid bigint,lpep_pickup_datetime timestamp without "
                + "time zone,store_and_fwd_flag text,total_amount double precision,file_month date")
    }

    @Test func replacesOneMonthAndLeavesTheOthers() async throws {
        let database = try PostgresDatabase()
        let sink = try database.sink
        let csv = try database.csv()
        let shorter = try database.folder.write(
            PostgresDatabase.header + "1,2020-07-02 00:00:00,1,5,N\n", as: "shorter.csv")
        _ = try await sink.load(csv: csv, of: try database.green(6))
        _ = try await sink.load(csv: csv, of: try database.green(7))
        let load = try await sink.load(csv: shorter, of: try database.green(7))
        #expect(load.rowsReplaced == 3)
        #expect(load.rowsInserted == 1)
        let counts = "SELECT file_month, count(*) FROM green_taxi_trips GROUP BY 1 ORDER BY 1"
        #expect(try database.psql(counts) == "2020-06-01|3\n2020-07-01|1")
    }

    @Test func aBadFileLeavesTheOldRows() async throws {
        let database = try PostgresDatabase()
        let sink = try database.sink
        _ = try await sink.load(csv: try database.csv(), of: try database.green())
        let bad = try database.folder.write(
            PostgresDatabase.header + String(repeating: PostgresDatabase.rows, count: 20_000) + "x,,,,\n", as: "bad.csv"
        )
        await #expect { _ = try await sink.load(csv: bad, of: try database.green()) } throws: { error in
            guard case ETLError.unreadable(bad, _) = error else { return false }
            return "\(error)".contains("line 60002") && "\(error)".contains("\"x\"")
        }
        #expect(try database.psql("SELECT count(*) FROM green_taxi_trips") == "3")
    }

    @Test func refusesAView() async throws {
        let database = try PostgresDatabase()
        _ = try database.psql("CREATE VIEW green_taxi_trips AS SELECT 1 AS a")
        let csv = try database.csv()
        await #expect {
            _ = try await database.sink.load(csv: csv, of: try database.green())
        } throws: { error in
            guard case ETLError.notATable("green_taxi_trips") = error else { return false }
            return true
        }
    }

    @Test func usesTheSchemaThatIsNamed() async throws {
        let database = try PostgresDatabase()
        _ = try database.psql("CREATE SCHEMA \"My Taxis\"")
        let csv = try database.csv()
        let sink = try PostgresSink(url: database.url, schema: "My Taxis", table: "rides")
        #expect(try await sink.load(csv: csv, of: try database.green()).table == "My Taxis.rides")
        #expect(try database.psql("SELECT count(*) FROM \"My Taxis\".rides") == "3")
    }

    @Test func cancellingLeavesTheOldRows() async throws {
        let database = try PostgresDatabase()
        let (sink, csv, dataset) = (try database.sink, try database.csv(), try database.green())
        _ = try await sink.load(csv: csv, of: dataset)
        try await PostgresConnection.with(try database.configuration) { holder in
            try await holder.query("BEGIN; LOCK TABLE green_taxi_trips IN ACCESS SHARE MODE")
            let load = Task { try await sink.load(csv: csv, of: dataset) }
            try await database.wait(
                for: "1", of: "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
            load.cancel()
            await #expect(throws: CancellationError.self) { _ = try await load.value }
        }
        #expect(try database.tables() == "green_taxi_trips 3, green_taxi_trips_2020_07 3, orch_loads 1")
    }

    @Test func leavesNothingBesideTheTableAndTheLedger() async throws {
        let database = try PostgresDatabase()
        for _ in 0..<2 { _ = try await database.sink.load(csv: try database.csv(), of: try database.green()) }
        #expect(try database.tables() == "green_taxi_trips 3, green_taxi_trips_2020_07 3, orch_loads 2")
        let ledger = "SELECT table_name, file_month, length(source_sha256), mode, row_count FROM orch_loads"
        #expect(
            try database.psql(ledger) == """
                green_taxi_trips|2020-07-01|64|replace_month|3
                green_taxi_trips|2020-07-01|64|replace_month|3
                """)
    }

    @Test func aFileWithoutRowsLeavesTheOldOnes() async throws {
        let database = try PostgresDatabase()
        _ = try await database.sink.load(csv: try database.csv(), of: try database.green())
        let empty = try database.folder.write(PostgresDatabase.header, as: "empty.csv")
        await #expect {
            _ = try await database.sink.load(csv: empty, of: try database.green())
        } throws: { error in
            guard case ETLError.noRows(empty) = error else { return false }
            return true
        }
        #expect(try database.tables() == "green_taxi_trips 3, green_taxi_trips_2020_07 3, orch_loads 1")
    }

    /// Whoever began before a load and comes to the table after it finds a whole month, not none.
    @Test func anOlderTransactionNeverFindsAnEmptyMonth() async throws {
        let database = try PostgresDatabase()
        let sink = try database.sink
        _ = try await sink.load(csv: try database.csv(5), of: try database.green())
        try await PostgresConnection.with(try database.configuration) { reader in
            try await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class")
            _ = try await sink.load(csv: try database.csv(7), of: try database.green())
            let count = try await reader.query("SELECT count(*) FROM green_taxi_trips").firstValue
            #expect(count == "7")
        }
    }
}
