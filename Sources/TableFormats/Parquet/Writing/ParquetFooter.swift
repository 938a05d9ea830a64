/// What the end of a Parquet file says about the rest of it: where pages and column chunks lie, and what they hold.
struct ParquetFooter {
    struct RowGroup {
        var rowCount: Int
        /// Where the row group begins in the file.
        var offset: Int
        var columns: [ColumnPlace]
    }

    /// A column chunk in its place in the file.
    struct ColumnPlace {
        /// The chunk; its bytes have been handed out and are empty here.
        var chunk: EncodedColumnChunk
        var offset: Int
        var size: Int
        /// Where the indexes of the chunk's pages lie; nil where there are none.
        var columnIndex: Range<Int>?
        var offsetIndex: Range<Int>?
    }

    let schema: TableSchema
    let codec: PageCodec
    var metadata: [(name: String, value: String)]
    var rowGroups: [RowGroup] = []

    /// The footer, its length and the closing magic number.
    var bytes: [UInt8] {
        var writer = ThriftWriter()
        writer.field(1, i32: ParquetFormat.version)
        writeSchema(&writer)
        writer.field(3, i64: rowGroups.reduce(0) { $0 + $1.rowCount })
        writer.field(4, list: Array(rowGroups.enumerated())) { group, element in
            write(element.element, ordinal: element.offset, &group)
        }
        if !metadata.isEmpty {
            writer.field(5, list: metadata) { pair, entry in
                pair.field(1, string: entry.name)
                pair.field(2, string: entry.value)
            }
        }
        writer.field(6, string: ParquetFormat.createdBy)
        // Least and greatest values count only where the order they were found by is told.
        writer.field(7, list: schema.columns) { order, _ in order.emptyStruct(1) }
        writer.stop()
        var bytes = writer.bytes
        bytes.append(littleEndian: UInt32(bytes.count))
        return bytes + ParquetFormat.magic
    }

    private func writeSchema(_ writer: inout ThriftWriter) {
        // A tree in depth-first order: the root, then its leaves.
        writer.field(2, list: [nil] + schema.columns.map(Optional.some)) { element, column in
            guard let column else {
                element.field(4, string: "schema")
                element.field(5, i32: schema.columns.count)
                return
            }
            element.field(1, i32: column.type.parquetPhysicalType)
            element.field(3, i32: ParquetFormat.optional)
            element.field(4, string: column.name)
            if let converted = column.type.parquetConvertedType { element.field(6, i32: converted) }
            column.type.writeLogicalType(&element)
        }
    }

    private func write(_ group: RowGroup, ordinal: Int, _ writer: inout ThriftWriter) {
        writer.field(1, list: Array(zip(group.columns, schema.columns))) { column, element in
            let (place, definition) = element
            column.field(2, i64: 0)
            column.field(3) { write(place, definition, &$0) }
            if let index = place.offsetIndex {
                column.field(4, i64: index.lowerBound)
                column.field(5, i32: index.count)
            }
            if let index = place.columnIndex {
                column.field(6, i64: index.lowerBound)
                column.field(7, i32: index.count)
            }
        }
        writer.field(2, i64: group.columns.reduce(0) { $0 + $1.chunk.uncompressedSize })
        writer.field(3, i64: group.rowCount)
        writer.field(5, i64: group.offset)
        writer.field(6, i64: group.columns.reduce(0) { $0 + $1.size })
        if let ordinal = Int16(exactly: ordinal) { writer.field(7, i16: ordinal) }
    }

    private func write(_ place: ColumnPlace, _ definition: ColumnDefinition, _ writer: inout ThriftWriter) {
        let chunk = place.chunk
        writer.field(1, i32: definition.type.parquetPhysicalType)
        let plain = chunk.hasDictionary ? [ParquetFormat.Encoding.plain] : []
        writer.field(2, i32s: plain + [ParquetFormat.Encoding.rle, chunk.valueEncoding])
        writer.field(3, strings: [definition.name])
        writer.field(4, i32: codec.rawValue)
        writer.field(5, i64: chunk.valueCount)
        writer.field(6, i64: chunk.uncompressedSize)
        writer.field(7, i64: place.size)
        writer.field(9, i64: place.offset + chunk.dataPageOffset)
        if chunk.hasDictionary { writer.field(11, i64: place.offset) }
        if let statistics = chunk.statistics { writer.field(12) { statistics.write(&$0) } }
    }
}
