package import TableFormats

/// What the rows of a batch show of drift: which columns are blank throughout, and when the trips took place. Taken of each
/// batch on its own, on any thread; samples of one file are added up in order.
package struct DriftSample: Sendable, Equatable {
    /// The times of one column.
    package struct Times: Sendable, Equatable {
        /// Rows that hold a time.
        package var count = 0
        /// Rows whose time is not of the file's month.
        package var outsideMonth = 0
        /// Rows whose time is more than a day before the month or after it.
        package var outOfRange = 0
        /// The least and the greatest time, in microseconds since 1970; nil where no row holds one.
        package var range: ClosedRange<Int64>?
    }

    /// The rows looked at.
    package private(set) var rows = 0
    /// How many of them hold a value, by the name of the column.
    package private(set) var filled: [String: Int] = [:]
    /// The times, by the name of the column.
    package private(set) var times: [String: Times] = [:]
    /// How many trips began in months that are not the file's, by days since 1970 of their first day. Trips within a day
    /// of the file's month are not among them.
    package private(set) var otherMonths: [Int: Int] = [:]

    /// A sample of no rows.
    package init() {}

    /// Looks at the rows of a file of `month`.
    /// - Parameter pickup: the column of the trips' begins.
    package init(_ batch: ColumnBatch, month: FileMonth, pickup: String) {
        rows = batch.rowCount
        let window = MonthWindow(month)
        for (definition, column) in zip(batch.schema.columns, batch.columns) {
            filled[definition.name] = column.count - column.nullCount
            guard definition.type == .timestamp, case .int64(let values) = column.values else { continue }
            let found = Self.times(values, of: column, window)
            times[definition.name] = found
            if definition.name == pickup, found.outOfRange > 0 {
                otherMonths = Self.months(values, of: column, outside: window)
            }
        }
    }

    /// Adds a sample of further rows of the same file.
    package mutating func add(_ next: DriftSample) {
        rows += next.rows
        filled.merge(next.filled, uniquingKeysWith: +)
        otherMonths.merge(next.otherMonths, uniquingKeysWith: +)
        times.merge(next.times) { mine, other in
            var sum = mine
            sum.count += other.count
            sum.outsideMonth += other.outsideMonth
            sum.outOfRange += other.outOfRange
            if let range = other.range {
                sum.range =
                    sum.range.map {
                        min($0.lowerBound, range.lowerBound)...max($0.upperBound, range.upperBound)
                    } ?? range
            }
            return sum
        }
    }

    private static func times(_ values: [Int64], of column: Column, _ window: MonthWindow) -> Times {
        var times = Times()
        var (least, greatest) = (Int64.max, Int64.min)
        times.count = column.count - column.nullCount
        let hasNulls = column.nullCount > 0
        values.withUnsafeBufferPointer { values in
            column.validity.withUnsafeBufferPointer { validity in
                for row in values.indices where !hasNulls || validity[row] {
                    let value = values[row]
                    least = min(least, value)
                    greatest = max(greatest, value)
                    times.outsideMonth &+= window.month.contains(value) ? 0 : 1
                    times.outOfRange &+= window.tolerated.contains(value) ? 0 : 1
                }
            }
        }
        if times.count > 0 { times.range = least...greatest }
        return times
    }

    /// Only called where rows lie outside, which is rare; neighbours are mostly of one month.
    private static func months(_ values: [Int64], of column: Column, outside window: MonthWindow) -> [Int: Int] {
        var months: [Int: Int] = [:]
        var last = window
        var count = 0
        for row in 0..<column.count where column.isValid(row) && !window.tolerated.contains(values[row]) {
            if count == 0 || !last.month.contains(values[row]) {
                if count > 0 { months[last.firstDay, default: 0] += count }
                last = MonthWindow(of: values[row])
                count = 0
            }
            count += 1
        }
        if count > 0 { months[last.firstDay, default: 0] += count }
        return months
    }
}
