import Testing

@testable import OrchETL

struct PostgresNameTests {
    @Test func namesPartitionsAfterTheirTable() {
        let table = PostgresName(schema: "public", name: "green_taxi_trips")
        #expect(table.partition("_2020_07").sql == "\"public\".\"green_taxi_trips_2020_07\"")
    }

    @Test(arguments: [
        String(repeating: "x", count: 55), String(repeating: "x", count: 56), String(repeating: "x", count: 63),
        String(repeating: "é", count: 31), String(repeating: "🚕", count: 15) + "abc",
    ])
    func cutsLongNamesWithinTheLimit(name: String) {
        let partition = PostgresName(schema: "s", name: name).partition("_2020_07")
        #expect(partition.name.utf8.count <= 63)
        #expect(partition.name.hasSuffix("_2020_07"))
        #expect(partition.name.hasPrefix(String(name.prefix(8))))
    }

    @Test func keepsLongNamesApart() {
        let start = String(repeating: "x", count: 62)
        let names = ["a", "b"].map { PostgresName(schema: "s", name: start + $0).partition("_2020_07").name }
        #expect(names[0] != names[1])
    }

    @Test func aNameWithADotIsRefusedWithAWayToChooseTheSchema() {
        #expect {
            try PostgresName.check(table: "public.foo", schema: nil)
        } throws: { error in
            "\(error)"
                == "Expected a table's name alone, without a dot (its schema is chosen in the database's URL, "
                + "?options=-csearch_path%3Dschema), got \"public.foo\"."
        }
    }

    @Test func aNameThatTheServerWouldCutIsRefused() throws {
        let longest = String(repeating: "é", count: 31) + "x"
        try PostgresName.check(table: longest, schema: longest)
        for (table, schema) in [(longest + "y", nil), ("foo", longest + "y")] {
            #expect {
                try PostgresName.check(table: table, schema: schema)
            } throws: { error in
                if case ETLError.invalidTableName(longest + "y", _) = error { true } else { false }
            }
        }
    }

    /// Nobody listens there: the name is looked at first.
    @Test func aLoadRefusesANameBeforeItConnects() async throws {
        let sink = try PostgresSink(url: "postgresql://127.0.0.1:1/nowhere", table: "public.foo")
        await #expect {
            _ = try await sink.load(csv: "/nowhere.csv", of: TaxiDataset(color: .green, year: 2020, month: 7))
        } throws: { error in
            if case ETLError.invalidTableName("public.foo", _) = error { true } else { false }
        }
    }

    @Test func quotesWhatSQLWouldRead() {
        #expect(PostgresName(schema: "My \"s\"", name: "a.b").sql == "\"My \"\"s\"\"\".\"a.b\"")
    }
}
