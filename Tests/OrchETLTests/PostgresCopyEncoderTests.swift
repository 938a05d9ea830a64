import TableFormats
import Testing

@testable import OrchETL

struct PostgresCopyEncoderTests {
    /// Rows of every type, with and without NULLs, byte by byte as PostgreSQL documents them.
    @Test func writesEveryType() {
        let builders = ColumnType.allCases.map { ColumnBuilder(type: $0) }
        for builder in builders {
            switch builder.type {
            case .int64: builder.append(Int64(-2))
            case .int32: builder.append(Int32(258))
            case .double: builder.append(1.5)
            case .text: "é!".utf8.withContiguousStorageIfAvailable { builder.append(utf8: $0) }
            // 2000-01-01 00:00:01 and 2000-01-02, counted from 1970.
            case .timestamp: builder.append(Int64(946_684_801_000_000))
            case .date: builder.append(Int32(10_958))
            case .bool: builder.append(true)
            }
            builder.appendNull()
        }
        let schema = TableSchema(ColumnType.allCases.map { ColumnDefinition($0.rawValue, $0) })
        let batch = ColumnBatch(schema: schema, columns: builders.map { $0.finish() }, rowCount: 2)
        let fields: [ColumnType: [UInt8]] = [
            .int64: [0, 0, 0, 8] + [UInt8](repeating: 255, count: 7) + [254], .int32: [0, 0, 0, 4, 0, 0, 1, 2],
            .double: [0, 0, 0, 8, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0], .text: [0, 0, 0, 3, 0xC3, 0xA9, 0x21],
            .timestamp: [0, 0, 0, 8, 0, 0, 0, 0, 0, 0x0F, 0x42, 0x40], .date: [0, 0, 0, 4, 0, 0, 0, 1],
            .bool: [0, 0, 0, 1, 1],
        ]
        var expected: [UInt8] = [0, 7]
        for type in ColumnType.allCases { expected += fields[type] ?? [] }
        expected += [0, 7] + [UInt8](repeating: 255, count: 7 * 4)
        #expect(BinaryCopyEncoder.encode(batch) == expected)
    }

    @Test func takesColumnsWithoutTexts() {
        let builder = ColumnBuilder(type: .text)
        builder.appendNull()
        let batch = ColumnBatch(
            schema: TableSchema([ColumnDefinition("a", .text)]), columns: [builder.finish()], rowCount: 1)
        #expect(BinaryCopyEncoder.encode(batch) == [0, 1, 255, 255, 255, 255])
    }

    @Test func makesNothingOfNoRows() {
        for type in ColumnType.allCases {
            let batch = ColumnBatch(
                schema: TableSchema([ColumnDefinition("a", type)]), columns: [ColumnBuilder(type: type).finish()],
                rowCount: 0)
            #expect(BinaryCopyEncoder.encode(batch) == [])
        }
    }

    /// What no calendar holds must not end the process; the server refuses it.
    @Test(arguments: [Int64.min, .max])
    func survivesTimesOutOfRange(microseconds: Int64) {
        let builder = ColumnBuilder(type: .timestamp)
        builder.append(microseconds)
        let batch = ColumnBatch(
            schema: TableSchema([ColumnDefinition("a", .timestamp)]), columns: [builder.finish()], rowCount: 1)
        #expect(BinaryCopyEncoder.encode(batch).count == 14)
    }
}
