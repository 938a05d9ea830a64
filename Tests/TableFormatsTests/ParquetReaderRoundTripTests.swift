import Testing

@testable import TableFormats

/// What our own writer writes.
struct ParquetReaderRoundTripTests {
    private static let schema = TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) })
    private static let rows = 2500

    /// A column of every type, with NULLs in blocks; `distinct` values.
    private func batch(distinct: Int) -> ColumnBatch {
        let columns = ColumnType.allCases.map { type in
            let builder = ColumnBuilder(type: type)
            for row in 0..<Self.rows {
                let value = (row &* 7919) % distinct - distinct / 3
                if row / 50 % 3 == 1 { builder.appendNull(); continue }
                switch type {
                case .int64, .timestamp: builder.append(Int64(value) << 33)
                case .int32, .date: builder.append(Int32(value))
                case .double: builder.append(Double(value) / 4)
                case .bool: builder.append(value % 2 == 0)
                case .text: Array("é\(value)".utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
                }
            }
            return builder.finish()
        }
        return ColumnBatch(schema: Self.schema, columns: columns, rowCount: Self.rows)
    }

    private func written(_ batch: ColumnBatch, _ change: (inout ParquetOptions) -> Void) throws -> ParquetBytes {
        var options = ParquetOptions()
        options.rowGroupRows = 1000
        change(&options)
        var writer = try ParquetWriter(schema: Self.schema, options: options)
        let bytes = try writer.append(batch)
        return try ParquetBytes(bytes + writer.finish(metadata: [("orch.run", "a run")]))
    }

    @Test(arguments: [ParquetOptions.Codec.uncompressed, .gzip(level: 1), .snappy, .zstd(level: 3)], [7, 5000])
    func readsWhatWasWritten(codec: ParquetOptions.Codec, distinct: Int) throws {
        let batch = batch(distinct: distinct)
        let bytes = try written(batch) { $0.codec = codec }
        let file = try bytes.open()
        #expect(file.schema == Self.schema)
        #expect(file.rowGroups.map(\.rowCount) == [1000, 1000, 500])
        #expect(file.metadata.contains { $0.name == "orch.run" && $0.value == "a run" })
        for (index, column) in batch.columns.enumerated() {
            let found = try bytes.column(file, index, rows: 333)
            #expect(found == column, "\(Self.schema.columns[index].name)")
        }
    }

    @Test func readsTheRowGroupsThatAreAskedFor() throws {
        let batch = batch(distinct: 5000)
        let bytes = try written(batch) { $0.codec = .snappy }
        let column = try bytes.column(bytes.open(), 0, rows: 4096, rowGroups: [2, 0])
        let builder = ColumnBuilder(type: .int64)
        builder.append(batch.columns[0], rows: 2000..<2500)
        builder.append(batch.columns[0], rows: 0..<1000)
        #expect(column == builder.finish())
    }

    @Test func leavesOutRowGroupsThatCannotMatch() throws {
        let schema = TableSchema([
            ColumnDefinition("id", .int64), ColumnDefinition("amount", .double), ColumnDefinition("zone", .text),
            ColumnDefinition("nothing", .int64),
        ])
        let builders = schema.columns.map { ColumnBuilder(type: $0.type) }
        for row in 0..<300 {
            builders[0].append(Int64(row))
            builders[1].append(Double(row) / 2)
            Array("zone \(row / 100)".utf8).withUnsafeBufferPointer { builders[2].append(utf8: $0) }
            builders[3].appendNull()
        }
        var options = ParquetOptions()
        options.rowGroupRows = 100
        var writer = try ParquetWriter(schema: schema, options: options)
        let batch = ColumnBatch(schema: schema, columns: builders.map { $0.finish() }, rowCount: 300)
        let file = try ParquetBytes(writer.append(batch) + writer.finish()).open()
        #expect(file.rowGroups[1].statistics[0]?.minimum == .integer(100))
        #expect(file.rowGroups[1].statistics[1]?.maximum == .double(99.5))
        #expect(try file.rowGroups(where: "id", overlaps: Int64(99)...100) == [0, 1])
        #expect(try file.rowGroups(where: "id", overlaps: 299.5...400.0) == [])
        #expect(try file.rowGroups(where: "id", overlaps: "a"..."b") == [0, 1, 2])
        #expect(try file.rowGroups(where: "amount", overlaps: 99.6...1000.0) == [2])
        #expect(try file.rowGroups(where: "zone", overlaps: "zone 1"..."zone 1") == [1])
        #expect(try file.rowGroups(where: "nothing", overlaps: Int64.min...Int64.max) == [])
        #expect(throws: ParquetReadError.noSuchColumn("x", available: ["id", "amount", "zone", "nothing"])) {
            try file.rowGroups(where: "x", overlaps: 0.0...1.0)
        }
    }
}
