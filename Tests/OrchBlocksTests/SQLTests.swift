import Orch
import OrchModel
import Postgres
import TestSupport
import Testing

@testable import OrchBlocks

/// `context.sql` and its sensor, on a server of the suite's own.
@Suite(.postgresCluster, .enabled(if: PostgresCluster.isAvailable), .timeLimit(.minutes(10)))
struct SQLTests {
    private func bench() throws -> (bench: BlockBench, cluster: PostgresCluster) {
        let cluster = try #require(PostgresCluster.current)
        let block: JSONValue = [
            "host": .string("127.0.0.1"), "port": .int(Int64(cluster.port)), "user": "postgres",
            "password": .string(cluster.password), "database": "postgres",
        ]
        return (BlockBench(["ORCH_BLOCK_POSTGRES_DB": block]), cluster)
    }

    /// A name that no other test has.
    private func table() -> String { "t_\(Identifier.new().short)" }

    struct Trip: Codable, Equatable {
        var id: Int
        var tripDistance: Double?
        var isPaid: Bool
        var pickup: Timestamp
        var note: String?
    }

    @Test func valuesAreBoundAndRowsAreDecoded() async throws {
        let (bench, _) = try bench()
        let (context, name) = (bench.context, table())
        try await context.sql(
            "CREATE TABLE \(name) (id bigint, trip_distance numeric(9, 3), is_paid boolean, pickup timestamptz, note text)",
            on: "db")
        let evil = "'); DROP TABLE \(name); --"
        let inserted = try await context.sql(
            "INSERT INTO \(name) VALUES ($1, $2, $3, $4, $5), (2, NULL, false, '2020-07-01 02:00:00+02', NULL)",
            [1, 1.25, true, .time(Timestamp(microseconds: 1_593_561_600_500_000)), .text(evil)], on: "db",
            metric: "rows_written")
        #expect(inserted.affectedRows == 2)
        #expect(bench.records.metrics == ["rows_written": 2])
        let rows = try await context.sql("SELECT * FROM \(name) ORDER BY id", on: "db")
        let at = Timestamp(microseconds: 1_593_561_600_000_000)
        #expect(
            try rows.decode(Trip.self) == [
                Trip(id: 1, tripDistance: 1.25, isPaid: true, pickup: at + .milliseconds(500), note: evil),
                Trip(id: 2, tripDistance: nil, isPaid: false, pickup: at, note: nil),
            ])
        #expect(rows.dictionaries[0]["trip_distance"] == "1.250")
        #expect(rows.dictionaries[1]["note"] == .null)
        #expect(try await context.sql("SELECT count(*) FROM \(name)", on: "db").decode(Int.self) == [2])
        #expect(try await context.sql("SELECT 1 WHERE false", on: "db").first == nil)
        #expect(bench.records.lines.contains { $0.hasPrefix("sql on db: 2 rows in ") })
        #expect(!bench.records.lines.contains { $0.contains(evil) })
    }

    @Test func valuesOfAllTypesComeAsTheyAre() async throws {
        let (bench, _) = try bench()
        let rows = try await bench.context.sql(
            """
            SELECT true, 7::smallint, 9223372036854775807::bigint, 0.1::float8, 'NaN'::float8, 1e30::numeric, 'x'::text, NULL::int,
                '{"a": [1, null]}'::jsonb, ARRAY[1, 2], '2020-07-01'::date, '2020-07-01 08:00'::timestamp, '\\x00ff'::bytea
            """, on: "db")
        let expected: [JSONValue] = [
            true, 7, .int(.max), 0.1, "NaN", "1000000000000000000000000000000", "x", .null, ["a": [1, .null]], "{1,2}",
            "2020-07-01", "2020-07-01 08:00:00", "\\x00ff",
        ]
        #expect(rows.rows == [expected])
        let back = try await bench.context.sql(
            "SELECT $1::bytea, $2::jsonb, $3::float8, $4::int, $5::boolean",
            [.bytes([0, 255]), .json(["a": 1]), .double(-.infinity), nil, false], on: "db")
        #expect(back.rows == [["\\x00ff", ["a": 1], "-Infinity", .null, false]])
        await #expect(throws: QueryFailure.self) {
            try await bench.context.sql("SELECT $1::text", [.text("a\0b")], on: "db")
        }
    }

    @Test func whatDoesNotFitATypeIsNamedWithoutItsValue() async throws {
        let (bench, _) = try bench()
        struct Row: Decodable { var number: Int }
        let rows = try await bench.context.sql("SELECT 's3cret' AS number UNION ALL SELECT NULL", on: "db")
        let error = #expect(throws: QueryFailure.self) { try rows.decode(Row.self) }
        #expect(error?.description == "row 1 is no Row: number: expected Int")
        let missing = try await bench.context.sql("SELECT 1 AS other", on: "db")
        let other = #expect(throws: QueryFailure.self) { try missing.decode(Row.self) }
        #expect(other?.description == "row 1 is no Row: there is no column number")
        let two = try await bench.context.sql("SELECT 1, 2", on: "db")
        #expect(throws: QueryFailure.self) { try two.decode(Int.self) }
    }

    @Test func aTransactionCountsWholeOrNotAtAll() async throws {
        let (bench, cluster) = try bench()
        let (context, name) = (bench.context, table())
        try await context.sql("CREATE TABLE \(name) (id int PRIMARY KEY)", on: "db")
        let insert = "INSERT INTO \(name) VALUES ($1)"
        await #expect(throws: PostgresError.self) {
            try await context.sqlTransaction(
                [SQLStatement(insert, [1]), SQLStatement(insert, [2]), SQLStatement(insert, [1])], on: "db")
        }
        #expect(try cluster.psql("SELECT count(*) FROM \(name)") == "0")
        let results = try await context.sqlTransaction(
            [SQLStatement(insert, [1]), SQLStatement(insert, [2]), SQLStatement("SELECT sum(id) FROM \(name)")],
            on: "db",
            metric: "rows")
        #expect(results.map(\.affectedRows) == [1, 1, 1])
        #expect(results[2].first == 3)
        #expect(bench.records.metrics["rows"] == 3)
    }

    @Test func aScriptCountsWholeOrNotAtAll() async throws {
        let (bench, cluster) = try bench()
        let (context, name) = (bench.context, table())
        let last = try await context.sqlScript(
            "CREATE TABLE \(name) (id int PRIMARY KEY); INSERT INTO \(name) VALUES (1); SELECT count(*) FROM \(name)",
            on: "db")
        #expect(last.first == 1)
        await #expect(throws: PostgresError.self) {
            try await context.sqlScript("INSERT INTO \(name) VALUES (2); INSERT INTO \(name) VALUES (1)", on: "db")
        }
        #expect(try cluster.psql("SELECT count(*) FROM \(name)") == "1")
        let error = await #expect(throws: QueryFailure.self) {
            try await context.sqlScript(
                "INSERT INTO \(name) VALUES (3); COMMIT; BEGIN; INSERT INTO \(name) VALUES (4)", on: "db")
        }
        #expect(error?.description.contains("ended its transaction itself") == true)
    }

    @Test func aStatementHasItsTime() async throws {
        let (bench, _) = try bench()
        let error = await #expect(throws: QueryFailure.self) {
            try await bench.context.sql("SELECT pg_sleep(600)", on: "db", timeout: .milliseconds(200))
        }
        #expect(error?.description == "a statement on db took longer than the 0.2 s it may")
        try await bench.context.sql("SELECT 1", on: "db", timeout: .seconds(1e12))
    }

    @Test func cancellingEndsTheStatementOnTheServer() async throws {
        let (bench, cluster) = try bench()
        let (context, mark) = (bench.context, table())
        let task = Task { try await context.sql("SELECT pg_sleep(600), '\(mark)'", on: "db") }
        let atWork = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%600), ''\(mark)%'"
        while try cluster.psql(atWork) != "1" { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while try cluster.psql(atWork) != "0" { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test func whatIsWrongIsToldWithoutThePassword() async throws {
        let (bench, cluster) = try bench()
        for (block, statement) in [("db", "SELECT nonsense"), ("gone", "SELECT 1")] {
            do {
                try await bench.context.sql(statement, on: block)
                Issue.record("expected an error")
            } catch {
                #expect(!"\(error)".contains(cluster.password))
                #expect("\(error)".contains(block == "db" ? "nonsense" : "gone"))
            }
        }
    }

    @Test(arguments: [
        ("1", true), ("0", false), ("-1", true), ("true", true), ("false", false), ("NULL", false), ("''", false),
        ("'0'::text", false), ("'f'::text", true), ("'no'::text", true), ("0.0::numeric", false),
        ("0.001::numeric", true), ("0::float8", false), ("'[]'::jsonb", false), ("'[0]'::jsonb", true),
        ("'{}'::jsonb", false), ("now()", true),
    ])
    func whatSaysYes(expression: String, isTrue: Bool) async throws {
        let (bench, _) = try bench()
        let look = SensorLook(bench.context)
        let found = try await SQLSensor.sql("SELECT \(expression)", on: "db").poke(look)
        #expect((found != nil) == isTrue)
        #expect(try await SQLSensor.sql("SELECT \(expression) WHERE false", on: "db").poke(look) == nil)
    }

    @Test func aRowIsWaitedFor() async throws {
        let (bench, cluster) = try bench()
        let (context, name) = (bench.context, table())
        _ = try cluster.psql("CREATE TABLE \(name) (month int)")
        async let found = context.wait(
            for: .sql("SELECT count(*) FROM \(name) WHERE month = $1", [7], on: "db"), every: .seconds(0.1))
        _ = try cluster.psql("INSERT INTO \(name) VALUES (7), (8)")
        #expect(try await found == 1)
    }
}
