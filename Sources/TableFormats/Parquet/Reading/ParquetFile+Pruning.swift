extension ParquetFile {
    /// The row groups that may hold values of a column in a range, by what the file says of them; a row group of which
    /// it says nothing may. Whole numbers, times in microseconds and dates in days since 1970.
    /// - Throws: `noSuchColumn` or `ambiguousColumn`.
    package func rowGroups(
        where column: String, overlaps range: ClosedRange<Int64>
    ) throws(ParquetReadError) -> [Int] {
        try rowGroups(where: column) { bound in
            switch bound {
            case .integer(let value): (value < range.lowerBound, value > range.upperBound)
            case .double(let value): (value < Double(range.lowerBound), value > Double(range.upperBound))
            case .text, .bool: nil
            }
        }
    }

    /// The row groups that may hold numbers of a column in a range.
    /// - Throws: `noSuchColumn` or `ambiguousColumn`.
    package func rowGroups(
        where column: String, overlaps range: ClosedRange<Double>
    ) throws(ParquetReadError) -> [Int] {
        try rowGroups(where: column) { bound in
            switch bound {
            case .integer(let value): (Double(value) < range.lowerBound, Double(value) > range.upperBound)
            case .double(let value): (value < range.lowerBound, value > range.upperBound)
            case .text, .bool: nil
            }
        }
    }

    /// The row groups that may hold texts of a column in a range, ordered by their UTF-8 bytes.
    /// - Throws: `noSuchColumn` or `ambiguousColumn`.
    package func rowGroups(
        where column: String, overlaps range: ClosedRange<String>
    ) throws(ParquetReadError) -> [Int] {
        try rowGroups(where: column) { bound in
            guard case .text(let bytes) = bound else { return nil }
            return (
                bytes.lexicographicallyPrecedes(range.lowerBound.utf8),
                range.upperBound.utf8.lexicographicallyPrecedes(bytes)
            )
        }
    }

    /// - Parameter place: whether a bound lies below or above the range; nil where they cannot be compared.
    private func rowGroups(
        where column: String, _ place: (ParquetColumnStatistics.Bound) -> (isBelow: Bool, isAbove: Bool)?
    ) throws(ParquetReadError) -> [Int] {
        let index = try index(of: column)
        return rowGroups.indices.filter { group in
            guard rowGroups[group].rowCount > 0 else { return false }
            guard let statistics = rowGroups[group].statistics[index] else { return true }
            if statistics.nullCount == Int64(rowGroups[group].rowCount) { return false }
            let endsBelow = statistics.maximum.flatMap(place)?.isBelow ?? false
            let beginsAbove = statistics.minimum.flatMap(place)?.isAbove ?? false
            return !endsBelow && !beginsAbove
        }
    }
}
