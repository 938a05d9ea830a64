import Testing

@testable import TableFormats

struct HeaderMappingTests {
    private static let schema = TableSchema([
        ColumnDefinition("VendorID", .int64, aliases: ["vendor_name"]), ColumnDefinition("fee", .double),
        ColumnDefinition("vendor_text", .text, aliases: ["vendor_name"], sharesSource: true),
    ])

    @Test(arguments: [
        (["VendorID", "fee"], [[0], [1], []]), (["FEE ", " vendorid"], [[1], [0], []]),
        (["vendor_name"], [[0], [], [0]]), (["vendor_text", "VendorID"], [[1], [], [0]]),
        (["vendor_name", "VendorID"], [[1, 0], [], [0]]), (["", ""], [[], [], []]), ([], [[], [], []]),
    ])
    func findsColumnsByNameAliasAndCase(header: [String], sources: [[Int]]) throws {
        #expect(try HeaderMapping(header: header, schema: Self.schema).sources == sources)
    }

    @Test func saysWhatWasRenamed() throws {
        let mapping = try HeaderMapping(header: ["Vendor_Name", "fee", "x"], schema: Self.schema)
        #expect(
            mapping.renamed == [
                HeaderMapping.Renaming(header: "Vendor_Name", column: "VendorID"),
                HeaderMapping.Renaming(header: "Vendor_Name", column: "vendor_text"),
            ])
        #expect(mapping.unknown == ["x"])
        #expect(mapping.missing == [])
        #expect(try HeaderMapping(header: ["VendorID", "fee"], schema: Self.schema).renamed == [])
    }

    @Test func refusesANameThatStandsTwice() {
        #expect(throws: CSVError.duplicateColumn(name: "FEE", first: 1, second: 3)) {
            try HeaderMapping(header: ["fee", "VendorID", "FEE"], schema: Self.schema)
        }
    }

    @Test func namesWithoutAMeaningMayStandTwice() throws {
        let mapping = try HeaderMapping(header: ["x", "x", "", ""], schema: Self.schema)
        #expect(mapping.unknown == ["x", "x", "column 3", "column 4"])
    }

    @Test func aSharedColumnReadsTheSameField() throws {
        var reader = CSVReader(
            schema: TableSchema([
                ColumnDefinition("name", .text, aliases: ["n"]),
                ColumnDefinition("again", .text, aliases: ["n"], sharesSource: true),
            ]))
        reader.push(Array("n\na\nb\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        #expect(batch["again"]?.values == batch["name"]?.values)
        #expect(batch["again"]?.text(at: 1) == "b")
    }
}
