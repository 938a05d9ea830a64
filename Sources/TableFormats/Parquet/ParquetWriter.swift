/// Writes a Parquet file as rows stream by; hands out bytes to write to the file one after another.
///
///     var writer = try ParquetWriter(schema: schema)
///     try file.write(writer.append(batch))    // for each batch; often empty
///     try file.write(writer.finish())
///
/// Memory is bounded by one row group, whatever the number of rows.
/// https://parquet.apache.org/docs/file-format/
package struct ParquetWriter: ~Copyable {
    /// Text bytes at which a row group ends before it has all its rows, so that long texts do not fill the memory.
    private static let rowGroupTextBytes = 64 << 20

    private let schema: TableSchema
    private let options: ParquetOptions
    private let encoder: ColumnChunkEncoder
    private let builders: [ColumnBuilder]
    private var footer: ParquetFooter
    private var offset = 0
    private var pendingRows = 0
    /// Rows handed to `append` so far.
    package private(set) var rowCount = 0

    /// A writer of files with these columns.
    /// - Throws: `compression` when gzip refuses the level.
    package init(schema: TableSchema, options: ParquetOptions = ParquetOptions()) throws(ParquetError) {
        self.schema = schema
        self.options = options
        footer = ParquetFooter(schema: schema, codec: options.codec, metadata: options.metadata)
        builders = schema.columns.map { ColumnBuilder(type: $0.type) }
        switch options.codec {
        case .uncompressed: encoder = ColumnChunkEncoder(options: options, deflater: nil)
        case .gzip(let level):
            do {
                encoder = ColumnChunkEncoder(options: options, deflater: try GzipDeflater(level: level))
            } catch { throw .compression(error) }
        }
    }

    /// Takes rows whose columns are those of the schema.
    /// - Returns: the file's next bytes: none until a row group is full.
    package mutating func append(_ batch: ColumnBatch) throws(ParquetError) -> [UInt8] {
        precondition(batch.schema.columns.map(\.type) == schema.columns.map(\.type), "a batch of other columns")
        var output: [UInt8] = []
        var start = 0
        while start < batch.rowCount {
            let rows = start..<min(start + options.rowGroupRows - pendingRows, batch.rowCount)
            for (builder, column) in zip(builders, batch.columns) { builder.append(column, rows: rows) }
            pendingRows += rows.count
            start = rows.upperBound
            let textBytes = builders.reduce(0) { $0 + $1.textByteCount }
            if pendingRows == options.rowGroupRows || textBytes >= Self.rowGroupTextBytes {
                try flush(into: &output)
            }
        }
        rowCount += batch.rowCount
        return output
    }

    /// Ends the file.
    /// - Parameter metadata: what the file says about itself beside the options' metadata, known only now.
    /// - Returns: its last bytes. The writer must not be used any more.
    package mutating func finish(
        metadata: [(name: String, value: String)] = []
    ) throws(ParquetError) -> [UInt8] {
        var output: [UInt8] = []
        footer.metadata += metadata
        if pendingRows > 0 { try flush(into: &output) }
        begin(&output)
        output += footer.bytes
        return output
    }

    private mutating func flush(into output: inout [UInt8]) throws(ParquetError) {
        begin(&output)
        var group = ParquetFooter.RowGroup(rowCount: pendingRows, offset: offset, columns: [])
        for (builder, definition) in zip(builders, schema.columns) {
            var chunk = try encoder.encode(builder.finish(), as: definition)
            output += chunk.bytes
            let size = chunk.bytes.count
            chunk.bytes = []
            group.columns.append(ParquetFooter.ColumnPlace(chunk: chunk, offset: offset, size: size))
            offset += size
        }
        footer.rowGroups.append(group)
        pendingRows = 0
    }

    private mutating func begin(_ output: inout [UInt8]) {
        guard offset == 0 else { return }
        output += ParquetFormat.magic
        offset = ParquetFormat.magic.count
    }
}
