package import TableFormats

/// Drops trips without passengers. A blank passenger count is no zero: such rows stay.
public struct TripTransform: Sendable {
    /// What happened to the rows.
    public struct Counts: Sendable, Equatable {
        /// Rows read.
        public var read = 0
        /// Rows dropped, as they had zero passengers.
        public var dropped = 0
        /// Rows kept whose passenger count is blank.
        public var blank = 0
        /// Rows kept.
        public var kept: Int { read - dropped }

        /// No rows yet.
        public init() {}
    }

    /// What happened so far.
    public private(set) var counts = Counts()

    /// A transform that has seen no rows.
    public init() {}

    /// The rows to keep, in order. A table without the column (`fhv`, `fhvhv`) keeps all.
    package mutating func apply(_ batch: ColumnBatch) -> ColumnBatch {
        counts.read += batch.rowCount
        guard let column = batch["passenger_count"], case .int64(let passengers) = column.values else { return batch }
        counts.blank += column.nullCount
        let keep = (0..<batch.rowCount).map { passengers[$0] != 0 || !column.isValid($0) }
        let kept = batch.filtered(by: keep)
        counts.dropped += batch.rowCount - kept.rowCount
        return kept
    }
}
