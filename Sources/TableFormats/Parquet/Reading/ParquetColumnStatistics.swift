/// What a file says of the values of a column in a row group.
package struct ParquetColumnStatistics: Sendable, Equatable {
    /// A least or greatest value.
    package enum Bound: Sendable, Equatable {
        /// Of `int64`, `int32`, `timestamp` (microseconds) and `date` (days) columns.
        case integer(Int64)
        /// Of `double` columns.
        case double(Double)
        /// Of `text` columns: UTF-8 bytes, which writers may have cut (the greatest then rounded up).
        case text([UInt8])
        /// Of `bool` columns.
        case bool(Bool)
    }

    /// How many rows are NULL; nil where the file does not say.
    package let nullCount: Int64?
    /// No value is less; nil where the file does not say or there is no value.
    package let minimum: Bound?
    /// No value is greater; nil where the file does not say or there is no value.
    package let maximum: Bound?

    init?(_ chunks: [StoredColumnChunk], _ column: ParquetColumn) {
        guard column.problem == nil, chunks.indices.contains(column.chunkIndex),
            let stored = chunks[column.chunkIndex].statistics
        else { return nil }
        nullCount = stored.nullCount
        let isSigned = column.isOrderedAsSigned
        minimum = (stored.minimum ?? (isSigned ? stored.signedMinimum : nil)).flatMap { Self.bound($0, column) }
        maximum = (stored.maximum ?? (isSigned ? stored.signedMaximum : nil)).flatMap { Self.bound($0, column) }
    }

    private static func bound(_ bytes: [UInt8], _ column: ParquetColumn) -> Bound? {
        if column.reading == .text { return .text(bytes) }
        guard column.hasOrderedStatistics, let decoder = column.makeDecoder() else { return nil }
        // A bound is written as a value of a page is.
        let values: Column.Values? = bytes.withUnsafeBufferPointer { buffer in
            do throws(PageDecodeError) {
                let raw = UnsafeRawBufferPointer(buffer)
                try decoder.begin(.plain, raw, in: 0..<raw.count)
                decoder.reserve(rows: 1)
                try decoder.append(rows: 1, valid: 1, validity: nil, from: raw)
                return decoder.badValues.isEmpty ? decoder.finish() : nil
            } catch {
                // A bound that makes no sense says nothing; the pages tell whether the file is damaged.
                return nil
            }
        }
        switch values {
        case .int64(let values): return values.first.map(Bound.integer)
        case .int32(let values): return values.first.map { .integer(Int64($0)) }
        case .double(let values): return values.first.flatMap { $0.isNaN ? nil : .double($0) }
        case .bool(let values): return values.first.map(Bound.bool)
        case .text, nil: return nil
        }
    }
}

extension ParquetColumn {
    /// Whether the older statistics, which compare as signed, hold for the values.
    fileprivate var isOrderedAsSigned: Bool {
        switch reading {
        case .unsigned32, .unsigned64, .text: false
        default: true
        }
    }

    /// Whether the order of the stored values is known and that of the values read.
    fileprivate var hasOrderedStatistics: Bool {
        switch reading {
        case .int96, .decimalBytes, .float16, .null, .none: false
        default: true
        }
    }
}
