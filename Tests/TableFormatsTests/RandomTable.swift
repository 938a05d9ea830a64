import TestSupport

@testable import TableFormats

/// Batches of random rows with a column of every type, the same for the same shape and seed.
struct RandomTable {
    /// Where NULLs stand.
    enum Nulls: CaseIterable {
        case none
        case some
        case runs
        case all

        func isNull(_ row: Int, _ random: inout SeededGenerator) -> Bool {
            switch self {
            case .none: false
            case .some: Int.random(in: 0..<3, using: &random) == 0
            case .runs: row / 200 % 2 == 1
            case .all: true
            }
        }
    }

    static let schema = TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) })

    var rows: Int
    /// How many values there are to choose from.
    var distinct: Int
    var nulls: Nulls
    var seed: UInt64 = 1
    /// The most rows of a batch; batches are of random sizes.
    var batchRows = 333

    /// The rows in batches.
    var batches: [ColumnBatch] {
        var random = SeededGenerator(seed: seed)
        var batches: [ColumnBatch] = []
        var row = 0
        while row < rows {
            let size = min(Int.random(in: 1...batchRows, using: &random), rows - row)
            let columns = ColumnType.allCases.map { column($0, row..<(row + size), &random) }
            batches.append(ColumnBatch(schema: Self.schema, columns: columns, rowCount: size))
            row += size
        }
        return batches
    }

    private func column(_ type: ColumnType, _ rows: Range<Int>, _ random: inout SeededGenerator) -> Column {
        let builder = ColumnBuilder(type: type)
        for row in rows {
            let value = Int.random(in: 0..<distinct, using: &random) - distinct / 3
            if nulls.isNull(row, &random) { builder.appendNull(); continue }
            switch type {
            case .int64: builder.append(Int64(truncatingIfNeeded: value &* 0x1E37_79B9_7F4A_7C15))
            case .timestamp: builder.append(Int64(value + row) * 1_000_000)
            case .double: builder.append(Double(value) / 4)
            case .date, .int32: builder.append(Int32(value % 30_000))
            case .bool: builder.append(value % 2 == 0)
            case .text: append("é\(value)" + String(repeating: "x", count: abs(value) % 9), to: builder)
            }
        }
        return builder.finish()
    }

    private func append(_ text: String, to builder: ColumnBuilder) {
        Array(text.utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
    }
}

extension [ColumnBatch] {
    /// All rows of each column in one.
    var whole: [Column] {
        let schema = first?.schema ?? RandomTable.schema
        return schema.columns.indices.map { index in
            let builder = ColumnBuilder(type: schema.columns[index].type)
            for batch in self { builder.append(batch.columns[index], rows: 0..<batch.rowCount) }
            return builder.finish()
        }
    }

    /// A Parquet file of the rows.
    func parquet(_ options: ParquetOptions, schema: TableSchema = RandomTable.schema) throws -> [UInt8] {
        var writer = try ParquetWriter(schema: schema, options: options)
        var bytes: [UInt8] = []
        for batch in self { bytes += try writer.append(batch) }
        return try bytes + writer.finish()
    }
}
