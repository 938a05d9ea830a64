extension Column {
    /// Whether a value is NaN or infinite. Seen at a glance, as hardly a column has one.
    var hasNotFinite: Bool {
        guard case .double(let values) = values else { return false }
        let exponent: UInt64 = 0x7FF0_0000_0000_0000
        var isFound = false
        for value in values { isFound = isFound || value.bitPattern & exponent == exponent }
        return isFound
    }

    /// The rows whose value is NaN, in order.
    var rowsOfNaN: [Int] { rows { $0.isNaN } }

    /// The rows whose value is infinite, in order.
    var rowsOfInfinity: [Int] { rows { $0.isInfinite } }

    private func rows(where isWanted: (Double) -> Bool) -> [Int] {
        guard case .double(let values) = values else { return [] }
        return values.indices.filter { isValid($0) && isWanted(values[$0]) }
    }

    /// This column with NULL in the given rows, which are in order.
    func nulling(_ rows: [Int]) -> Column {
        guard !rows.isEmpty else { return self }
        let builder = ColumnBuilder(type: type, capacity: count)
        var start = 0
        for row in rows {
            builder.append(self, rows: start..<row)
            builder.appendNull()
            start = row + 1
        }
        builder.append(self, rows: start..<count)
        return builder.finish()
    }
}
