/// The index of a column chunk's pages: with it a reader finds the pages of some rows, or those that may hold a value,
/// without reading the others. https://parquet.apache.org/docs/file-format/pageindex/
enum PageIndex {
    /// The struct `ColumnIndex`: what each page's least and greatest values are. nil where a page has values of which
    /// none can be told, as not-a-numbers: an index that skips it would be wrong.
    static func columnIndex(of chunk: EncodedColumnChunk) -> [UInt8]? {
        let pages = chunk.pages
        guard pages.allSatisfy({ $0.valueCount == 0 || ($0.least != nil && $0.greatest != nil) }) else { return nil }
        var writer = ThriftWriter()
        writer.field(1, bools: pages.map { $0.valueCount == 0 })
        writer.field(2, binaries: pages.map { $0.least?.bytes ?? [] })
        writer.field(3, binaries: pages.map { $0.greatest?.bytes ?? [] })
        writer.field(4, i32: chunk.boundaryOrder.rawValue)
        writer.field(5, i64s: pages.map(\.nullCount))
        writer.stop()
        return writer.bytes
    }

    /// The struct `OffsetIndex`: where each page lies.
    /// - Parameter offset: where the chunk begins in the file.
    static func offsetIndex(of chunk: EncodedColumnChunk, at offset: Int) -> [UInt8] {
        var writer = ThriftWriter()
        writer.field(1, list: chunk.pages) { location, page in
            location.field(1, i64: offset + page.offset)
            location.field(2, i32: page.size)
            location.field(3, i64: page.firstRow)
        }
        writer.stop()
        return writer.bytes
    }
}
