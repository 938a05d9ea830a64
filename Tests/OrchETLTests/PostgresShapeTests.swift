import Postgres
import TestSupport
import Testing

@testable import OrchETL

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(15)),
    .postgresCluster)
struct PostgresShapeTests {
    private static let columns = "lpep_pickup_datetime timestamp, total_amount float8, file_month date"
    private static let partitioned = "CREATE TABLE green_taxi_trips (\(columns)) PARTITION BY LIST (file_month);"
    private static let counts =
        "SELECT string_agg(file_month || ' ' || n, ', ' ORDER BY file_month) FROM "
        + "(SELECT file_month, count(*) AS n FROM green_taxi_trips GROUP BY 1) x"

    /// However the table is made, a month that is loaded twice is there once, and the others stay.
    @Test(arguments: [
        "CREATE TABLE green_taxi_trips (file_month date, note text, total_amount float8, lpep_pickup_datetime timestamp)",
        "CREATE TABLE green_taxi_trips (\(columns), id bigserial PRIMARY KEY)",
        "CREATE TABLE green_taxi_trips (\(columns), \"VendorID\" bigint, id bigint GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE green_taxi_trips (\(columns)) PARTITION BY RANGE (file_month); CREATE TABLE y2020 PARTITION OF "
            + "green_taxi_trips FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE TABLE green_taxi_trips (\(columns)) PARTITION BY HASH (total_amount); CREATE TABLE h PARTITION OF "
            + "green_taxi_trips FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        partitioned + "CREATE TABLE rest PARTITION OF green_taxi_trips DEFAULT",
        partitioned + "CREATE TABLE summer PARTITION OF green_taxi_trips FOR VALUES IN "
            + "('2020-05-01', '2020-06-01', '2020-07-01')",
        partitioned + "CREATE TABLE july PARTITION OF green_taxi_trips FOR VALUES IN ('2020-07-01') "
            + "PARTITION BY HASH (total_amount); CREATE TABLE july_0 PARTITION OF july "
            + "FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        partitioned + "CREATE TABLE july PARTITION OF green_taxi_trips FOR VALUES IN ('2020-07-01'); "
            + "CREATE VIEW trips_of_july AS SELECT count(*) FROM july",
        partitioned + "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            + "CREATE TRIGGER f BEFORE INSERT ON green_taxi_trips FOR EACH ROW EXECUTE FUNCTION f()",
        partitioned + "CREATE TABLE green_taxi_trips_2020_07 (a int)",
        partitioned + "CREATE VIEW all_trips AS SELECT * FROM green_taxi_trips",
        "SET DateStyle TO German; " + partitioned,
    ])
    func loadsIntoTablesOfOthers(definition: String) async throws {
        let database = try PostgresDatabase()
        _ = try database.psql(definition)
        _ = try database.psql("ALTER DATABASE \(database.name) SET DateStyle TO German")
        let isOpen = definition.hasSuffix(Self.partitioned) || definition.contains("all_trips")
        let months = definition.contains("july") || definition.contains(" f()") ? [] : [6]
        for month in months {
            _ = try await database.sink.load(csv: try database.csv(2, month: month), of: try database.green(month))
        }
        if definition.contains(" f()") {
            // Rows that a trigger wants to see go through the table, which has no place for a new month then.
            _ = try database.psql(
                "CREATE TABLE july PARTITION OF green_taxi_trips FOR VALUES IN ('2020-07-01')")
        }
        for count in [5, 7] {
            let load = try await database.sink.load(csv: try database.csv(count), of: try database.green())
            #expect(load.rowsReplaced == (count == 5 ? 0 : 5))
        }
        let expected = (months.isEmpty ? "" : "01.06.2020 2, ") + "01.07.2020 7"
        #expect(try database.psql(Self.counts) == expected)
        let name = "SELECT count(*) FROM pg_class WHERE relname = 'green_taxi_trips_2020_07' AND relispartition"
        if isOpen { #expect(try database.psql(name) == "1") }
    }

    @Test func keepsWhatThePartitionsHave() async throws {
        let database = try PostgresDatabase()
        _ = try database.psql(
            """
            CREATE TABLE vendors (id bigint PRIMARY KEY); INSERT INTO vendors VALUES (1);
            CREATE TABLE green_taxi_trips (\(Self.columns), vendorid bigint DEFAULT 9 REFERENCES vendors,
                id bigserial, loaded timestamptz NOT NULL DEFAULT now(), CONSTRAINT cheap CHECK (total_amount < 9),
                word text COLLATE "C" NOT NULL DEFAULT 'it''s', PRIMARY KEY (id, file_month))
                PARTITION BY LIST (file_month);
            CREATE INDEX "by USING total" ON green_taxi_trips USING btree (total_amount DESC) WHERE total_amount > 0;
            CREATE ROLE reader_\(database.name); CREATE ROLE owner_\(database.name);
            GRANT SELECT ON green_taxi_trips TO reader_\(database.name);
            """)
        _ = try await database.sink.load(csv: try database.csv(5), of: try database.green())
        _ = try database.psql(
            """
            GRANT SELECT ON green_taxi_trips_2020_07 TO reader_\(database.name);
            ALTER TABLE green_taxi_trips OWNER TO owner_\(database.name);
            """)
        let load = try await database.sink.load(csv: try database.csv(7), of: try database.green())
        #expect(load.rowsReplaced == 5)
        #expect(
            try database.psql(
                """
                SELECT (SELECT count(*) FROM pg_index i JOIN pg_inherits h ON h.inhparent = i.indexrelid
                        WHERE i.indrelid = 'green_taxi_trips'::regclass AND i.indisvalid),
                    (SELECT count(*) FROM pg_constraint WHERE conrelid = 'green_taxi_trips_2020_07'::regclass
                        AND conparentid <> 0 AND contype IN ('p', 'f')),
                    (SELECT string_agg(conname, ',') FROM pg_constraint
                        WHERE conrelid = 'green_taxi_trips_2020_07'::regclass AND contype = 'c'),
                    (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'green_taxi_trips_2020_07'),
                    has_table_privilege('reader_\(database.name)', 'green_taxi_trips_2020_07', 'SELECT'),
                    (SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || max(word) FROM green_taxi_trips
                        WHERE loaded > '2020-01-01')
                """) == "2|2|cheap|owner_\(database.name)|t|7 7 it's")
        _ = try database.psql(
            "DROP OWNED BY reader_\(database.name); DROP TABLE green_taxi_trips; DROP OWNED BY owner_\(database.name)")
        _ = try database.psql("DROP ROLE reader_\(database.name); DROP ROLE owner_\(database.name)")
    }

    @Test func aReferenceToARowKeepsTheMonth() async throws {
        let database = try PostgresDatabase()
        _ = try await database.sink.load(csv: try database.csv(1), of: try database.green())
        _ = try database.psql(
            """
            ALTER TABLE green_taxi_trips ADD PRIMARY KEY (lpep_pickup_datetime, file_month);
            CREATE TABLE notes (at timestamp, month date, FOREIGN KEY (at, month) REFERENCES green_taxi_trips);
            INSERT INTO notes VALUES ('2020-07-01 00:05:18', '2020-07-01');
            """)
        let error = await #expect(throws: PostgresError.self) {
            _ = try await database.sink.load(csv: try database.csv(1, total: 2), of: try database.green())
        }
        #expect(error?.sqlState == "23503")
        #expect(try database.psql("SELECT total_amount FROM green_taxi_trips") == "1")
    }

    @Test(arguments: ["", "CREATE TABLE green_taxi_trips (\(columns))"])
    func widensTheTable(definition: String) async throws {
        let database = try PostgresDatabase()
        _ = try database.psql(definition)
        _ = try await database.sink.load(csv: try database.csv(2, month: 6), of: try database.green(6))
        _ = try database.psql("ALTER TABLE green_taxi_trips DROP COLUMN trip_type, DROP COLUMN vendorid")
        let load = try await database.sink.load(csv: try database.csv(3), of: try database.green())
        #expect(load.columnsAdded == ["vendorid", "trip_type"])
        let sums =
            "SELECT file_month, count(*), sum(vendorid), count(trip_type) FROM green_taxi_trips "
            + "GROUP BY 1 ORDER BY 1"
        #expect(try database.psql(sums) == "2020-06-01|2||0\n2020-07-01|3|3|0")
        let again = try await database.sink.load(csv: try database.csv(4), of: try database.green())
        #expect(again.columnsAdded == [] && again.rowsReplaced == 3)
    }

    @Test func refusesATableOfAnotherShape() async throws {
        let database = try PostgresDatabase()
        let sink = try PostgresSink(url: database.url, table: "odd \"name")
        _ = try await sink.load(csv: try database.csv(), of: try database.green())
        _ = try database.psql(
            """
            ALTER TABLE "odd ""name" ALTER COLUMN vendorid TYPE text;
            ALTER TABLE "odd ""name" ADD COLUMN note varchar(7), ADD COLUMN word text NOT NULL DEFAULT '';
            ALTER TABLE "odd ""name" ALTER COLUMN word DROP DEFAULT;
            """)
        await #expect {
            _ = try await sink.load(csv: try database.csv(), of: try database.green())
        } throws: { error in
            guard case ETLError.tableShape("odd \"name", let differences) = error else { return false }
            return differences == [
                "column vendorid is text instead of bigint", "column word (text) is not in the data and takes no NULL",
            ]
        }
        #expect(try database.psql("SELECT count(*) FROM \"odd \"\"name\"") == "3")
    }

    @Test func aRoleWithFewRightsLoadsIntoATableOfOthers() async throws {
        let database = try PostgresDatabase()
        let role = "loader_\(database.name)"
        _ = try await database.sink.load(csv: try database.csv(5), of: try database.green())
        _ = try database.psql("DROP TABLE orch_loads; CREATE ROLE \(role) LOGIN")
        let sink = PostgresSink(
            PostgresConfiguration(
                host: database.cluster.folder, port: database.cluster.port, user: role, database: database.name))
        let error = await #expect(throws: PostgresError.self) {
            _ = try await sink.load(csv: try database.csv(7), of: try database.green())
        }
        #expect(error?.sqlState == "42501")
        #expect(error?.description.contains("The role lacks a right") == true)
        #expect(try database.psql("SELECT count(*) FROM green_taxi_trips") == "5")
        _ = try database.psql("GRANT SELECT, INSERT, DELETE ON green_taxi_trips TO \(role)")
        #expect(try await sink.load(csv: try database.csv(7), of: try database.green()).rowsReplaced == 5)
        // The schema is not the role's, and replacing needs no ledger.
        #expect(try database.tables() == "green_taxi_trips 7, green_taxi_trips_2020_07 7")
        _ = try database.psql("DROP OWNED BY \(role); DROP ROLE \(role)")
    }
}
