/// Rows of a batch that are kept, as runs of neighbours: few rows are ever dropped, so runs are copied, not rows.
package struct RowSelection: Sendable, Equatable {
    /// The runs, in order, none of them empty, none touching the next.
    package private(set) var runs: [Range<Int>] = []
    /// How many rows they hold.
    package private(set) var count = 0

    /// No rows yet.
    package init() {}

    /// The rows whose flag is set.
    package init(_ keep: [Bool]) {
        var start = 0
        for row in keep.indices where !keep[row] {
            append(start..<row)
            start = row + 1
        }
        append(start..<keep.count)
    }

    /// Adds rows behind those that are there; an empty run adds nothing.
    package mutating func append(_ rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        count += rows.count
        if let last = runs.last, last.upperBound == rows.lowerBound {
            runs[runs.count - 1] = last.lowerBound..<rows.upperBound
        } else {
            runs.append(rows)
        }
    }
}

extension Column {
    /// The selected rows, in order.
    package func selecting(_ rows: RowSelection) -> Column {
        guard rows.count < count else { return self }
        let values: Values =
            switch values {
            case .int64(let values): .int64(Self.selecting(rows, values))
            case .int32(let values): .int32(Self.selecting(rows, values))
            case .double(let values): .double(Self.selecting(rows, values))
            case .bool(let values): .bool(Self.selecting(rows, values))
            case .text(let values): .text(values.selecting(rows))
            }
        guard nullCount > 0 else {
            return Column(type: type, count: rows.count, nullCount: 0, values: values, validity: [])
        }
        let validity = Self.selecting(rows, validity)
        let nullCount = validity.count { !$0 }
        return Column(
            type: type, count: rows.count, nullCount: nullCount, values: values,
            validity: nullCount == 0 ? [] : validity)
    }

    private static func selecting<Value>(_ rows: RowSelection, _ values: [Value]) -> [Value] {
        values.withUnsafeBufferPointer { values in
            [Value](unsafeUninitializedCapacity: rows.count) { buffer, count in
                for run in rows.runs {
                    let end = buffer[count...].initialize(fromContentsOf: values[run])
                    count = end
                }
            }
        }
    }
}

extension TextValues {
    fileprivate func selecting(_ rows: RowSelection) -> TextValues {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.bytes.count)
        var shifts: [(run: Range<Int>, shift: Int32)] = []
        shifts.reserveCapacity(rows.runs.count)
        for run in rows.runs {
            shifts.append((run, offsets[run.lowerBound] - Int32(truncatingIfNeeded: bytes.count)))
            bytes.append(contentsOf: self.bytes[Int(offsets[run.lowerBound])..<Int(offsets[run.upperBound])])
        }
        let offsets = self.offsets.withUnsafeBufferPointer { old in
            [Int32](unsafeUninitializedCapacity: rows.count + 1) { buffer, count in
                buffer.initializeElement(at: 0, to: 0)
                count = 1
                for (run, shift) in shifts {
                    for row in run {
                        buffer.initializeElement(at: count, to: old[row + 1] &- shift)
                        count += 1
                    }
                }
            }
        }
        return TextValues(bytes: bytes, offsets: offsets)
    }
}
