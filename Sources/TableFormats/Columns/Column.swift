/// Values of one column for a run of rows: one contiguous array, and which of them are NULL.
package struct Column: Sendable, Equatable {
    /// The values, one per row. A NULL row holds a zero (or empty) value, so that a row's index is the same everywhere.
    package enum Values: Sendable, Equatable {
        /// `int64`, and `timestamp` in microseconds since 1970.
        case int64([Int64])
        /// `int32`, and `date` in days since 1970.
        case int32([Int32])
        /// `double`.
        case double([Double])
        /// `text`.
        case text(TextValues)
        /// `bool`.
        case bool([Bool])
    }

    /// What the values are.
    package let type: ColumnType
    /// How many rows there are, NULLs included.
    package let count: Int
    /// How many rows are NULL.
    package let nullCount: Int
    /// The values.
    package let values: Values
    /// One flag a row, `false` for NULL; empty when no row is NULL.
    package let validity: [Bool]

    /// Whether the row holds a value.
    package func isValid(_ row: Int) -> Bool {
        nullCount == 0 || validity[row]
    }

    /// A column that holds one value in every row, such as the month a file is of.
    package static func repeating(date days: Int32, count: Int) -> Column {
        Column(
            type: .date, count: count, nullCount: 0,
            values: .int32([Int32](repeating: days, count: count)), validity: []
        )
    }

    /// The rows whose flag in `keep` is set, in order.
    package func filtered(by keep: [Bool]) -> Column {
        selecting(RowSelection(keep))
    }

    /// This column with the other's values where it is NULL. Both are of one type and length.
    package func filled(from other: Column) -> Column {
        precondition(other.type == type && other.count == count, "columns that differ cannot fill each other")
        guard nullCount > 0, other.nullCount < count else { return self }
        guard nullCount < count else { return other }
        let builder = ColumnBuilder(type: type, capacity: count)
        for row in 0..<count {
            builder.append(isValid(row) ? self : other, rows: row..<(row + 1))
        }
        return builder.finish()
    }
}

/// Texts end to end in one buffer.
package struct TextValues: Sendable, Equatable {
    /// The UTF-8 bytes of all texts.
    package var bytes: [UInt8]
    /// Text `n` is `bytes[offsets[n]..<offsets[n + 1]]`; always one element longer than there are texts.
    package var offsets: [Int32]

    /// The text of one row. For messages and tests: it allocates.
    package func string(at row: Int) -> String {
        String(decoding: bytes[Int(offsets[row])..<Int(offsets[row + 1])], as: UTF8.self)
    }
}
