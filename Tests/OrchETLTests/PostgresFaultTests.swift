import Foundation
import Postgres
import TestSupport
import Testing

@testable import OrchETL

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(10)),
    // One of them brings the whole server down, which the others would take for their own failure.
    .postgresCluster, .serialized)
struct PostgresFaultTests {
    /// The line is cut at each statement of a load in turn, before the server gets it or before it answers.
    @Test(
        arguments: [
            "", "CREATE TABLE green_taxi_trips (lpep_pickup_datetime timestamp, total_amount float8, file_month date)",
        ], [PostgresProxy.Action.cutBefore, .cutAfter])
    func aCutLineLeavesTheOldRows(table: String, cut: PostgresProxy.Action) async throws {
        let database = try PostgresDatabase()
        _ = try database.psql(table)
        let (counts, dataset) = ([5, 7], try database.green())
        let files = try counts.map { try database.csv($0) }
        _ = try await database.sink.load(csv: files[0], of: dataset)
        try await PostgresConnection.with(try database.configuration) { watcher in
            var number = 1
            while true {
                let (next, at) = (number % 2, number)
                let before = try await watcher.query(Self.state).rows
                let proxy = try PostgresProxy(to: database.cluster.port) { $0.number == at ? cut : .forward }
                defer { proxy.stop() }
                let sink = try PostgresSink(url: database.url(port: proxy.port))
                guard (try? await sink.load(csv: files[next], of: dataset)) == nil else { break }
                while try await watcher.query(Self.others).firstValue != "0" {
                    try? await Task.sleep(for: .milliseconds(1))
                }
                let after = try await watcher.query(Self.state).rows
                // Only the last step, COMMIT, can have taken effect without an answer.
                let isDone = cut == .cutAfter && after[0][1] == String(counts[next]) && after[0][0] == before[0][0]
                #expect(after == before || isDone, "step \(number)")
                let load = try await database.sink.load(csv: files[next], of: dataset)
                #expect(load.rowsReplaced == (isDone ? counts[next] : counts[1 - next]), "step \(number)")
                let count = try await watcher.query("SELECT count(*) FROM green_taxi_trips").firstValue
                #expect(count == String(counts[next]), "step \(number)")
                number += 1
            }
            // Far fewer would mean that the proxy did not see what it should.
            #expect(number > 15)
        }
    }

    /// All tables, the month's rows, the ledger's.
    private static let state = """
        SELECT (SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind IN ('r', 'p')
                AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)),
            (SELECT count(*) FROM green_taxi_trips), (SELECT count(*) FROM orch_loads)
        """
    /// How many others are connected: a cut line takes a backend a moment to see.
    private static let others = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        """

    @Test func theFirstLoadOfATableLeavesNothingWhenItIsCut() async throws {
        let database = try PostgresDatabase()
        for kind in ["d", "c"] as [Character] {
            let proxy = try PostgresProxy(to: database.cluster.port) { $0.kind == kind ? .cutAfter : .forward }
            defer { proxy.stop() }
            let error = await #expect(throws: PostgresError.self) {
                let sink = try PostgresSink(url: database.url(port: proxy.port))
                _ = try await sink.load(csv: try database.csv(5), of: try database.green())
            }
            #expect(error?.isTransient == true)
            try await database.wait(for: "", of: "SELECT 'lock' FROM pg_locks WHERE locktype = 'advisory'")
            #expect(try database.tables() == "")
        }
    }

    @Test func aTerminatedBackendLeavesTheOldRows() async throws {
        let database = try PostgresDatabase()
        _ = try await database.sink.load(csv: try database.csv(5), of: try database.green())
        let proxy = try PostgresProxy(to: database.cluster.port) { step in
            guard step.kind == "d" else { return .forward }
            let sql = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query LIKE 'COPY %'"
            return (try? database.psql(sql)) == "t" ? .forward : .cutBefore
        }
        defer { proxy.stop() }
        let error = await #expect(throws: PostgresError.self) {
            let sink = try PostgresSink(url: database.url(port: proxy.port))
            _ = try await sink.load(csv: try database.csv(200_000), of: try database.green())
        }
        #expect(error?.isTransient == true)
        #expect(try database.tables() == "green_taxi_trips 5, green_taxi_trips_2020_07 5, orch_loads 1")
    }

    /// A backend that is killed takes the whole server down, which comes up again from its log.
    @Test func aCrashOfTheServerLeavesTheOldRows() async throws {
        let cluster = try await PostgresCluster.start()
        defer { try? cluster.stop() }
        let database = try PostgresDatabase(in: cluster)
        _ = try await database.sink.load(csv: try database.csv(5), of: try database.green())
        let proxy = try PostgresProxy(to: cluster.port) { step in
            guard step.kind == "d" else { return .forward }
            let pid = try? database.psql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY %'")
            guard let pid = pid.flatMap({ pid_t($0) }) else { return .cutBefore }
            return kill(pid, SIGKILL) == 0 ? .forward : .cutBefore
        }
        defer { proxy.stop() }
        let error = await #expect(throws: PostgresError.self) {
            let sink = try PostgresSink(url: database.url(port: proxy.port))
            _ = try await sink.load(csv: try database.csv(200_000), of: try database.green())
        }
        #expect(error?.isTransient == true)
        while (try? await PostgresConnection.connect(try database.configuration)) == nil {
            try? await Task.sleep(for: .milliseconds(1))
        }
        #expect(try database.tables() == "green_taxi_trips 5, green_taxi_trips_2020_07 5, orch_loads 1")
    }

    @Test(arguments: [
        (
            "CREATE UNIQUE INDEX one ON green_taxi_trips (total_amount)", "23505",
            "duplicate key value violates unique constraint"
        ),
        ("ALTER TABLE green_taxi_trips ADD CHECK (total_amount < 2)", "23514", "violates check constraint"),
        (
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON green_taxi_trips FOR EACH ROW EXECUTE FUNCTION full_disk()
            """, "53100", "disk is full"
        ),
    ])
    func aRefusalLeavesTheOldRows(change: String, state: String, words: String) async throws {
        let database = try PostgresDatabase()
        _ = try database.psql(
            "CREATE TABLE green_taxi_trips (lpep_pickup_datetime timestamp, total_amount float8, file_month date)")
        _ = try await database.sink.load(csv: try database.csv(1), of: try database.green())
        _ = try database.psql(change)
        let error = await #expect(throws: PostgresError.self) {
            _ = try await database.sink.load(csv: try database.csv(2, total: 3), of: try database.green())
        }
        #expect(error?.sqlState == state)
        #expect(error?.description.contains(words) == true)
        #expect(try database.psql("SELECT total_amount FROM green_taxi_trips") == "1")
    }

    /// A container that is killed goes with its network, and the server may never hear of it.
    @Test func theServerAsksAfterALoadThatHasFallenSilent() async throws {
        let database = try PostgresDatabase()
        let overTCP = try PostgresConfiguration(url: database.url(port: database.cluster.port))
        let settings = try await PostgresConnection.with(overTCP) { connection in
            try await connection.transaction(PostgresLoadSession.begin) {
                try await connection.query(
                    "SELECT current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'), "
                        + "current_setting('tcp_keepalives_count')"
                ).rows.first
            }
        }
        #expect(settings == ["15", "5", "3"])
    }

    @Test func namesTheRowThatTheServerRefuses() async throws {
        let database = try PostgresDatabase()
        _ = try await database.sink.load(csv: try database.csv(1), of: try database.green())
        _ = try database.psql("ALTER TABLE green_taxi_trips ADD CONSTRAINT cheap CHECK (total_amount < 2)")
        let rows = "1,2020-07-01 00:05:18,1,1,N\n1,2020-07-01 00:05:18,1,3,N\n"
        let csv = try database.folder.write(PostgresDatabase.header + rows, as: "in.csv")
        let error = await #expect(throws: PostgresError.self) {
            _ = try await database.sink.load(csv: csv, of: try database.green())
        }
        #expect(error?.sqlState == "23514")
        #expect(error?.description.contains("violates check constraint \"cheap\"") == true)
        #expect(error?.description.contains("line 2. ") == true)
        #expect(try database.tables() == "green_taxi_trips 1, green_taxi_trips_2020_07 1, orch_loads 1")
    }
}
