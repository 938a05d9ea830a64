import TableFormats
import Testing

@testable import OrchETL

struct PostgresFitTests {
    private func table() throws -> PostgresTable {
        PostgresTable(
            PostgresName(schema: "public", name: "t"), month: try FileMonth(year: 2020, month: 7),
            TableSchema([
                ColumnDefinition("VendorID", .int64), ColumnDefinition("pickup", .timestamp, isRequired: true),
                TaxiDataset.fileMonth,
            ]))
    }

    private func column(
        _ name: String, _ type: String, isNotNull: Bool = false, defaultValue: String? = nil, isComputed: Bool = false
    ) -> PostgresRelation.Column {
        PostgresRelation.Column(
            name: name, type: type, isNotNull: isNotNull, defaultValue: defaultValue, collation: nil,
            isComputed: isComputed)
    }

    private func relation(_ columns: [PostgresRelation.Column], isOwned: Bool = true) -> PostgresRelation {
        PostgresRelation(
            id: "1", name: PostgresName(schema: "public", name: "t"), owner: "boss", isOwned: isOwned, tablespace: nil,
            isDividedByMonth: false, columns: columns, partition: nil)
    }

    private var vendor: PostgresRelation.Column { column("vendorid", "bigint") }
    private var pickup: PostgresRelation.Column { column("pickup", "timestamp without time zone") }
    private var month: PostgresRelation.Column { column("file_month", "date", isNotNull: true) }

    @Test func doesNotCareForOrderCaseAndMore() throws {
        let more = [
            column("note", "character varying(7)"), column("id", "bigint", isNotNull: true, isComputed: true),
            column("at", "date", isNotNull: true, defaultValue: "now()"),
        ]
        let fit = try PostgresFit(
            try table(), in: relation(more + [month, pickup, column("VendorID", "bigint")]), shownAs: "t")
        #expect(fit.names == ["VendorID", "pickup", "file_month"])
        #expect(fit.additions.isEmpty)
        #expect(fit.fileMonth == "file_month")
    }

    @Test func prefersTheNameInLowerCase() throws {
        let found = relation([column("VendorID", "text"), vendor, pickup, month])
        #expect(try PostgresFit(try table(), in: found, shownAs: "t").names.first == "vendorid")
    }

    @Test func widensATableOfOurs() throws {
        let fit = try PostgresFit(try table(), in: relation([pickup, month]), shownAs: "t")
        #expect(fit.additions.map(\.name) == ["vendorid"])
        #expect(fit.names == ["vendorid", "pickup", "file_month"])
    }

    @Test func tellsEveryDifference() throws {
        let cases: [(PostgresRelation, [String])] = [
            (
                relation([column("vendorid", "text"), pickup, month, column("note", "text", isNotNull: true)]),
                [
                    "column vendorid is text instead of bigint",
                    "column note (text) is not in the data and takes no NULL",
                ]
            ),
            (
                relation([pickup, month], isOwned: false),
                [
                    "column vendorid (bigint) is missing, and only boss may add it"
                ]
            ),
            // Without what every such table has, it is somebody else's: nothing is added to it.
            (relation([vendor, pickup]), ["column file_month (date) is missing"]),
            (
                relation([column("id", "integer"), month]),
                [
                    "column vendorid (bigint) is missing",
                    "column pickup (timestamp without time zone) is missing",
                ]
            ),
        ]
        for (found, expected) in cases {
            #expect {
                _ = try PostgresFit(try table(), in: found, shownAs: "x.t")
            } throws: { error in
                guard case ETLError.tableShape("x.t", expected) = error else { return false }
                return true
            }
        }
    }
}
