package import TableFormats

/// Drops trips without passengers. A blank passenger count is no zero: such rows stay.
public struct TripTransform: Sendable {
    /// What happened to the rows.
    public struct Counts: Sendable, Equatable {
        /// Rows read, those that were rejected among them.
        public var read = 0
        /// Rows left out, as they could not be read.
        public var rejected = 0
        /// Rows dropped, as they had zero passengers.
        public var dropped = 0
        /// Rows kept whose passenger count is blank.
        public var blank = 0
        /// Rows kept.
        public var kept: Int { read - rejected - dropped }

        /// No rows yet.
        public init() {}

        /// Adds what happened to further rows.
        public mutating func add(_ more: Counts) {
            read += more.read
            rejected += more.rejected
            dropped += more.dropped
            blank += more.blank
        }
    }

    /// What happened so far.
    public private(set) var counts = Counts()

    /// A transform that has seen no rows.
    public init() {}

    /// The rows to keep, in order; the very same batch where all are. A table without the column (`fhv`, `fhvhv`) keeps
    /// all.
    package mutating func apply(_ batch: ColumnBatch) -> ColumnBatch {
        counts.read += batch.rowCount
        guard let column = batch["passenger_count"], case .int64(let passengers) = column.values else { return batch }
        counts.blank += column.nullCount
        let rows = Self.rowsWithPassengers(passengers, of: column)
        counts.dropped += batch.rowCount - rows.count
        return batch.selecting(rows)
    }

    /// The rows whose count is not zero. NULL rows hold a zero, so validity is looked at for zeros alone.
    private static func rowsWithPassengers(_ passengers: [Int64], of column: Column) -> RowSelection {
        let hasNulls = column.nullCount > 0
        var rows = RowSelection()
        var start = 0
        passengers.withUnsafeBufferPointer { passengers in
            column.validity.withUnsafeBufferPointer { validity in
                for row in passengers.indices where passengers[row] == 0 && !(hasNulls && !validity[row]) {
                    rows.append(start..<row)
                    start = row + 1
                }
            }
        }
        rows.append(start..<passengers.count)
        return rows
    }
}
