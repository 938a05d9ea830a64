/// Puts encoded row groups into a file one after another, and knows where everything lies. For one thread.
///
///     var assembler = ParquetAssembler(schema: schema, options: options)
///     for bytes in assembler.append(rowGroup: chunks, rowCount: rows) { try file.write(bytes) }
///     try file.write(assembler.finish())
///
/// https://parquet.apache.org/docs/file-format/
package struct ParquetAssembler: ~Copyable {
    private var footer: ParquetFooter
    private let writesPageIndex: Bool
    private var offset = 0
    /// Rows in the row groups so far.
    package private(set) var rowCount = 0

    /// An assembler of a file with these columns.
    package init(schema: TableSchema, options: ParquetOptions = ParquetOptions()) {
        footer = ParquetFooter(schema: schema, codec: options.codec.pageCodec, metadata: options.metadata)
        writesPageIndex = options.writesPageIndex
    }

    /// Takes a row group: one chunk for each of the schema's columns, in that order.
    /// - Returns: the file's next bytes, in pieces to be written in this order.
    package mutating func append(rowGroup chunks: [EncodedColumnChunk], rowCount: Int) -> [[UInt8]] {
        precondition(chunks.count == footer.schema.columns.count, "a row group has a chunk for each column")
        var pieces = begin()
        var group = ParquetFooter.RowGroup(rowCount: rowCount, offset: offset, columns: [])
        for var chunk in chunks {
            let size = chunk.byteCount
            pieces.append(chunk.bytes)
            chunk.bytes = []
            group.columns.append(ParquetFooter.ColumnPlace(chunk: chunk, offset: offset, size: size))
            offset += size
        }
        footer.rowGroups.append(group)
        self.rowCount += rowCount
        return pieces
    }

    /// Ends the file.
    /// - Parameter metadata: what the file says about itself beside the options' metadata, known only now.
    /// - Returns: its last bytes. The assembler must not be used any more.
    package mutating func finish(metadata: [(name: String, value: String)] = []) -> [UInt8] {
        footer.metadata += metadata
        var output = begin().reduce([], +)
        if writesPageIndex { appendPageIndex(to: &output) }
        return output + footer.bytes
    }

    /// All indexes of one kind lie together, so that a reader gets them at once.
    private mutating func appendPageIndex(to output: inout [UInt8]) {
        for group in footer.rowGroups.indices {
            for column in footer.rowGroups[group].columns.indices {
                guard let index = PageIndex.columnIndex(of: footer.rowGroups[group].columns[column].chunk) else {
                    continue
                }
                footer.rowGroups[group].columns[column].columnIndex = append(index, to: &output)
            }
        }
        for group in footer.rowGroups.indices {
            for column in footer.rowGroups[group].columns.indices {
                let place = footer.rowGroups[group].columns[column]
                let index = PageIndex.offsetIndex(of: place.chunk, at: place.offset)
                footer.rowGroups[group].columns[column].offsetIndex = append(index, to: &output)
            }
        }
    }

    /// Appends an index and answers where it lies in the file.
    private mutating func append(_ index: [UInt8], to output: inout [UInt8]) -> Range<Int> {
        output += index
        defer { offset += index.count }
        return offset..<(offset + index.count)
    }

    private mutating func begin() -> [[UInt8]] {
        guard offset == 0 else { return [] }
        offset = ParquetFormat.magic.count
        return [ParquetFormat.magic]
    }
}
