import TestSupport
import Testing

@testable import TableFormats

struct CSVBlockTests {
    /// All that a file gave.
    private struct Reading: Equatable {
        var texts: [[String?]] = []
        var rejects: [CSVReject] = []
        var report = CSVReport()
    }

    private static let schema = TableSchema(["a", "b", "c"].map { ColumnDefinition($0, .text) })

    private static func read(
        _ bytes: [UInt8], schema: TableSchema = schema, options: CSVOptions, chunks: () -> Int
    ) throws -> Reading {
        var reader = CSVBlockReader(schema: schema, options: options)
        var parser: CSVBlockParser?
        var reading = Reading()
        var position = 0
        while true {
            while let block = try reader.nextBlock() {
                let mapping = reader.mapping
                let current =
                    try parser ?? CSVBlockParser(schema: schema, mapping: #require(mapping), options: options)
                parser = current
                let parsed = try current.parse(block)
                reading.report.add(parsed.report)
                reading.rejects += parsed.rejects
                for row in 0..<parsed.batch.rowCount {
                    reading.texts.append(parsed.batch.columns.map { text($0, row) })
                }
            }
            if position == bytes.count { break }
            let end = min(position + max(1, chunks()), bytes.count)
            reader.push(Array(bytes[position..<end]))
            position = end
            if position == bytes.count { reader.finish() }
        }
        return reading
    }

    private static func text(_ column: Column, _ row: Int) -> String? {
        guard column.isValid(row) else { return nil }
        switch column.values {
        case .text(let values): return values.string(at: row)
        case .int64(let values): return String(values[row])
        case .int32(let values): return String(values[row])
        case .double(let values): return String(values[row])
        case .bool(let values): return String(values[row])
        }
    }

    /// Random bytes of what matters to CSV, more or less tidy.
    private static func document(_ random: inout SeededGenerator) -> [UInt8] {
        let pieces: [[String]] = [
            ["x", "yy", "longer text", ",", ",", ",", "\n", "\n", "\r\n", "\"", "\"", "\"\"", " ", "\t", "\r", "1"],
            ["x", "yy", "\"quoted\"", "\"with,comma\"", "\"two\nlines\"", "\"a\"\"b\"", ",", ",", ",", "\n", "\r\n"],
            ["a", "b", "c", ",", ",", "\n"],
            [
                "row,of,three\n", "\"row\",\"of\",\"three\"\n", ",,\n", "\n", "short,row\n", "one,two,three,\n",
                "\"open,\n",
            ],
        ]
        let style = pieces[Int.random(in: 0..<pieces.count, using: &random)]
        var text = ["a,b,c\n", "a,b,c\r\n\r\n", "\u{FEFF}\"a\", b ,c\n"].randomElement(using: &random) ?? ""
        for _ in 0..<Int.random(in: 0..<120, using: &random) { text += style.randomElement(using: &random) ?? "" }
        return Array(text.utf8)
    }

    @Test(arguments: 0..<400)
    func readsAsTheReferenceDoesHoweverBytesAreCut(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let bytes = Self.document(&random)
        var options = CSVOptions()
        options.badRecords = .reject
        options.maximumRecordBytes = [20, 64, 150, 1 << 20].randomElement(using: &random) ?? 0
        let whole = try Self.read(bytes, options: options) { bytes.count }
        try Self.compare(whole, bytes, options)
        for _ in 0..<6 {
            options.blockBytes = [0, 1, 2, 7, 30, 64, 65, 200, 1000, .max].randomElement(using: &random) ?? 0
            let most = [1, 3, 17, 70, 500].randomElement(using: &random) ?? 1
            let cut = try Self.read(bytes, options: options) { Int.random(in: 1...most, using: &random) }
            #expect(cut == whole, "blocks of \(options.blockBytes), chunks of at most \(most)")
        }
    }

    private static func compare(_ reading: Reading, _ bytes: [UInt8], _ options: CSVOptions) throws {
        let start = try #require(bytes.firstIndex(of: 0x0A)) + 1
        let reference = CSVReference(bytes, columnCount: 3, maximumRecordBytes: options.maximumRecordBytes)
        var rows: [[String?]] = []
        var bad: [(CSVPosition, String, [UInt8])] = []
        var expected = CSVReport()
        for (line, byte, outcome) in reference.records(from: start, line: 2) {
            switch outcome {
            case .row(let fields): rows.append(fields.map { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) })
            case .blankLine: expected.blankLines += 1
            case .emptyRecord: expected.emptyRecords += 1
            case .bad(let reason, let record):
                bad.append((CSVPosition(line: line, byte: byte), reason, record))
            }
        }
        (expected.rows, expected.rejectedRecords) = (rows.count, bad.count)
        expected.rowsWithSurplusBlanks = reading.report.rowsWithSurplusBlanks
        #expect(reading.texts == rows)
        #expect(reading.report == expected)
        #expect(reading.rejects.map(\.position) == bad.map(\.0))
        #expect(reading.rejects.map(\.record) == bad.map(\.2))
        for (reject, expected) in zip(reading.rejects, bad) { #expect(reject.reason.hasPrefix(expected.1)) }
    }

    private static let numbers = TableSchema([
        ColumnDefinition("id", .int64), ColumnDefinition("price", .double, synonyms: ["free": "0"]),
        ColumnDefinition("at", .timestamp), ColumnDefinition("name", .text),
    ])

    /// A file of many tiles with a bad record here and there, and what is wrong with it.
    private static func flawed(rows: Int) -> (bytes: [UInt8], bad: [(line: Int, byte: Int, column: String?)]) {
        var bytes = Array("id,price,at,name\r\n".utf8)
        var bad: [(line: Int, byte: Int, column: String?)] = []
        var line = 2
        for row in 0..<rows {
            let (record, column): (String, String??) =
                switch row % 97 {
                case 13: ("\(row),x,2020-13-01 00:00:00,n", "price")
                case 31: ("\(row),1,2020-02-30 00:00:00,\"two\nlines\"", "at")
                case 59: ("\(row),1", .some(nil))
                case 60: ("id,price,at,name", .some(nil))
                case 83: ("\(row),1,2020-02-29 00:00:00,\"n\"n", .some(nil))
                case 90: ("\(row),Free,2020-02-29 23:59:59,\"two\nlines\"", nil)
                default: ("\(row),\(row % 50).25,2020-02-29 00:00:00,n", nil)
                }
            if let column { bad.append((line, bytes.count, column)) }
            bytes += Array((record + (row % 3 == 0 ? "\r\n" : "\n")).utf8)
            line += record.contains("\n") ? 2 : 1
        }
        return (bytes, bad)
    }

    @Test(arguments: [100, 5000, 1 << 20])
    func leavesBadRecordsOut(blockBytes: Int) throws {
        let (bytes, bad) = Self.flawed(rows: 3000)
        var options = CSVOptions()
        options.badRecords = .reject
        options.blockBytes = blockBytes
        let reading = try Self.read(bytes, schema: Self.numbers, options: options) { 4096 }
        #expect(reading.report.rows == 3000 - bad.count)
        #expect(reading.report.rejectedRecords == bad.count)
        #expect(reading.rejects.map(\.position) == bad.map { CSVPosition(line: $0.line, byte: $0.byte) })
        #expect(reading.rejects.map(\.column) == bad.map(\.column))
        let kept = (0..<3000).filter { ![13, 31, 59, 60, 83].contains($0 % 97) }
        #expect(reading.texts.map(\.first) == kept.map { String($0) })
        let first = try #require(reading.rejects.first)
        #expect(
            first.reason
                == "column 2 (price): expected a number, got \"x\". Correct the value or leave it blank for NULL.")
        #expect(first.record == Array("13,x,2020-13-01 00:00:00,n".utf8))
    }

    @Test(arguments: [100, 1 << 20])
    func makesBadValuesNull(blockBytes: Int) throws {
        let (bytes, bad) = Self.flawed(rows: 1000)
        var options = CSVOptions()
        options.badRecords = .null
        options.blockBytes = blockBytes
        let reading = try Self.read(bytes, schema: Self.numbers, options: options) { 1000 }
        let malformed = bad.filter { $0.column == nil }
        #expect(reading.rejects.map(\.position) == malformed.map { CSVPosition(line: $0.line, byte: $0.byte) })
        #expect(reading.report.rows == 1000 - malformed.count)
        // A bad price and a bad time, and a bad time.
        #expect(reading.report.nulledValues == 11 * 2 + 10)
        #expect(reading.texts.first { $0[0] == "13" } == ["13", nil, nil, "n"])
        #expect(reading.texts.first { $0[0] == "90" } == ["90", "0.0", "1583020799000000", "two\nlines"])
    }

    @Test(arguments: [10, 1000, 1 << 20])
    func failsAtTheFirstBadRecordWithItsPlace(blockBytes: Int) throws {
        let (bytes, bad) = Self.flawed(rows: 1000)
        var options = CSVOptions()
        options.blockBytes = blockBytes
        let first = try #require(bad.first)
        #expect(
            throws: CSVError.invalidValue(
                at: CSVPosition(line: first.line, byte: first.byte + 3), column: "price", index: 2, expected: .double,
                got: "x", record: "13,x,2020-13-01 00:00:00,n")
        ) {
            try Self.read(bytes, schema: Self.numbers, options: options) { 700 }
        }
    }

    @Test func staysUsableAfterAnError() throws {
        var reader = CSVBlockReader(schema: Self.numbers)
        reader.push(Array("id\n1\n2\nx\n".utf8))
        reader.finish()
        let block = try reader.nextBlock()
        let mapping = reader.mapping
        let parser = CSVBlockParser(schema: Self.numbers, mapping: try #require(mapping))
        let bad = try #require(block)
        #expect(throws: CSVError.self) { try parser.parse(bad) }
        var good = CSVBlockReader(schema: Self.numbers)
        good.push(Array("id\n3\n".utf8))
        good.finish()
        let next = try good.nextBlock()
        #expect(try parser.parse(#require(next)).batch.columns[0].values == .int64([3]))
    }

    @Test(arguments: [1, 50, 5000])
    func passesOverALineOfAnyLength(chunk: Int) throws {
        let long = [UInt8](repeating: 0x61, count: 3000)
        var bytes = Array("a,b,c\n1,2,3\n".utf8) + long
        bytes += Array("\r\n4,5,6\n\"open\n".utf8) + long + Array("\n7,8,9\n".utf8)
        var options = CSVOptions()
        options.badRecords = .reject
        options.maximumRecordBytes = 100
        options.blockBytes = 64
        let reading = try Self.read(bytes, options: options) { chunk }
        #expect(reading.texts == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]])
        #expect(reading.rejects.map(\.position.line) == [3, 5, 6])
        #expect(reading.rejects.map(\.record.count) == [100, 5, 100])
        #expect(reading.rejects.allSatisfy { $0.reason.hasPrefix("a record is longer than 100 bytes") })
    }

    @Test func refusesNULInText() throws {
        let bytes = Array("a,b,c\n".utf8) + [UInt8](repeating: 0x78, count: 600) + Array(",b,x\u{0}\n".utf8)
        #expect {
            try Self.read(bytes, options: CSVOptions()) { 100 }
        } throws: { error in
            guard case CSVError.invalidValue(let at, "c", 3, .text, "x\u{FFFD}", _) = error else { return false }
            return at == CSVPosition(line: 2, byte: 609)
        }
    }

    @Test func countsEmptyRecordsWithoutNumber() throws {
        let bytes = Array("a,b,c\n".utf8) + Array(repeatElement(Array(",,\r\n".utf8), count: 60_000).joined())
        let reading = try Self.read(bytes, options: CSVOptions()) { 1 << 16 }
        #expect(reading.report.emptyRecords == 60_000)
        #expect(reading.texts.isEmpty)
    }

    @Test(arguments: 0..<50)
    func takesACensusOfAnyLength(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let length = Int.random(in: 0...(seed < 10 ? 20_000 : 300), using: &random)
        let rate = Int.random(in: 1...40, using: &random)
        let bytes = (0..<length).map { _ -> UInt8 in
            Int.random(in: 0...rate, using: &random) == 0 ? 0x0A : UInt8.random(in: 0x23...0xFF, using: &random)
        }
        var expected = CSVCensus(UnsafeBufferPointer(start: nil, count: 0))
        expected.newlines = bytes.count { $0 == 0x0A }
        #expect(bytes.withUnsafeBufferPointer { CSVCensus($0) } == expected)
        guard let at = bytes.indices.randomElement(using: &random) else { return }
        var quoted = bytes
        quoted[at] = 0x22
        #expect(quoted.withUnsafeBufferPointer { CSVCensus($0) }.hasQuotes)
    }
}
