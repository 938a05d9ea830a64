import Foundation
import TestSupport
import Testing

@testable import OrchETL

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(5)),
    .postgresCluster)
struct PostgresSinkTests {
    private static let header = "VendorID,lpep_pickup_datetime,passenger_count,total_amount,store_and_fwd_flag\n"
    private static let rows =
        "2,2020-07-01 00:05:18,1,21.8,N\n,2008-12-31 23:05:14,,-4.80,\n1,2041-08-17 00:00:00,0,.20,\"Y\"\n"

    private func cluster() throws -> PostgresCluster { try #require(PostgresCluster.current) }

    /// A database of the test's own.
    private func database() throws -> String {
        let name = "t_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        _ = try cluster().psql("CREATE DATABASE \(name)")
        return name
    }

    private func green(_ month: Int = 7) throws -> TaxiDataset {
        try TaxiDataset(color: .green, year: 2020, month: month)
    }

    @Test(.enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"))
    func loadsTheRealMonthTwiceAsOnce() async throws {
        let (cluster, database) = (try cluster(), try database())
        let sink = try PostgresSink(url: cluster.url(database: database))
        let csv = TestData.path("green_tripdata_2020-07.csv.gz")
        for replaced in [0, 72_257] {
            let load = try await sink.load(csv: csv, of: try green())
            #expect(load.table == "green_taxi_trips")
            #expect(load.rowsRead == 72_257)
            #expect(load.rowsReplaced == replaced)
            #expect(load.rowsInserted == 72_257)
            #expect(load.missingColumns.isEmpty && load.unknownColumns.isEmpty)
            let figures = try cluster.psql(
                """
                SELECT count(*), count(*) - count(passenger_count), count(*) FILTER (WHERE passenger_count = 0),
                    round(sum(total_amount)::numeric, 2), min(lpep_pickup_datetime), max(lpep_dropoff_datetime),
                    sum(pulocationid), count(ehail_fee), count(*) FILTER (WHERE store_and_fwd_flag = 'Y'),
                    min(file_month), max(file_month), round(max(trip_distance)::numeric, 2)
                FROM green_taxi_trips
                """, database: database
            )
            #expect(
                figures == "72257|29030|283|1750474.13|2009-01-01 01:32:48|2020-08-01 18:51:57|7878533|0|286|"
                    + "2020-07-01|2020-07-01|141563.12")
        }
    }

    @Test func keepsValuesAndNullsAsTheyAre() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        let load = try await PostgresSink(url: cluster.url(database: database)).load(csv: csv, of: try green())
        #expect(load.rowsInserted == 3)
        #expect(load.missingColumns.contains("trip_type"))
        let sql =
            "SELECT vendorid, lpep_pickup_datetime, passenger_count, total_amount, store_and_fwd_flag, trip_type, "
            + "file_month FROM green_taxi_trips ORDER BY total_amount"
        #expect(
            try cluster.psql(sql, database: database) == """
                |2008-12-31 23:05:14||-4.8|||2020-07-01
                1|2041-08-17 00:00:00|0|0.2|Y||2020-07-01
                2|2020-07-01 00:05:18|1|21.8|N||2020-07-01
                """)
        let types =
            "SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY ordinal_position) FROM "
            + "information_schema.columns WHERE table_name = 'green_taxi_trips' AND column_name IN "
            + "('vendorid', 'lpep_pickup_datetime', 'total_amount', 'store_and_fwd_flag', 'file_month')"
        #expect(
            try cluster.psql(types, database: database) == "vendorid bigint,lpep_pickup_datetime timestamp without "
                + "time zone,store_and_fwd_flag text,total_amount double precision,file_month date")
    }

    @Test func replacesOneMonthAndLeavesTheOthers() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let sink = try PostgresSink(url: cluster.url(database: database))
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        let shorter = try folder.write(Self.header + "1,2020-07-02 00:00:00,1,5,N\n", as: "shorter.csv")
        _ = try await sink.load(csv: csv, of: try green(6))
        _ = try await sink.load(csv: csv, of: try green(7))
        let load = try await sink.load(csv: shorter, of: try green(7))
        #expect(load.rowsReplaced == 3)
        #expect(load.rowsInserted == 1)
        let counts = "SELECT file_month, count(*) FROM green_taxi_trips GROUP BY 1 ORDER BY 1"
        #expect(try cluster.psql(counts, database: database) == "2020-06-01|3\n2020-07-01|1")
    }

    @Test func twoLoadsAtOnceGiveOneMonth() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let csv = try folder.write(Self.header + String(repeating: Self.rows, count: 2000), as: "in.csv")
        let url = cluster.url(database: database)
        let dataset = try green()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { try await PostgresSink(url: url).load(csv: csv, of: dataset).rowsInserted }
            }
            for try await inserted in group { #expect(inserted == 6000) }
        }
        #expect(try cluster.psql("SELECT count(*) FROM green_taxi_trips", database: database) == "6000")
    }

    @Test func aBadFileLeavesTheOldRows() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let sink = try PostgresSink(url: cluster.url(database: database))
        _ = try await sink.load(csv: try folder.write(Self.header + Self.rows, as: "in.csv"), of: try green())
        let bad = try folder.write(Self.header + String(repeating: Self.rows, count: 20_000) + "x,,,,\n", as: "bad.csv")
        await #expect { _ = try await sink.load(csv: bad, of: try green()) } throws: { error in
            guard case ETLError.unreadable(bad, _) = error else { return false }
            return "\(error)".contains("line 60002") && "\(error)".contains("\"x\"")
        }
        #expect(try cluster.psql("SELECT count(*) FROM green_taxi_trips", database: database) == "3")
    }

    @Test func refusesATableOfAnotherShape() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        let url = cluster.url(database: database)
        _ = try await PostgresSink(url: url, table: "odd \"name").load(csv: csv, of: try green())
        _ = try cluster.psql(
            """
            ALTER TABLE "odd ""name" DROP COLUMN trip_type;
            ALTER TABLE "odd ""name" ALTER COLUMN vendorid TYPE text;
            ALTER TABLE "odd ""name" ADD COLUMN note varchar(7);
            """, database: database
        )
        await #expect {
            _ = try await PostgresSink(url: url, table: "odd \"name").load(csv: csv, of: try green())
        } throws: { error in
            guard case ETLError.tableShape("odd \"name", let differences) = error else { return false }
            return differences == [
                "column vendorid is text instead of bigint", "column trip_type (bigint) is missing",
                "column note (character varying(7)) is not in the data",
            ]
        }
        #expect(try cluster.psql("SELECT count(*) FROM \"odd \"\"name\"", database: database) == "3")
    }

    @Test func refusesAView() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        _ = try cluster.psql("CREATE VIEW green_taxi_trips AS SELECT 1 AS a", database: database)
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        await #expect {
            _ = try await PostgresSink(url: cluster.url(database: database)).load(csv: csv, of: try green())
        } throws: { error in
            guard case ETLError.notATable("green_taxi_trips") = error else { return false }
            return true
        }
    }

    @Test func usesTheSchemaThatIsNamed() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        _ = try cluster.psql("CREATE SCHEMA \"My Taxis\"", database: database)
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        let sink = try PostgresSink(url: cluster.url(database: database), schema: "My Taxis", table: "rides")
        #expect(try await sink.load(csv: csv, of: try green()).table == "My Taxis.rides")
        #expect(try cluster.psql("SELECT count(*) FROM \"My Taxis\".rides", database: database) == "3")
    }

    @Test func cancellingLeavesTheOldRows() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let url = cluster.url(database: database)
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        let dataset = try green()
        _ = try await PostgresSink(url: url).load(csv: csv, of: dataset)
        // A reader of the table that does not end holds up what replaces its rows.
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let sql = "BEGIN; LOCK TABLE green_taxi_trips; SELECT pg_sleep(600)"
        holder.arguments = ["psql", "-XAtq", "-d", url, "-c", sql]
        holder.standardInput = FileHandle.nullDevice
        holder.standardOutput = FileHandle.nullDevice
        try holder.run()
        defer {
            kill(holder.processIdentifier, SIGKILL)
            holder.waitUntilExit()
        }
        let held =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK TABLE%' AND wait_event = 'PgSleep'"
        while try cluster.psql(held, database: database) != "1" { await Task.yield() }
        let load = Task { try await PostgresSink(url: url).load(csv: csv, of: dataset) }
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DELETE FROM%' AND wait_event_type = 'Lock'"
        while try cluster.psql(waiting, database: database) != "1" { await Task.yield() }
        load.cancel()
        await #expect(throws: CancellationError.self) { _ = try await load.value }
        _ = try cluster.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK TABLE%'",
            database: database
        )
        #expect(try cluster.psql("SELECT count(*) FROM green_taxi_trips", database: database) == "3")
    }

    @Test func leavesNoStagingBehind() async throws {
        let (cluster, database, folder) = (try cluster(), try database(), try TemporaryFolder())
        let csv = try folder.write(Self.header + Self.rows, as: "in.csv")
        _ = try await PostgresSink(url: cluster.url(database: database)).load(csv: csv, of: try green())
        let tables = "SELECT count(*) FROM pg_class WHERE relname LIKE '%staging%' AND relkind = 'r'"
        #expect(try cluster.psql(tables, database: database) == "0")
    }
}
