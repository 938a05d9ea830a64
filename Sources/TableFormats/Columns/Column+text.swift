extension Column {
    /// A column of NULLs.
    package static func nulls(_ type: ColumnType, count: Int) -> Column {
        let values: Values =
            switch type {
            case .int64, .timestamp: .int64([Int64](repeating: 0, count: count))
            case .int32, .date: .int32([Int32](repeating: 0, count: count))
            case .double: .double([Double](repeating: 0, count: count))
            case .bool: .bool([Bool](repeating: false, count: count))
            case .text: .text(TextValues(bytes: [], offsets: [Int32](repeating: 0, count: count + 1)))
            }
        let validity = [Bool](repeating: false, count: count)
        return Column(type: type, count: count, nullCount: count, values: values, validity: validity)
    }

    /// The value of a row as a CSV file would hold it (`1`, `2.5`, `2020-07-01 00:05:18`), nil for NULL. A whole `double`
    /// is written without a fraction. For messages and columns of text: it allocates.
    package func text(at row: Int) -> String? {
        guard isValid(row) else { return nil }
        switch values {
        case .int64(let values):
            return type == .timestamp ? CalendarDay.text(microseconds: values[row]) : "\(values[row])"
        case .int32(let values): return type == .date ? CalendarDay.text(days: Int(values[row])) : "\(values[row])"
        case .double(let values): return Int64(exactly: values[row]).map { "\($0)" } ?? "\(values[row])"
        case .text(let values): return values.string(at: row)
        case .bool(let values): return values[row] ? "true" : "false"
        }
    }

    /// The validity that is left when the given rows become NULL.
    func validity(without rows: [Int]) -> [Bool] {
        guard !rows.isEmpty else { return validity }
        var validity = nullCount == 0 ? [Bool](repeating: true, count: count) : validity
        for row in rows { validity[row] = false }
        return validity
    }
}
