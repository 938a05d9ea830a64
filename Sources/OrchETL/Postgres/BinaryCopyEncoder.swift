import TableFormats

/// Turns batches of columns into the bytes of `COPY … FROM STDIN (FORMAT binary)`.
/// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
enum BinaryCopyEncoder {
    /// What the stream begins with: signature, flags, and the length of no extension.
    static let header = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    /// What the stream ends with: a field count of -1.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// PostgreSQL counts days and microseconds from 2000-01-01.
    private static let epochDays: Int32 = 10_957
    private static let epochMicroseconds = Int64(epochDays) * CalendarDay.microsecondsPerDay
    private static let null: UInt32 = 0xFFFF_FFFF

    /// The rows of a batch.
    static func encode(_ batch: ColumnBatch) -> [UInt8] {
        var writer = BigEndianWriter(capacity: capacity(batch))
        for row in 0..<batch.rowCount {
            writer.append(UInt16(truncatingIfNeeded: batch.columns.count))
            for column in batch.columns {
                guard column.isValid(row) else { writer.append(null); continue }
                append(column, row, to: &writer)
            }
        }
        return writer.bytes
    }

    private static func append(_ column: Column, _ row: Int, to writer: inout BigEndianWriter) {
        switch column.values {
        case .int64(let values):
            let value = column.type == .timestamp ? values[row] - epochMicroseconds : values[row]
            writer.append(UInt32(8))
            writer.append(UInt64(bitPattern: value))
        case .int32(let values):
            writer.append(UInt32(4))
            let value = column.type == .date ? values[row] - epochDays : values[row]
            writer.append(UInt32(bitPattern: value))
        case .double(let values):
            writer.append(UInt32(8))
            writer.append(values[row].bitPattern)
        case .bool(let values):
            writer.append(UInt32(1))
            writer.append(UInt8(values[row] ? 1 : 0))
        case .text(let values):
            let text = values.bytes[Int(values.offsets[row])..<Int(values.offsets[row + 1])]
            writer.append(UInt32(text.count))
            writer.append(text)
        }
    }

    private static func capacity(_ batch: ColumnBatch) -> Int {
        batch.columns.reduce(batch.rowCount * 2) { size, column in
            guard case .text(let values) = column.values else { return size + batch.rowCount * 12 }
            return size + batch.rowCount * 4 + values.bytes.count
        }
    }
}

/// Bytes with the highest of each number first.
struct BigEndianWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: ArraySlice<UInt8>) {
        bytes.append(contentsOf: text)
    }
}
