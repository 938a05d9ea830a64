import Testing

@testable import TableFormats

struct ColumnBuilderTests {
    @Test(arguments: ColumnType.allCases)
    func manyNullsAreAsMuchAsOneByOne(type: ColumnType) {
        let (one, many) = (ColumnBuilder(type: type), ColumnBuilder(type: type))
        for count in [0, 3, 0, 2] {
            for builder in [one, many] {
                switch type {
                case .int64, .timestamp: builder.append(Int64(7))
                case .int32, .date: builder.append(Int32(7))
                case .double: builder.append(7.5)
                case .bool: builder.append(true)
                case .text: Array("seven".utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
                }
            }
            for _ in 0..<count { one.appendNull() }
            many.appendNulls(count)
        }
        let column = many.finish()
        #expect(column == one.finish())
        #expect(column.count == 9)
        #expect(column.nullCount == 5)
    }

    @Test func noNullsNeedNoValidity() {
        let builder = ColumnBuilder(type: .int64)
        builder.append(Int64(1))
        builder.appendNulls(0)
        #expect(builder.finish().validity == [])
    }
}
