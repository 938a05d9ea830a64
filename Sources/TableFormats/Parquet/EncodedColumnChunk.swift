/// One column of a row group as it lies in a file: the bytes of its pages, and what the footer says about them.
package struct EncodedColumnChunk: Sendable {
    /// Header and body of all its pages, in order.
    var bytes: [UInt8]
    /// Where the data pages begin in `bytes`; the dictionary page, if any, is before.
    var dataPageOffset: Int
    /// Its rows, NULLs included.
    var valueCount: Int
    /// What it would take without packing.
    var uncompressedSize: Int
    /// How the values of the data pages are encoded.
    var valueEncoding: Int
    /// nil where statistics are not wanted.
    var statistics: ColumnStatistics?
    /// The data pages.
    var pages: [PageSummary]
    /// How the data pages follow each other.
    var boundaryOrder: BoundaryOrder

    /// How many bytes it takes in the file.
    package var byteCount: Int { bytes.count }

    var hasDictionary: Bool { dataPageOffset > 0 }
}
