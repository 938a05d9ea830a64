/// Writes a Parquet file as rows stream by; hands out bytes to write to the file one after another.
///
///     var writer = try ParquetWriter(schema: schema)
///     try file.write(writer.append(batch))    // for each batch; often empty
///     try file.write(writer.finish())
///
/// The plain way on one thread; on several, use `ParquetColumnEncoder` and `ParquetAssembler`, which make the same
/// bytes of the same row groups. Memory is bounded by one row group, whatever the number of rows.
/// https://parquet.apache.org/docs/file-format/
package struct ParquetWriter: ~Copyable {
    private let schema: TableSchema
    private let options: ParquetOptions
    private let encoder: ParquetColumnEncoder
    private var assembler: ParquetAssembler
    /// For each column the segments of the row group that is not full yet.
    private var pending: [[Column]]
    private var pendingRows = 0
    private var pendingTextBytes = 0
    /// Rows handed to `append` so far.
    package private(set) var rowCount = 0

    /// A writer of files with these columns.
    /// - Throws: `unsupportedLevel` when the codec does not have the level.
    package init(schema: TableSchema, options: ParquetOptions = ParquetOptions()) throws(ParquetError) {
        encoder = try ParquetColumnEncoder(schema: schema, options: options)
        assembler = ParquetAssembler(schema: schema, options: options)
        self.schema = schema
        self.options = options
        pending = schema.columns.map { _ in [] }
    }

    /// Takes rows whose columns are those of the schema.
    /// - Returns: the file's next bytes: none until a row group is full.
    /// - Throws: `compression` when there is no memory, `valueTooLong` for a text that no page can hold.
    package mutating func append(_ batch: ColumnBatch) throws(ParquetError) -> [UInt8] {
        precondition(batch.schema.columns.map(\.type) == schema.columns.map(\.type), "a batch of other columns")
        var output: [UInt8] = []
        var start = 0
        while start < batch.rowCount {
            let rows = start..<min(start + options.rowGroupRows - pendingRows, batch.rowCount)
            for (index, column) in batch.columns.enumerated() {
                let segment = column.rows(rows)
                if case .text(let texts) = segment.values { pendingTextBytes += texts.bytes.count }
                pending[index].append(segment)
            }
            pendingRows += rows.count
            start = rows.upperBound
            if pendingRows == options.rowGroupRows || pendingTextBytes >= options.rowGroupTextBytes {
                try flush(into: &output)
            }
        }
        rowCount += batch.rowCount
        return output
    }

    /// Ends the file.
    /// - Parameter metadata: what the file says about itself beside the options' metadata, known only now.
    /// - Returns: its last bytes. The writer must not be used any more.
    /// - Throws: as `append`.
    package mutating func finish(
        metadata: [(name: String, value: String)] = []
    ) throws(ParquetError) -> [UInt8] {
        var output: [UInt8] = []
        if pendingRows > 0 { try flush(into: &output) }
        return output + assembler.finish(metadata: metadata)
    }

    private mutating func flush(into output: inout [UInt8]) throws(ParquetError) {
        var chunks: [EncodedColumnChunk] = []
        for index in pending.indices {
            chunks.append(try encoder.encode(column: index, of: pending[index]))
            pending[index] = []
        }
        for piece in assembler.append(rowGroup: chunks, rowCount: pendingRows) { output += piece }
        (pendingRows, pendingTextBytes) = (0, 0)
    }
}

extension Column {
    /// Some rows; without a copy where they are all.
    fileprivate func rows(_ rows: Range<Int>) -> Column {
        guard rows.count < count else { return self }
        let builder = ColumnBuilder(type: type, capacity: rows.count)
        builder.append(self, rows: rows)
        return builder.finish()
    }
}
