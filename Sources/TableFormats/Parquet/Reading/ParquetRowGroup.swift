/// A row group of a Parquet file.
package struct ParquetRowGroup: Sendable {
    /// The most rows of a row group that are accepted.
    package static let maximumRows = Int64(Int32.max)

    /// Rows of the row group.
    package let rowCount: Int
    /// Bytes of its columns once unpacked, as the file says.
    package let byteCount: Int64
    /// What the file says of each column's values, in the order of `ParquetFile.columns`; nil where it says nothing.
    package let statistics: [ParquetColumnStatistics?]

    /// The chunks of all leaves of the schema.
    let chunks: [StoredColumnChunk]

    /// The row groups of a footer, and how many rows they have together.
    static func rowGroups(
        _ footer: StoredFooter, columns: [ParquetColumn], chunkCount: Int
    ) throws(PageDecodeError) -> ([ParquetRowGroup], rowCount: Int64) {
        var groups: [ParquetRowGroup] = []
        var rowCount: Int64 = 0
        for (index, stored) in footer.rowGroups.enumerated() {
            guard (0...maximumRows).contains(stored.rowCount) else {
                throw .malformed(
                    expected: "at most \(maximumRows) rows in row group \(index)", got: "\(stored.rowCount)")
            }
            guard stored.chunks.count == chunkCount else {
                throw .malformed(
                    expected: "\(chunkCount) columns in row group \(index)", got: "\(stored.chunks.count)")
            }
            rowCount += stored.rowCount
            groups.append(
                ParquetRowGroup(
                    rowCount: Int(stored.rowCount), byteCount: stored.byteCount,
                    statistics: columns.map { ParquetColumnStatistics(stored.chunks, $0) }, chunks: stored.chunks))
        }
        guard rowCount == footer.rowCount else {
            throw .malformed(expected: "\(footer.rowCount) rows in all row groups", got: "\(rowCount)")
        }
        return (groups, rowCount)
    }
}
