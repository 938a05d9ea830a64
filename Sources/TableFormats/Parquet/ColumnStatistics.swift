/// The least and greatest value of a column chunk and its number of NULLs, in the form of Parquet's `Statistics`.
struct ColumnStatistics {
    let nullCount: Int
    /// The least value in the PLAIN encoding (texts without their length); nil where there is none to tell.
    private(set) var minimum: [UInt8]?
    /// The greatest, likewise.
    private(set) var maximum: [UInt8]?

    /// - Parameter values: all values, or each distinct one at least once.
    init(_ values: DenseValues, nullCount: Int, textLimit: Int) {
        self.nullCount = nullCount
        switch values {
        case .integers(let values, let width):
            minimum = values.min().map { Self.bytes($0, width) }
            maximum = values.max().map { Self.bytes($0, width) }
        case .doubles(let values):
            set(values)
        case .bools(let values):
            minimum = values.isEmpty ? nil : [values.contains(false) ? 0 : 1]
            maximum = values.isEmpty ? nil : [values.contains(true) ? 1 : 0]
        case .texts(let ranges, let bytes):
            let ordered = { (left: Range<Int>, right: Range<Int>) in
                bytes[left].lexicographicallyPrecedes(bytes[right])
            }
            guard let least = ranges.min(by: ordered), let greatest = ranges.max(by: ordered),
                least.count <= textLimit, greatest.count <= textLimit
            else { return }
            minimum = Array(bytes[least])
            maximum = Array(bytes[greatest])
        }
    }

    /// Not-a-number has no place in the order and is left out; a zero stands for both zeros.
    private mutating func set(_ values: [Double]) {
        let numbers = values.lazy.filter { !$0.isNaN }
        guard let least = numbers.min(), let greatest = numbers.max() else { return }
        minimum = Self.bytes(Int64(bitPattern: (least == 0 ? -0.0 : least).bitPattern), 8)
        maximum = Self.bytes(Int64(bitPattern: (greatest == 0 ? 0.0 : greatest).bitPattern), 8)
    }

    private static func bytes(_ value: Int64, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// Writes the struct's fields.
    func write(_ writer: inout ThriftWriter) {
        writer.field(3, i64: nullCount)
        if let maximum { writer.field(5, binary: maximum) }
        if let minimum { writer.field(6, binary: minimum) }
    }
}
