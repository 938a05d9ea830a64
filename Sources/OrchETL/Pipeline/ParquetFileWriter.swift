import TableFormats
import Threads

/// Writes the rows of a file of trips as a Parquet file: the columns of a row group are packed on as many threads as
/// there are cores while the next ones are read.
struct ParquetFileWriter {
    /// A column of a row group on its way to be packed.
    private struct Job: Sendable {
        let column: Int
        let segments: [Column]
        let rowCount: Int
    }

    private struct Packed: Sendable {
        let chunk: EncodedColumnChunk
        let rowCount: Int
    }

    let schema: TableSchema
    let options: ParquetOptions
    let width: Int

    /// Takes batches until there are none and writes them. It blocks.
    /// - Parameters:
    ///   - take: the next batch, or nil after the last; it is called on a thread of its own.
    ///   - metadata: is asked for after the last batch.
    ///   - write: writes the file's next bytes.
    /// - Returns: the length of the file, in bytes.
    func write(
        _ take: @escaping @Sendable () throws -> ColumnBatch?,
        metadata: () throws -> [(name: String, value: String)], to write: ([[UInt8]]) throws -> Void
    ) throws -> Int64 {
        let encoder = try ParquetColumnEncoder(schema: schema, options: options)
        let columnCount = schema.columns.count
        let work = try OrderedWork<Job, Packed>(width: width, pending: columnCount + width, name: "orch-parquet") {
            { job in
                Packed(chunk: try encoder.encode(column: job.column, of: job.segments), rowCount: job.rowCount)
            }
        }
        defer { work.cancel() }
        let rowGroupRows = options.rowGroupRows
        let code = DetachedThread.start(name: "orch-rows") {
            Self.feed(work, columnCount, rowGroupRows, take)
        }
        guard code == 0 else { throw ETLError.noThread(code: code) }
        var assembler = ParquetAssembler(schema: schema, options: options)
        var length: Int64 = 0
        var chunks: [EncodedColumnChunk] = []
        while let packed = try work.take() {
            chunks.append(packed.chunk)
            guard chunks.count == columnCount else { continue }
            let pieces = assembler.append(rowGroup: chunks, rowCount: packed.rowCount)
            try write(pieces)
            length += Int64(pieces.reduce(0) { $0 + $1.count })
            chunks.removeAll(keepingCapacity: true)
        }
        let footer = assembler.finish(metadata: try metadata())
        try write([footer])
        return length + Int64(footer.count)
    }

    /// Gathers batches into row groups and hands over their columns.
    private static func feed(
        _ work: OrderedWork<Job, Packed>, _ columnCount: Int, _ rowGroupRows: Int,
        _ take: () throws -> ColumnBatch?
    ) {
        var group: [ColumnBatch] = []
        var rowCount = 0
        func flush() -> Bool {
            defer { (group, rowCount) = ([], 0) }
            guard rowCount > 0 else { return true }
            return (0..<columnCount).allSatisfy { column in
                work.put(Job(column: column, segments: group.map { $0.columns[column] }, rowCount: rowCount))
            }
        }
        do {
            while let batch = try take() {
                group.append(batch)
                rowCount += batch.rowCount
                if rowCount >= rowGroupRows, !flush() { return }
            }
            if flush() { work.finish() }
        } catch {
            work.finish(throwing: error)
        }
    }
}
