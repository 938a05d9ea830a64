import TableFormats

/// Turns batches of columns into the bytes of `COPY … FROM STDIN (FORMAT binary)`.
/// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
enum BinaryCopyEncoder {
    /// What the stream begins with: signature, flags, and the length of no extension.
    static let header = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    /// What the stream ends with: a field count of -1.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// The rows of a batch. Its size is known beforehand, so each value is stored once, at its place.
    static func encode(_ batch: ColumnBatch) -> [UInt8] {
        let capacity = batch.columns.reduce(batch.rowCount * 2) { $0 + CopyField.byteCount(of: $1) }
        return [UInt8](unsafeUninitializedCapacity: capacity) { bytes, count in
            guard let start = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
            withFields(of: batch.columns[...], after: []) { fields in
                count = write(fields, rows: batch.rowCount, to: start)
            }
            precondition(count == capacity, "COPY bytes were counted wrong")
        }
    }

    /// Calls `body` with the address of every column's values; they are valid until it returns.
    private static func withFields(
        of columns: ArraySlice<Column>, after fields: [CopyField], _ body: ([CopyField]) -> Void
    ) {
        guard let column = columns.first else { return body(fields) }
        CopyField.with(column) { withFields(of: columns.dropFirst(), after: fields + [$0], body) }
    }

    /// Writes the rows. Answers the number of bytes.
    private static func write(_ fields: [CopyField], rows: Int, to start: UnsafeMutableRawPointer) -> Int {
        let fieldCount = UInt16(truncatingIfNeeded: fields.count).bigEndian
        return fields.withUnsafeBufferPointer { fields in
            var output = start
            for row in 0..<rows {
                output.storeBytes(of: fieldCount, as: UInt16.self)
                output += 2
                for field in fields { output = field.write(row, to: output) }
            }
            return output - start
        }
    }
}
