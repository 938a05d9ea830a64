import TableFormats

/// One column of a batch by address: where its values are, and how one of them becomes a field of a binary COPY.
struct CopyField {
    private enum Kind { case eight, four, one, text }

    private let kind: Kind
    private let values: UnsafeRawPointer
    /// Where each text begins and ends; elsewhere unused.
    private let offsets: UnsafeRawPointer
    /// One flag a row, false for NULL; nil where no row is NULL.
    private let validity: UnsafePointer<Bool>?
    /// What is added to times, so that they count from 2000-01-01 as PostgreSQL does.
    private let shift: Int64

    private static let epochDays: Int64 = 10_957

    /// How many bytes the column's fields take.
    static func byteCount(of column: Column) -> Int {
        let width: Int
        switch column.values {
        case .int64, .double: width = 8
        case .int32: width = 4
        case .bool: width = 1
        // A NULL row's text is empty.
        case .text(let values): return column.count * 4 + values.bytes.count
        }
        return column.count * 4 + (column.count - column.nullCount) * width
    }

    /// Calls `body` with the addresses of a column; they are valid until it returns.
    static func with(_ column: Column, _ body: (CopyField) -> Void) {
        column.validity.withUnsafeBufferPointer { flags in
            let validity = column.nullCount == 0 ? nil : flags.baseAddress
            func call(
                _ kind: Kind, _ values: UnsafeRawBufferPointer, offsets: UnsafeRawBufferPointer? = nil,
                shift: Int64 = 0
            ) {
                guard let values = values.baseAddress, let offsets = offsets.map(\.baseAddress) ?? values else {
                    return
                }
                body(CopyField(kind: kind, values: values, offsets: offsets, validity: validity, shift: shift))
            }
            switch column.values {
            case .int64(let values):
                let shift = column.type == .timestamp ? -epochDays * CalendarDay.microsecondsPerDay : 0
                values.withUnsafeBytes { call(.eight, $0, shift: shift) }
            case .int32(let values):
                values.withUnsafeBytes { call(.four, $0, shift: column.type == .date ? -epochDays : 0) }
            case .double(let values): values.withUnsafeBytes { call(.eight, $0) }
            case .bool(let values): values.withUnsafeBytes { call(.one, $0) }
            case .text(let texts):
                texts.offsets.withUnsafeBytes { offsets in
                    texts.bytes.withUnsafeBytes { call(.text, $0, offsets: offsets) }
                }
            }
        }
    }

    /// Writes the field of a row: its length, then its value. Answers where the next one begins.
    ///
    /// Times so far off that adding wraps are out of PostgreSQL's range either way, and refused there.
    @inline(__always)
    func write(_ row: Int, to output: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        if let validity, !validity[row] {
            output.storeBytes(of: UInt32.max, as: UInt32.self)
            return output + 4
        }
        switch kind {
        case .eight:
            let value = values.load(fromByteOffset: row &* 8, as: Int64.self) &+ shift
            output.storeBytes(of: UInt32(8).bigEndian, as: UInt32.self)
            output.storeBytes(of: value.bigEndian, toByteOffset: 4, as: Int64.self)
            return output + 12
        case .four:
            let value = values.load(fromByteOffset: row &* 4, as: Int32.self) &+ Int32(truncatingIfNeeded: shift)
            output.storeBytes(of: UInt32(4).bigEndian, as: UInt32.self)
            output.storeBytes(of: value.bigEndian, toByteOffset: 4, as: Int32.self)
            return output + 8
        case .one:
            output.storeBytes(of: UInt32(1).bigEndian, as: UInt32.self)
            output.storeBytes(of: values.load(fromByteOffset: row, as: UInt8.self), toByteOffset: 4, as: UInt8.self)
            return output + 5
        case .text:
            let begin = Int(offsets.load(fromByteOffset: row &* 4, as: Int32.self))
            let count = Int(offsets.load(fromByteOffset: row &* 4 &+ 4, as: Int32.self)) &- begin
            output.storeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian, as: UInt32.self)
            (output + 4).copyMemory(from: values + begin, byteCount: count)
            return output + 4 + count
        }
    }
}
