import CZlib

/// Turns one column of a row group into its pages.
struct ColumnChunkEncoder {
    /// A column chunk: the bytes of its pages and what the footer says about it.
    struct Chunk {
        var definition: ColumnDefinition
        var bytes: [UInt8]
        /// Where the data pages begin in `bytes`; the dictionary page, if any, is before.
        var dataPageOffset: Int
        var valueCount: Int
        var uncompressedSize: Int
        var encodings: [Int]
        var statistics: ColumnStatistics
    }

    let options: ParquetOptions
    /// The packer, or nil for pages that are not packed.
    let deflater: GzipDeflater?

    /// Encodes the rows of a row group.
    func encode(_ column: Column, as definition: ColumnDefinition) throws(ParquetError) -> Chunk {
        let values = DenseValues(column)
        let dictionary = values.dictionary(limit: options.dictionaryEntries)
        var chunk = Chunk(
            definition: definition, bytes: [], dataPageOffset: 0, valueCount: column.count, uncompressedSize: 0,
            encodings: [ParquetFormat.Encoding.plain, ParquetFormat.Encoding.rle],
            statistics: ColumnStatistics(
                dictionary?.values ?? values, nullCount: column.nullCount, textLimit: options.statisticsTextBytes
            )
        )
        if let dictionary {
            chunk.encodings.append(ParquetFormat.Encoding.rleDictionary)
            var body: [UInt8] = []
            dictionary.values.appendPlain(0..<dictionary.values.count, to: &body)
            try append(body, type: ParquetFormat.PageType.dictionary, to: &chunk) { header in
                header.field(7) { page in
                    page.field(1, i32: dictionary.values.count)
                    page.field(2, i32: ParquetFormat.Encoding.plain)
                }
            }
            chunk.dataPageOffset = chunk.bytes.count
        }
        var firstValue = 0
        for start in stride(from: 0, to: column.count, by: options.pageRows) {
            let rows = start..<min(start + options.pageRows, column.count)
            let present = column.nullCount == 0 ? rows.count : column.validity[rows].count { $0 }
            let range = firstValue..<(firstValue + present)
            firstValue = range.upperBound
            try appendDataPage(column, rows, values, range, dictionary, to: &chunk)
        }
        return chunk
    }

    private func appendDataPage(
        _ column: Column, _ rows: Range<Int>, _ values: DenseValues, _ range: Range<Int>,
        _ dictionary: (values: DenseValues, indices: [UInt32])?, to chunk: inout Chunk
    ) throws(ParquetError) {
        var body = Self.definitionLevels(column, rows)
        if let dictionary {
            // No bits at all would do for a single value, but not every reader expects that.
            let width = max(1, HybridRLEEncoder.bitWidth(maximum: dictionary.values.count - 1))
            body.append(UInt8(width))
            dictionary.indices.withUnsafeBufferPointer { indices in
                HybridRLEEncoder.encode(UnsafeBufferPointer(rebasing: indices[range]), bitWidth: width, into: &body)
            }
        } else {
            values.appendPlain(range, to: &body)
        }
        let encoding = dictionary == nil ? ParquetFormat.Encoding.plain : ParquetFormat.Encoding.rleDictionary
        try append(body, type: ParquetFormat.PageType.data, to: &chunk) { header in
            header.field(5) { page in
                page.field(1, i32: rows.count)
                page.field(2, i32: encoding)
                page.field(3, i32: ParquetFormat.Encoding.rle)
                page.field(4, i32: ParquetFormat.Encoding.rle)
            }
        }
    }

    /// One for a value, zero for NULL, with the length of their encoding before.
    private static func definitionLevels(_ column: Column, _ rows: Range<Int>) -> [UInt8] {
        let levels = rows.map { column.isValid($0) ? UInt32(1) : 0 }
        var encoded: [UInt8] = []
        levels.withUnsafeBufferPointer { HybridRLEEncoder.encode($0, bitWidth: 1, into: &encoded) }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(encoded.count))
        return bytes + encoded
    }

    private func append(
        _ body: [UInt8], type: Int, to chunk: inout Chunk, _ details: (inout ThriftWriter) -> Void
    ) throws(ParquetError) {
        let packed: [UInt8]
        do { packed = try deflater?.compressWhole(body) ?? body } catch { throw .compression(error) }
        let checksum = packed.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32(clamping: $0.count)) }
        var header = ThriftWriter()
        header.field(1, i32: type)
        header.field(2, i32: body.count)
        header.field(3, i32: packed.count)
        header.field(4, i32: Int(Int32(truncatingIfNeeded: checksum)))
        details(&header)
        header.stop()
        chunk.bytes += header.bytes
        chunk.bytes += packed
        chunk.uncompressedSize += header.bytes.count + body.count
    }
}
