import Testing

@testable import TableFormats

struct CSVReaderTests {
    static let schema = TableSchema([
        ColumnDefinition("id", .int64, aliases: ["number"]),
        ColumnDefinition("price", .double),
        ColumnDefinition("name", .text),
        ColumnDefinition("at", .timestamp),
    ])

    private func read(
        _ bytes: [UInt8], schema: TableSchema = Self.schema, chunk: Int = 5, blockBytes: Int = 1 << 20
    ) throws -> (batches: [ColumnBatch], report: CSVReport, mapping: HeaderMapping?) {
        var options = CSVOptions()
        options.blockBytes = blockBytes
        var reader = CSVReader(schema: schema, options: options)
        var batches: [ColumnBatch] = []
        var position = 0
        while position < bytes.count {
            let end = min(position + chunk, bytes.count)
            reader.push(bytes[position..<end])
            position = end
            while let batch = try reader.nextBatch() { batches.append(batch) }
        }
        reader.finish()
        while let batch = try reader.nextBatch() { batches.append(batch) }
        return (batches, reader.report, reader.mapping)
    }

    private func read(_ text: String, chunk: Int = 5) throws -> ColumnBatch {
        try #require(try read(Array(text.utf8), chunk: chunk).batches.first)
    }

    private func texts(_ column: Column?) -> [String?] {
        guard let column, case .text(let values) = column.values else { return [] }
        return (0..<column.count).map { column.isValid($0) ? values.string(at: $0) : nil }
    }

    private func numbers(_ column: Column?) -> [Int64?] {
        guard let column, case .int64(let values) = column.values else { return [] }
        return (0..<column.count).map { column.isValid($0) ? values[$0] : nil }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func readsTheSameWhateverTheChunks(chunk: Int) throws {
        let text =
            "id,price,name,at\r\n1,.20,\"a,\"\"b\"\"\r\nc\",2020-07-01 00:05:18\n,-3.5,,\r\n"
            + "3.0,8,é,2041-08-17 23:59:59"
        let batch = try read(text, chunk: chunk)
        #expect(batch.rowCount == 3)
        #expect(numbers(batch["id"]) == [1, nil, 3])
        #expect(batch["price"]?.values == .double([0.2, -3.5, 8]))
        #expect(texts(batch["name"]) == ["a,\"b\"\r\nc", nil, "é"])
        #expect(numbers(batch["at"]) == [1_593_561_918_000_000, nil, 2_260_396_799_000_000])
    }

    @Test(arguments: [
        "id,name\n1,a\n2,b\n", "id,name\r\n1,a\r\n2,b\r\n", "id,name\r\n1,a\n2,b", "\u{FEFF}id,name\n1,a\n2,b\n",
        "id,name\r\n\r\n1,a\r\n2,b\r\n", "id,name\n\n1,a\n\n2,b\n\n", " ID , Name \n1,a\n2,b\n",
        "\"id\",\"name\"\n\"1\",\"a\"\n\"2\",\"b\"", "number,name\n1,a\n2,b\r\n", "id,name\n1,a,,\n2,b,,\n",
        "name,,id\na,x,1\nb,y,2\n",
        "id,name\r\r\n1,a\r\r\n2,b\r\r\n", "id,name\n 1 ,a\n2\t,b\n", "id,name\n1,\"a\" \n2,\"b\"\r\n",
        "\n\r\nid,name\n1,a\n2,b", "id,name\n1, \"a\"\n 2 ,\t\"b\"\n", "id, name\n1.0,a\n2.,b\n",
        ",id,name\n0,1,a\n1,2,b\n",
        "id,name\n1,a\n,\n , \r\n,,,\n2,b\n \n", "id,name\n1,a, ,\t\n2,b,\r\n", "id,name\n\u{A0}1 ,a\n2\u{A0},b\n",
    ])
    func readsEveryShapeOfTheSameRows(text: String) throws {
        let batch = try read(text)
        #expect(numbers(batch["id"]) == [1, 2])
        #expect(texts(batch["name"]) == ["a", "b"])
    }

    @Test func reportsWhatTheHeaderLacksAndAdds() throws {
        let text = ",NUMBER,price,other\n0,1,2,3\n"
        let mapping = try #require(try read(Array(text.utf8)).mapping)
        #expect(mapping.missing == ["name", "at"])
        #expect(mapping.unknown == ["column 1", "other"])
        #expect(numbers(try read(text)["at"]) == [nil])
    }

    @Test func takesTheFirstFilledOfSeveralSources() throws {
        let batch = try read("id,number,name\n,7,\n8, ,\n9,10,\n ,,x\n \t,\" 11 \",\n")
        #expect(numbers(batch["id"]) == [7, 8, 9, nil, 11])
    }

    @Test func countsWhatItForgives() throws {
        let report = try read(Array("id,name\n\n1,a,,\n2,b\n\n".utf8)).report
        var expected = CSVReport()
        (expected.rows, expected.blankLines, expected.rowsWithSurplusBlanks) = (2, 2, 1)
        #expect(report == expected)
    }

    @Test func suggestsTheRightSeparator() {
        let schema = TableSchema([ColumnDefinition("id", .int64, isRequired: true)])
        #expect {
            try read(Array("id;name\n1;a\n".utf8), schema: schema)
        } throws: {
            "\($0)".hasSuffix("Its columns are separated by semicolons; save it with commas.")
        }
    }

    @Test func endsBlocksWithRecords() throws {
        let text = "id\n" + (0..<10).map { "\($0)\n" }.joined()
        #expect(try read(Array(text.utf8), blockBytes: 8).batches.map(\.rowCount) == [4, 4, 2])
        #expect(try read(Array("id\n".utf8)).batches.isEmpty)
    }

    @Test(arguments: [
        (
            "id,name\r\n1,a\r\nx1,b\r\n",
            CSVError.invalidValue(
                at: CSVPosition(line: 3, byte: 14), column: "id", index: 1, expected: .int64, got: "x1", record: "x1,b"
            )
        ),
        (
            "name,id\n\"a\nb\",1\nb,2.5\n",
            .invalidValue(
                at: CSVPosition(line: 4, byte: 18), column: "id", index: 2, expected: .int64, got: "2.5",
                record: "b,2.5"
            )
        ),
        ("id,name\n1,a\n2\n", .ragged(at: CSVPosition(line: 3, byte: 12), expected: 2, got: 1, record: "2")),
        ("id,name\n1,a,b\n", .ragged(at: CSVPosition(line: 2, byte: 8), expected: 2, got: 3, record: "1,a,b")),
        ("id,name\n1,\"a\n", .unterminatedQuote(at: CSVPosition(line: 2, byte: 10), record: "1,\"a")),
        ("id,name\n1,\"a\"b\n", .textAfterQuote(at: CSVPosition(line: 2, byte: 13), record: "1,\"a\"b")),
        (
            "id,name\n1,a\nid,name\n", .repeatedHeader(at: CSVPosition(line: 3, byte: 12), record: "id,name")
        ),
        (
            "id,name\r1,a\r2,b\r", .loneCarriageReturn(at: CSVPosition(line: 1, byte: 7), record: "id,name")
        ),
        (
            "id,name\n1,a\r2,b\n", .loneCarriageReturn(at: CSVPosition(line: 2, byte: 11), record: "1,a")
        ),
        ("\n\n", .empty),
        ("id,\"na\"me\n", .textAfterQuote(at: CSVPosition(line: 1, byte: 7), record: "id,\"na\"me")),
        ("id,\"name\n", .unterminatedQuote(at: CSVPosition(line: 1, byte: 3), record: "id,\"name")),
        ("id,ID\n1,2\n", .duplicateColumn(name: "ID", first: 1, second: 2)),
        ("", .empty),
        ("<?xml version=\"1.0\"?>\n<Error/>", .notCSV(found: .xml, start: "<?xml version=\"1.0\"?>")),
        ("\n <!DOCTYPE html>\n", .notCSV(found: .html, start: "")),
        ("PAR1xx", .notCSV(found: .parquet, start: "PAR1xx")),
        (
            "version https://git-lfs.github.com/spec/v1\n",
            .notCSV(
                found: .gitLFSPointer, start: "version https://git-lfs.github.com/spec/v1"
            )
        ),
        ("{\"a\":1}", .notCSV(found: .json, start: "{\"a\":1}")),
        ("id\u{0}\n,x", .notCSV(found: .binary, start: "id\u{FFFD}")),
    ])
    func refusesWithThePlaceAndTheRecord(text: String, expected: CSVError) {
        #expect(throws: expected) { try read(Array(text.utf8)) }
    }

    @Test func refusesGzipBytes() throws {
        let packed = try GzipDeflater().compressWhole(Array("id,name\n".utf8))
        #expect { try read(packed) } throws: { error in
            guard case CSVError.notCSV(.gzip, _) = error else { return false }
            return true
        }
    }

    @Test func readsLatin1() throws {
        var bytes = Array("name,id\ncaf".utf8) + [0xE9, 0x2C, 0xA0, 0x31, 0xA0, 0x0A]
        bytes += Array("caf\u{E9},\u{A0}2\n".utf8)
        let (batches, report, _) = try read(bytes)
        let batch = try #require(batches.first)
        #expect(texts(batch["name"]) == ["caf\u{E9}", "caf\u{E9}"])
        #expect(numbers(batch["id"]) == [1, 2])
        #expect(report.latin1Texts == 1)
    }

    @Test func readsALatin1Header() throws {
        let schema = TableSchema([ColumnDefinition("pr\u{E9}nom", .text)])
        let (batches, _, mapping) = try read([0x70, 0x72, 0xE9, 0x6E, 0x6F, 0x6D, 0x0A, 0x61, 0x0A], schema: schema)
        #expect(mapping?.missing == [])
        #expect(texts(batches.first?["pr\u{E9}nom"]) == ["a"])
    }

    @Test func readsSynonyms() throws {
        let schema = TableSchema([
            ColumnDefinition("vendor", .int64, synonyms: ["cmt": "1", "vts": "2", "unknown": ""]),
            ColumnDefinition("flag", .text, synonyms: ["0": "N", "1": "Y", "*": "", "forwarded": "Y"]),
        ])
        let text = "vendor,flag\nCMT,1\n vts ,N\n7,*\nUnknown,0\n,Forwarded\n\"CMT\",\"0\"\n"
        let batch = try #require(try read(Array(text.utf8), schema: schema).batches.first)
        #expect(numbers(batch["vendor"]) == [1, 2, 7, nil, nil, 1])
        #expect(texts(batch["flag"]) == ["Y", "N", nil, "N", "Y", "N"])
    }

    @Test func readsEveryType() throws {
        let schema = TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) })
        let text =
            "int64,int32,double,text,timestamp,date,bool\n"
            + "-9223372036854775808,2147483647,-73.922592163085938,\"a \"\"b\"\"\",2041-08-17 23:59:59,2020-02-29,TRUE\n"
            + "12345678,-2147483648,1e3,nine chars,1/2/2021 0:30,2/29/2020,f\n,,,,,,\n1.0,2.0,,,,,x\n"
        var options = CSVOptions()
        options.badRecords = .null
        var reader = CSVReader(schema: schema, options: options)
        reader.push(Array(text.utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        #expect(numbers(batch["int64"]) == [.min, 12_345_678, 1])
        #expect(batch["int32"]?.values == .int32([.max, .min, 2]))
        #expect(batch["double"]?.values == .double([-73.922592163085938, 1000, 0]))
        #expect(texts(batch["text"]) == ["a \"b\"", "nine chars", nil])
        #expect(numbers(batch["timestamp"]) == [2_260_396_799_000_000, 1_609_547_400_000_000, nil])
        #expect(batch["date"]?.values == .int32([18_321, 18_321, 0]))
        #expect(batch["bool"]?.values == .bool([true, false, false]))
        #expect(batch["bool"]?.nullCount == 1)
        #expect(reader.report.nulledValues == 1)
        #expect(reader.report.emptyRecords == 1)
    }

    @Test func refusesAFileWithoutARequiredColumn() {
        let schema = TableSchema([ColumnDefinition("must", .text, isRequired: true)])
        #expect(throws: CSVError.missingColumns(["must"], header: ["a", "b"])) {
            try read(Array("a,b\n1,2\n".utf8), schema: schema)
        }
    }

    @Test(arguments: [3, 100_000])
    func refusesARecordWithoutEnd(chunk: Int) {
        var options = CSVOptions()
        options.maximumRecordBytes = 1000
        options.blockBytes = 100
        var reader = CSVReader(schema: Self.schema, options: options)
        reader.push(Array("name\n\"".utf8) + [UInt8](repeating: 0x61, count: 2000))
        #expect { _ = try reader.nextBatch() } throws: { error in
            guard case CSVError.recordTooLong(CSVPosition(line: 2, byte: 5), limit: 1000, _) = error else {
                return false
            }
            return true
        }
    }

    @Test func explainsItself() {
        let error = CSVError.invalidValue(
            at: CSVPosition(line: 3, byte: 14), column: "id", index: 1, expected: .int64, got: "x1", record: "x1,b"
        )
        #expect(
            error.description == "At line 3, byte 14, column 1 (id): expected a whole number, got \"x1\". "
                + "Correct the value or leave it blank for NULL. The record: x1,b"
        )
    }
}
