/// Collects the values of a column row by row. Call the `append` that fits the type; then `finish()`.
package final class ColumnBuilder {
    /// What the values are.
    package let type: ColumnType
    /// Rows collected since the last `finish()`.
    package private(set) var count = 0
    /// How many of them are NULL.
    package private(set) var nullCount = 0

    private let capacity: Int
    private var int64: [Int64] = []
    private var int32: [Int32] = []
    private var double: [Double] = []
    private var bool: [Bool] = []
    private var textBytes: [UInt8] = []
    private var textOffsets: [Int32] = [0]
    private var validity: [Bool] = []

    /// A builder that has room for `capacity` rows before it grows.
    package init(type: ColumnType, capacity: Int = 0) {
        self.type = type
        self.capacity = capacity
        reserve()
    }

    /// Bytes of text that fit into one column; more would overflow its 32-bit offsets.
    package static let maximumTextBytes = Int(Int32.max)

    /// Bytes of text collected since the last `finish()`.
    package var textByteCount: Int { textBytes.count }

    private func reserve() {
        switch type {
        case .int64, .timestamp: int64.reserveCapacity(capacity)
        case .int32, .date: int32.reserveCapacity(capacity)
        case .double: double.reserveCapacity(capacity)
        case .bool: bool.reserveCapacity(capacity)
        case .text: textOffsets.reserveCapacity(capacity + 1)
        }
    }

    /// Adds a NULL.
    package func appendNull() { appendNulls(1) }

    /// Adds a value of an `int64` column, or microseconds of a `timestamp` column.
    package func append(_ value: Int64) {
        int64.append(value)
        appendValid()
    }

    /// Adds a value of an `int32` column, or days of a `date` column.
    package func append(_ value: Int32) {
        int32.append(value)
        appendValid()
    }

    /// Adds a value of a `double` column.
    package func append(_ value: Double) {
        double.append(value)
        appendValid()
    }

    /// Adds a value of a `bool` column.
    package func append(_ value: Bool) {
        bool.append(value)
        appendValid()
    }

    /// Adds UTF-8 text; the caller has checked its encoding.
    package func append(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        textBytes.append(contentsOf: bytes)
        textOffsets.append(Int32(truncatingIfNeeded: textBytes.count))
        appendValid()
    }

    /// Makes room for so many more rows.
    package func reserveCapacity(_ rows: Int) {
        switch type {
        case .int64, .timestamp: int64.reserveCapacity(int64.count + rows)
        case .int32, .date: int32.reserveCapacity(int32.count + rows)
        case .double: double.reserveCapacity(double.count + rows)
        case .bool: bool.reserveCapacity(bool.count + rows)
        case .text: textOffsets.reserveCapacity(textOffsets.count + rows)
        }
    }

    /// Adds NULLs.
    package func appendNulls(_ rows: Int) {
        guard rows > 0 else { return }
        if nullCount == 0 {
            validity.reserveCapacity(max(capacity, count + rows))
            validity.append(contentsOf: repeatElement(true, count: count))
        }
        nullCount += rows
        count += rows
        validity.append(contentsOf: repeatElement(false, count: rows))
        switch type {
        case .int64, .timestamp: int64.append(contentsOf: repeatElement(0, count: rows))
        case .int32, .date: int32.append(contentsOf: repeatElement(0, count: rows))
        case .double: double.append(contentsOf: repeatElement(0, count: rows))
        case .bool: bool.append(contentsOf: repeatElement(false, count: rows))
        case .text:
            textOffsets.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: textBytes.count), count: rows))
        }
    }

    /// Adds rows of an `int64` or `timestamp` column; those without validity, `nullCount` in number, hold 0.
    package func append(
        _ values: UnsafeBufferPointer<Int64>, validity flags: UnsafeBufferPointer<Bool>, nullCount nulls: Int
    ) {
        int64.append(contentsOf: values)
        append(flags, nullCount: nulls)
    }

    /// Adds rows of an `int32` or `date` column; those without validity, `nullCount` in number, hold 0.
    package func append(
        _ values: UnsafeBufferPointer<Int32>, validity flags: UnsafeBufferPointer<Bool>, nullCount nulls: Int
    ) {
        int32.append(contentsOf: values)
        append(flags, nullCount: nulls)
    }

    /// Adds rows of a `double` column; those without validity, `nullCount` in number, hold 0.
    package func append(
        _ values: UnsafeBufferPointer<Double>, validity flags: UnsafeBufferPointer<Bool>, nullCount nulls: Int
    ) {
        double.append(contentsOf: values)
        append(flags, nullCount: nulls)
    }

    /// Adds rows of a `bool` column; those without validity, `nullCount` in number, hold false.
    package func append(
        _ values: UnsafeBufferPointer<Bool>, validity flags: UnsafeBufferPointer<Bool>, nullCount nulls: Int
    ) {
        bool.append(contentsOf: values)
        append(flags, nullCount: nulls)
    }

    /// Adds rows of a `text` column, whose encoding the caller has checked: `bytes` end to end, and where in them each
    /// ends. Those without validity, `nullCount` in number, are empty.
    package func append(
        utf8 bytes: UnsafeBufferPointer<UInt8>, ends: UnsafeBufferPointer<Int32>,
        validity flags: UnsafeBufferPointer<Bool>, nullCount nulls: Int
    ) {
        let shift = Int32(truncatingIfNeeded: textBytes.count)
        textBytes.append(contentsOf: bytes)
        textOffsets.reserveCapacity(textOffsets.count + ends.count)
        for end in ends { textOffsets.append(end &+ shift) }
        append(flags, nullCount: nulls)
    }

    private func append(_ flags: UnsafeBufferPointer<Bool>, nullCount nulls: Int) {
        if nulls > 0, nullCount == 0 {
            validity.reserveCapacity(max(capacity, count + flags.count))
            validity.append(contentsOf: repeatElement(true, count: count))
        }
        if nulls > 0 || nullCount > 0 { validity.append(contentsOf: flags) }
        nullCount += nulls
        count += flags.count
    }

    /// Adds rows of another column of the same type.
    package func append(_ column: Column, rows: Range<Int>) {
        precondition(column.type == type, "rows of a \(column.type) column do not fit a \(type) column")
        appendValidity(of: column, rows: rows)
        switch column.values {
        case .int64(let values): int64.append(contentsOf: values[rows])
        case .int32(let values): int32.append(contentsOf: values[rows])
        case .double(let values): double.append(contentsOf: values[rows])
        case .bool(let values): bool.append(contentsOf: values[rows])
        case .text(let values):
            let shift = Int32(truncatingIfNeeded: textBytes.count) - values.offsets[rows.lowerBound]
            let first = Int(values.offsets[rows.lowerBound])
            textBytes.append(contentsOf: values.bytes[first..<Int(values.offsets[rows.upperBound])])
            for row in rows { textOffsets.append(values.offsets[row + 1] + shift) }
        }
    }

    /// The column that was collected; the builder is empty afterwards and may be used again.
    package func finish() -> Column {
        let values: Column.Values
        switch type {
        case .int64, .timestamp: values = .int64(int64)
        case .int32, .date: values = .int32(int32)
        case .double: values = .double(double)
        case .bool: values = .bool(bool)
        case .text: values = .text(TextValues(bytes: textBytes, offsets: textOffsets))
        }
        let column = Column(type: type, count: count, nullCount: nullCount, values: values, validity: validity)
        (int64, int32, double, bool) = ([], [], [], [])
        (textBytes, textOffsets, validity) = ([], [0], [])
        (count, nullCount) = (0, 0)
        reserve()
        return column
    }

    private func appendValid() {
        count += 1
        if nullCount > 0 { validity.append(true) }
    }

    private func appendValidity(of column: Column, rows: Range<Int>) {
        let nulls = column.nullCount == 0 ? 0 : column.validity[rows].count { !$0 }
        if nulls > 0, nullCount == 0 {
            validity.append(contentsOf: repeatElement(true, count: count))
        }
        if nulls > 0 {
            validity.append(contentsOf: column.validity[rows])
        } else if nullCount > 0 {
            validity.append(contentsOf: repeatElement(true, count: rows.count))
        }
        nullCount += nulls
        count += rows.count
    }
}
