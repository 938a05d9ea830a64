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

    @Test func quotesWhatSQLWouldRead() {
        #expect(PostgresName(schema: "My \"s\"", name: "a.b").sql == "\"My \"\"s\"\"\".\"a.b\"")
    }
}
