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
        _ bytes: [UInt8], schema: TableSchema = Self.schema, chunk: Int = 5, batchRows: Int = 1000
    ) throws -> (batches: [ColumnBatch], report: CSVReader.Report, mapping: HeaderMapping?) {
        var options = CSVReader.Options()
        options.batchRows = batchRows
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
        "name,,id\na,x,1\nb,y,2\n", "id,name\n 1 ,a\n2\t,b\n", "id,name\n1,\"a\" \n2,\"b\"\r\n",
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
        let batch = try read("id,number\n,7\n8,\n9,10\n,\n")
        #expect(numbers(batch["id"]) == [7, 8, 9, nil])
    }

    @Test func countsWhatItForgives() throws {
        let report = try read(Array("id,name\n\n1,a,,\n2,b\n\n".utf8)).report
        #expect(report == CSVReader.Report(rows: 2, blankLines: 2, rowsWithSurplusBlanks: 1))
    }

    @Test func endsBatchesAtTheirSize() throws {
        let text = "id\n" + (0..<10).map { "\($0)\n" }.joined()
        #expect(try read(Array(text.utf8), batchRows: 4).batches.map(\.rowCount) == [4, 4, 2])
        #expect(try read(Array(text.utf8), batchRows: 5).batches.map(\.rowCount) == [5, 5])
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
        ("id\u{0}\n", .notCSV(found: .binary, start: "id\u{FFFD}")),
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

    @Test func refusesTextThatIsNotUTF8() {
        #expect { try read(Array("name\n".utf8) + [0x63, 0xE9, 0x0A]) } throws: { error in
            guard case CSVError.invalidValue(let at, "name", 1, .text, _, _) = error else { return false }
            return at == CSVPosition(line: 2, byte: 5)
        }
    }

    @Test func refusesAFileWithoutARequiredColumn() {
        let schema = TableSchema([ColumnDefinition("must", .text, isRequired: true)])
        #expect(throws: CSVError.missingColumns(["must"], header: ["a", "b"])) {
            try read(Array("a,b\n1,2\n".utf8), schema: schema)
        }
    }

    @Test(arguments: [3, 100_000])
    func refusesARecordWithoutEnd(chunk: Int) {
        var options = CSVReader.Options()
        options.maximumRecordBytes = 1000
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
