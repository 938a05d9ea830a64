import Foundation
import TestSupport
import Testing

@testable import TableFormats

struct ParquetWriterTests {
    private static let codecs: [(codec: ParquetOptions.Codec, name: String)] = [
        (.uncompressed, "UNCOMPRESSED"), (.gzip(level: 1), "GZIP"), (.gzip(level: 9), "GZIP"), (.snappy, "SNAPPY"),
        (.zstd(level: 3), "ZSTD"),
    ]

    private func write(_ bytes: [UInt8], as name: String, in folder: TemporaryFolder) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
        return folder.file(name)
    }

    /// Whether every reader finds exactly these columns.
    private func expect(_ judgement: ParquetJudgement, _ columns: [Column], _ schema: TableSchema, _ what: String) {
        #expect(judgement.readers.keys.sorted() == ["duckdb", "polars", "pyarrow"])
        let checksums = columns.map(\.checksum)
        for (name, reader) in judgement.readers {
            #expect(reader.rows == columns.first?.count, "\(name), \(what)")
            #expect(reader.columns.keys.sorted() == schema.columns.map(\.name).sorted(), "\(name), \(what)")
            for (index, (definition, column)) in zip(schema.columns, columns).enumerated() {
                let found = reader.columns[definition.name]
                #expect(found?.type == definition.type.rawValue, "\(name), \(what), \(definition.name)")
                #expect(found?.nulls == column.nullCount, "\(name), \(what), \(definition.name)")
                #expect(found?.checksum == checksums[index], "\(name), \(what), \(definition.name)")
            }
        }
    }

    @Test(
        .enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON"),
        arguments: codecs.indices, ParquetOptions.DataPageVersion.allCases
    )
    func foreignReadersFindEveryValue(codec: Int, version: ParquetOptions.DataPageVersion) throws {
        let folder = try TemporaryFolder()
        var options = ParquetOptions()
        options.codec = Self.codecs[codec].codec
        options.dataPageVersion = version
        options.rowGroupRows = 700
        options.pageRows = 150
        var tables: [(table: RandomTable, path: String)] = []
        for nulls in RandomTable.Nulls.allCases {
            for distinct in [1, 2, 40, 1_000_000] {
                let table = RandomTable(rows: 1500, distinct: distinct, nulls: nulls, seed: UInt64(tables.count))
                let bytes = try table.batches.parquet(options)
                tables.append((table, try write(bytes, as: "\(nulls)-\(distinct).parquet", in: folder)))
            }
        }
        let judgements = try ParquetJudge.judge(tables.map(\.path))
        for ((table, path), judgement) in zip(tables, judgements) {
            expect(judgement, table.batches.whole, RandomTable.schema, path)
            #expect(judgement.row_groups == [700, 700, 100])
            #expect(judgement.codecs == [Self.codecs[codec].name])
            #expect(judgement.page_indexes == 3 * ColumnType.allCases.count)
            let isDictionary = judgement.encodings["double"]?.contains("RLE_DICTIONARY")
            #expect(isDictionary == (table.distinct < 100 && table.nulls != .all), "\(path)")
        }
    }

    @Test(.enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON"))
    func foreignReadersFindEveryValueOfOddShapes() throws {
        let folder = try TemporaryFolder()
        var shapes: [(table: RandomTable, options: ParquetOptions)] = []
        for rows in [0, 1, 8, 127, 128, 129, 130, 1025] {
            for nulls in [RandomTable.Nulls.none, .some] {
                var options = ParquetOptions()
                options.metadata = [("orch.run", "a run"), ("é", "")]
                options.rowGroupRows = rows == 8 ? 1 : 1_000_000
                options.pageRows = rows == 130 ? 1 : 1_000_000
                options.dictionaryEntries = rows == 129 ? 0 : 10_000
                options.usesDeltaEncoding = rows != 1025
                shapes.append((RandomTable(rows: rows, distinct: 300, nulls: nulls), options))
            }
        }
        var large = ParquetOptions()
        large.writesStatistics = false
        large.writesPageIndex = false
        shapes.append((RandomTable(rows: 30_000, distinct: 3000, nulls: .some, batchRows: 20_000), large))
        large.writesStatistics = true
        shapes.append((RandomTable(rows: 30_000, distinct: 3000, nulls: .runs, batchRows: 20_000), large))
        let paths = try shapes.enumerated().map { index, shape in
            try write(shape.table.batches.parquet(shape.options), as: "\(index).parquet", in: folder)
        }
        for ((table, options), judgement) in zip(shapes, try ParquetJudge.judge(paths)) {
            expect(judgement, table.batches.whole, RandomTable.schema, "\(table)")
            let metadata = Dictionary(uniqueKeysWithValues: options.metadata.map { ($0.name, $0.value) })
            #expect(judgement.metadata.filter { $0.key != "ARROW:schema" } == metadata)
            #expect((judgement.page_indexes > 0) == (options.writesPageIndex && table.rows > 0))
        }
    }

    @Test(.enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON"))
    func foreignReadersFindExtremeValues() throws {
        let folder = try TemporaryFolder()
        let huge = String(repeating: "ü", count: 700_000)
        let batch = ColumnBatch(
            schema: TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) }),
            columns: [
                Column(int64: [.min, .max, nil, 0, -1, .min, .max]),
                Column(int32: [.min, .max, nil, 0, -1, .min, .max]),
                Column(doubles: [.nan, -0.0, nil, 0.0, .infinity, -.infinity, .leastNonzeroMagnitude]),
                Column(texts: ["", huge, nil, "a\u{0}b", "\u{10FFFF}", huge, "😀"]),
                // pyarrow's and polars' datetime begins with the year 1.
                Column(int64: [-62_135_596_800_000_000, 253_402_300_799_999_999, nil, 0, -1, 1, 2], .timestamp),
                Column(int32: [-719_162, 2_932_896, nil, 0, -1, 1, 2], .date),
                Column(bools: [true, false, nil, true, true, true, false]),
            ], rowCount: 7)
        var paths: [String] = []
        for entries in [0, 10_000] {
            for version in ParquetOptions.DataPageVersion.allCases {
                var options = ParquetOptions()
                options.dictionaryEntries = entries
                options.dataPageVersion = version
                let bytes = try [batch].parquet(options)
                paths.append(try write(bytes, as: "\(entries)-\(version).parquet", in: folder))
            }
        }
        for (path, judgement) in zip(paths, try ParquetJudge.judge(paths)) {
            expect(judgement, batch.columns, batch.schema, path)
        }
    }

    @Test func beginsAndEndsWithTheMagicNumber() throws {
        let bytes = try RandomTable(rows: 10, distinct: 3, nulls: .none).batches.parquet(ParquetOptions())
        #expect(bytes.prefix(4) == Array("PAR1".utf8)[...])
        #expect(bytes.suffix(4) == Array("PAR1".utf8)[...])
        let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(length > 100 && length < bytes.count - 12)
    }

    @Test func handsOutARowGroupAsSoonAsItIsFull() throws {
        var options = ParquetOptions()
        options.rowGroupRows = 100
        var writer = try ParquetWriter(schema: TableSchema([ColumnDefinition("a", .int64)]), options: options)
        var isEmpty: [Bool] = []
        for rows in [99, 1, 1, 250] {
            let column = Column(int64: [Int64?](repeating: 7, count: rows))
            let batch = ColumnBatch(
                schema: TableSchema([ColumnDefinition("a", .int64)]), columns: [column], rowCount: rows)
            isEmpty.append(try writer.append(batch).isEmpty)
        }
        #expect(isEmpty == [true, false, true, false])
        #expect(writer.rowCount == 351)
    }

    @Test func endsARowGroupWhenItsTextsAreMany() throws {
        let schema = TableSchema([ColumnDefinition("text", .text)])
        var options = ParquetOptions()
        options.rowGroupTextBytes = 64_000
        var writer = try ParquetWriter(schema: schema, options: options)
        let column = Column(texts: [String](repeating: String(repeating: "x", count: 1000), count: 8))
        let batch = ColumnBatch(schema: schema, columns: [column], rowCount: 8)
        let sizes = try (0..<8).map { _ in try writer.append(batch).count }
        #expect(sizes.dropLast().allSatisfy { $0 == 0 } && sizes[7] > 0)
    }

    /// Threads share the work by row groups and columns; the bytes must not tell.
    @Test func segmentsAndFacadeGiveTheSameBytes() throws {
        let table = RandomTable(rows: 20_000, distinct: 2000, nulls: .some, batchRows: 6000)
        var options = ParquetOptions()
        options.rowGroupRows = 20_000
        let expected = try table.batches.parquet(options)
        #expect(try table.batches.parquet(options) == expected)
        let encoder = try ParquetColumnEncoder(schema: RandomTable.schema, options: options)
        let whole = ColumnBatch(schema: RandomTable.schema, columns: table.batches.whole, rowCount: 20_000)
        for segments in [table.batches, [whole], cut(whole, into: 97)] {
            var assembler = ParquetAssembler(schema: RandomTable.schema, options: options)
            let chunks = try ColumnType.allCases.indices.map { index in
                try encoder.encode(column: index, of: segments.map { $0.columns[index] })
            }
            let pieces = assembler.append(rowGroup: chunks, rowCount: 20_000)
            #expect(pieces.dropFirst().map(\.count) == chunks.map(\.byteCount))
            #expect(pieces.reduce([], +) + assembler.finish() == expected)
            #expect(assembler.rowCount == 20_000)
        }
    }

    private func cut(_ batch: ColumnBatch, into rows: Int) -> [ColumnBatch] {
        stride(from: 0, to: batch.rowCount, by: rows).map { start in
            let range = start..<min(start + rows, batch.rowCount)
            let columns = batch.columns.map { column in
                let builder = ColumnBuilder(type: column.type)
                builder.append(column, rows: range)
                return builder.finish()
            }
            return ColumnBatch(schema: batch.schema, columns: columns, rowCount: range.count)
        }
    }

    @Test func timesAreToldByTheirDifferencesUnlessAskedNotTo() throws {
        var times: [Int64?] = []
        for row in 0..<10_000 { times.append(Int64(row + row % 2 * 60) * 1_000_000) }
        let schema = TableSchema([ColumnDefinition("time", .timestamp)])
        var options = ParquetOptions()
        let deltas = try ParquetColumnEncoder(schema: schema, options: options)
            .encode(column: 0, of: [Column(int64: times, .timestamp)])
        options.usesDeltaEncoding = false
        let plain = try ParquetColumnEncoder(schema: schema, options: options)
            .encode(column: 0, of: [Column(int64: times, .timestamp)])
        #expect(deltas.valueEncoding == ParquetFormat.Encoding.deltaBinaryPacked)
        #expect(plain.valueEncoding == ParquetFormat.Encoding.plain)
        #expect(deltas.uncompressedSize * 3 < plain.uncompressedSize * 2)
    }

    @Test func refusesALevelThatTheCodecDoesNotHave() {
        var options = ParquetOptions()
        options.codec = .gzip(level: 13)
        #expect(throws: ParquetError.unsupportedLevel(codec: .gzip, level: 13, levels: 0...12)) {
            _ = try ParquetWriter(schema: RandomTable.schema, options: options)
        }
        #expect(throws: ParquetError.self) {
            _ = try ParquetColumnEncoder(schema: RandomTable.schema, options: options)
        }
    }
}
