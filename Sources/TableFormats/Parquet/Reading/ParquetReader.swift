/// Reads a Parquet file batch by batch, some of its columns or all.
///
///     let reader = try ParquetReader(file, columns: ["PULocationID", "total_amount"], read: read)
///     while let batch = try reader.nextBatch() { … }
///
/// One thread at a time; to decode columns on several, give each a `ParquetColumnCursor`.
package final class ParquetReader {
    /// Rows of a batch where no other number is asked for.
    package static let batchRows = 65_536

    /// The columns that are read, with the file's names and types.
    package let schema: TableSchema

    private let cursors: [ParquetColumnCursor]
    private var remainingRows: Int64

    /// - Parameters:
    ///   - file: the file.
    ///   - columns: the names of the columns to read, in this order. Defaults to all.
    ///   - rowGroups: the row groups to read, in this order. Defaults to all.
    ///   - read: answers the bytes of a range of the file.
    /// - Throws: `noSuchColumn`, `ambiguousColumn`, or `unsupported` for a column that cannot be read.
    package init(
        _ file: ParquetFile, columns: [String]? = nil, rowGroups: [Int]? = nil, read: @escaping ParquetFile.Read
    ) throws(ParquetReadError) {
        var indices = Array(file.columns.indices)
        if let columns {
            indices = []
            for name in columns { indices.append(try file.index(of: name)) }
        }
        var cursors: [ParquetColumnCursor] = []
        for index in indices {
            cursors.append(try ParquetColumnCursor(file, column: index, rowGroups: rowGroups, read: read))
        }
        self.cursors = cursors
        schema = TableSchema(cursors.map { ColumnDefinition($0.column.name, $0.column.type) })
        remainingRows = (rowGroups ?? Array(file.rowGroups.indices)).reduce(0) {
            $0 + Int64(file.rowGroups[$1].rowCount)
        }
    }

    /// The next rows, nil after the last.
    /// - Parameter rows: how many, fewer only at the end. Defaults to 65,536.
    /// - Throws: `ParquetReadError`, or what the file's `read` throws.
    package func nextBatch(rows: Int = ParquetReader.batchRows) throws -> ColumnBatch? {
        let count = Int(min(Int64(rows), remainingRows))
        guard count > 0 else { return nil }
        let columns = try cursors.map { try $0.next(rows: count) }
        remainingRows -= Int64(count)
        return ColumnBatch(schema: schema, columns: columns, rowCount: count)
    }
}
