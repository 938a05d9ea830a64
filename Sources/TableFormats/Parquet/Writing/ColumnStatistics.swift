/// The least and greatest value of a column chunk and its number of NULLs, in the form of Parquet's `Statistics`.
struct ColumnStatistics: Sendable {
    var nullCount: Int
    /// The least value; nil where there is none to tell.
    var least: StoredBound?
    /// The greatest value, likewise.
    var greatest: StoredBound?

    /// Writes the struct's fields.
    func write(_ writer: inout ThriftWriter) {
        writer.field(3, i64: nullCount)
        if let greatest { writer.field(5, binary: greatest.bytes) }
        if let least { writer.field(6, binary: least.bytes) }
        if let greatest { writer.field(7, bool: greatest.isExact) }
        if let least { writer.field(8, bool: least.isExact) }
    }
}
