import Foundation
import TestSupport
import Testing

@testable import TableFormats

struct ParquetWriterTests {
    static let schema = TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) })

    /// Rows of every type; `isNull` says which are NULL, `distinct` how many values there are.
    private func batch(_ rows: Range<Int>, distinct: Int, isNull: (Int) -> Bool) -> ColumnBatch {
        let columns = ColumnType.allCases.map { type in
            let builder = ColumnBuilder(type: type)
            for row in rows {
                let value = (row &* 7919) % distinct - distinct / 3
                if isNull(row) { builder.appendNull(); continue }
                switch type {
                case .int64: builder.append(Int64(value) << 33)
                case .timestamp: builder.append(Int64(value) * 1_000_003)
                case .double: builder.append(Double(value) / 4)
                case .date, .int32: builder.append(Int32(value % 30_000))
                case .bool: builder.append(value % 2 == 0)
                case .text: Array("é\(value)".utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
                }
            }
            return builder.finish()
        }
        return ColumnBatch(schema: Self.schema, columns: columns, rowCount: rows.count)
    }

    private func write(_ batches: [ColumnBatch], _ options: ParquetOptions) throws -> [UInt8] {
        var writer = try ParquetWriter(schema: Self.schema, options: options)
        var bytes: [UInt8] = []
        for batch in batches { bytes += try writer.append(batch) }
        return try bytes + writer.finish()
    }

    private func judge(_ bytes: [UInt8]) throws -> ParquetJudgement {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).parquet")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try ParquetJudge.judge(file.path)
    }

    private struct Shape: Sendable, CustomTestStringConvertible {
        var name: String
        var rows = 1000
        var distinct = 50
        var nullEvery = 0
        var codec = ParquetOptions.Codec.gzip(level: 6)
        var rowGroupRows = 400
        var pageRows = 150
        var dictionaryEntries = 32_768
        var testDescription: String { name }
    }

    @Test(
        .enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON"),
        arguments: [
            Shape(name: "dictionaries"), Shape(name: "dictionaries and NULLs", nullEvery: 3),
            Shape(name: "plain", distinct: 100_000, nullEvery: 7, codec: .uncompressed),
            Shape(name: "plain by a small limit", distinct: 50, codec: .gzip(level: 1), dictionaryEntries: 10),
            Shape(name: "one value", distinct: 1, nullEvery: 2), Shape(name: "all NULL", nullEvery: 1),
            Shape(name: "no rows", rows: 0), Shape(name: "one row", rows: 1),
            Shape(
                name: "one row group", rows: 5000, distinct: 3000, nullEvery: 5, rowGroupRows: 100_000, pageRows: 5000),
        ]
    )
    private func foreignReadersAgree(shape: Shape) throws {
        var options = ParquetOptions()
        options.codec = shape.codec
        options.rowGroupRows = shape.rowGroupRows
        options.pageRows = shape.pageRows
        options.dictionaryEntries = shape.dictionaryEntries
        options.metadata = [("orch.run", "a run"), ("é", "")]
        let isNull = { (row: Int) in shape.nullEvery > 0 && row % shape.nullEvery == 0 }
        // Batches of another size than row groups.
        let batches = stride(from: 0, to: shape.rows, by: 333).map {
            batch($0..<min($0 + 333, shape.rows), distinct: shape.distinct, isNull: isNull)
        }
        let judgement = try judge(try write(batches, options))
        let values = (0..<shape.rows).filter { !isNull($0) }.map { ($0 &* 7919) % shape.distinct - shape.distinct / 3 }
        #expect(judgement.readers.keys.sorted() == ["duckdb", "polars", "pyarrow"])
        for (name, reader) in judgement.readers {
            #expect(reader.rows == shape.rows, "\(name)")
            #expect(
                reader.columns.mapValues(\.type)
                    == Dictionary(uniqueKeysWithValues: ColumnType.allCases.map { ($0.rawValue, $0.rawValue) }),
                "\(name)")
            #expect(reader.columns.values.allSatisfy { $0.nulls == shape.rows - values.count }, "\(name)")
            #expect(reader.columns["int64"]?.min == values.min().map { .number(Double($0 << 33)) }, "\(name)")
            #expect(reader.columns["int64"]?.max == values.max().map { .number(Double($0 << 33)) }, "\(name)")
            #expect(reader.columns["double"]?.sum == Double(values.reduce(0, +)) / 4, "\(name)")
            #expect(reader.columns["text"]?.max == values.map { "é\($0)" }.max().map { .text($0) }, "\(name)")
        }
        #expect(judgement.readers["pyarrow"]?.columns == judgement.readers["duckdb"]?.columns)
        #expect(judgement.readers["pyarrow"]?.columns == judgement.readers["polars"]?.columns)
        #expect(judgement.metadata.filter { $0.key != "ARROW:schema" } == ["orch.run": "a run", "é": ""])
        #expect(judgement.row_groups.allSatisfy { $0 <= shape.rowGroupRows })
        #expect(judgement.row_groups.reduce(0, +) == shape.rows)
        #expect(judgement.codecs == (shape.rows == 0 ? [] : [shape.codec == .uncompressed ? "UNCOMPRESSED" : "GZIP"]))
    }

    @Test func beginsAndEndsWithTheMagicNumber() throws {
        let bytes = try write([batch(0..<10, distinct: 3) { _ in false }], ParquetOptions())
        #expect(bytes.prefix(4) == Array("PAR1".utf8)[...])
        #expect(bytes.suffix(4) == Array("PAR1".utf8)[...])
        let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(length > 100 && length < bytes.count - 12)
    }

    @Test func handsOutARowGroupAsSoonAsItIsFull() throws {
        var options = ParquetOptions()
        options.rowGroupRows = 100
        var writer = try ParquetWriter(schema: Self.schema, options: options)
        let first = try writer.append(batch(0..<99, distinct: 9) { _ in false })
        let second = try writer.append(batch(99..<100, distinct: 9) { _ in false })
        let third = try writer.append(batch(100..<101, distinct: 9) { _ in false })
        #expect(first.isEmpty && !second.isEmpty && third.isEmpty)
        #expect(writer.rowCount == 101)
    }

    @Test func refusesALevelThatGzipDoesNotHave() {
        var options = ParquetOptions()
        options.codec = .gzip(level: 10)
        #expect(throws: ParquetError.self) { _ = try ParquetWriter(schema: Self.schema, options: options) }
    }
}
