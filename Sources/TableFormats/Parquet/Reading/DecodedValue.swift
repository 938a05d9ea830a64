/// A value that takes the same number of bytes in every row of a `Column`.
///
/// The loops over values are requirements, so that there is machine code of each for each type: code of a generic class
/// that is reached through a protocol is not specialised.
protocol DecodedValue: BitwiseCopyable, Sendable {
    /// What a NULL row holds.
    static var zero: Self { get }

    /// So many zeros.
    static func zeros(_ count: Int) -> [Self]

    /// Values as those of a column.
    static func columnValues(_ values: [Self]) -> Column.Values

    /// Fetches a value for each index. The caller has checked the indices.
    static func gather(
        _ values: UnsafePointer<Self>, _ indices: UnsafePointer<UInt32>, _ count: Int,
        into out: UnsafeMutablePointer<Self>
    )

    /// Writes one value many times.
    static func fill(_ value: UnsafePointer<Self>, _ count: Int, into out: UnsafeMutablePointer<Self>)

    /// Moves `valid` values that stand end to end to those of `rows` rows that have one.
    static func spread(
        _ values: UnsafeMutablePointer<Self>, _ valid: Int, over rows: Int, _ validity: UnsafePointer<Bool>)
}

extension DecodedValue {
    static func zeros(_ count: Int) -> [Self] {
        [Self](repeating: .zero, count: count)
    }

    static func gather(
        _ values: UnsafePointer<Self>, _ indices: UnsafePointer<UInt32>, _ count: Int,
        into out: UnsafeMutablePointer<Self>
    ) {
        for index in 0..<count { out[index] = values[Int(indices[index])] }
    }

    static func fill(_ value: UnsafePointer<Self>, _ count: Int, into out: UnsafeMutablePointer<Self>) {
        let value = value.pointee
        for index in 0..<count { out[index] = value }
    }

    static func spread(
        _ values: UnsafeMutablePointer<Self>, _ valid: Int, over rows: Int, _ validity: UnsafePointer<Bool>
    ) {
        // From the last on, so that none is overwritten before it has moved.
        var (row, next) = (rows, valid)
        while row > next {
            row -= 1
            if validity[row] {
                next -= 1
                values[row] = values[next]
            } else {
                values[row] = .zero
            }
        }
    }
}

extension Int32: DecodedValue {
    static func columnValues(_ values: [Int32]) -> Column.Values { .int32(values) }
}

extension Int64: DecodedValue {
    static func columnValues(_ values: [Int64]) -> Column.Values { .int64(values) }
}

extension Double: DecodedValue {
    static func columnValues(_ values: [Double]) -> Column.Values { .double(values) }
}
