/// The values of a column that are not NULL, close together, as pages hold them.
enum DenseValues {
    /// Whole numbers, times (8 bytes) and days (4 bytes).
    case integers([Int64], width: Int)
    /// Doubles.
    case doubles([Double])
    /// Texts: their places in the column's bytes.
    case texts([Range<Int>], bytes: [UInt8])
    /// Truth values.
    case bools([Bool])

    init(_ column: Column) {
        switch column.values {
        case .int64(let values): self = .integers(Self.dense(values, column), width: 8)
        case .int32(let values): self = .integers(Self.dense(values, column).map(Int64.init), width: 4)
        case .double(let values): self = .doubles(Self.dense(values, column))
        case .bool(let values): self = .bools(Self.dense(values, column))
        case .text(let values):
            let ranges = (0..<column.count).map { Int(values.offsets[$0])..<Int(values.offsets[$0 + 1]) }
            self = .texts(Self.dense(ranges, column), bytes: values.bytes)
        }
    }

    private static func dense<Value>(_ values: [Value], _ column: Column) -> [Value] {
        guard column.nullCount > 0 else { return values }
        var dense: [Value] = []
        dense.reserveCapacity(column.count - column.nullCount)
        for row in 0..<column.count where column.validity[row] { dense.append(values[row]) }
        return dense
    }

    /// How many values there are.
    var count: Int {
        switch self {
        case .integers(let values, _): values.count
        case .doubles(let values): values.count
        case .texts(let values, _): values.count
        case .bools(let values): values.count
        }
    }

    /// How many bytes the values take in the PLAIN encoding.
    var plainSize: Int {
        switch self {
        case .integers(let values, let width): values.count * width
        case .doubles(let values): values.count * 8
        case .texts(let values, _): values.reduce(0) { $0 + 4 + $1.count }
        case .bools(let values): (values.count + 7) / 8
        }
    }

    /// The values at these positions.
    func picked(_ positions: [Int]) -> DenseValues {
        switch self {
        case .integers(let values, let width): .integers(positions.map { values[$0] }, width: width)
        case .doubles(let values): .doubles(positions.map { values[$0] })
        case .texts(let values, let bytes): .texts(positions.map { values[$0] }, bytes: bytes)
        case .bools(let values): .bools(positions.map { values[$0] })
        }
    }

    /// The distinct values and each value's number, or nil where a dictionary does not pay.
    func dictionary(limit: Int) -> (values: DenseValues, indices: [UInt32])? {
        let limit = min(limit, count * 3 / 4)
        let index: DictionaryIndex?
        switch self {
        case .bools: return nil
        case .integers(let values, _):
            index = values.withUnsafeBytes { DictionaryIndex($0.bindMemory(to: UInt64.self), limit: limit) }
        case .doubles(let values):
            index = values.withUnsafeBytes { DictionaryIndex($0.bindMemory(to: UInt64.self), limit: limit) }
        case .texts(let ranges, let bytes):
            index = bytes.withUnsafeBufferPointer { DictionaryIndex(ranges, of: $0, limit: limit) }
        }
        guard let index else { return nil }
        let values = picked(index.firsts)
        let width = HybridRLEEncoder.bitWidth(maximum: values.count - 1)
        guard values.plainSize + count * width / 8 < plainSize else { return nil }
        return (values, index.indices)
    }

    /// Appends the values of a range in the PLAIN encoding.
    /// https://parquet.apache.org/docs/file-format/data-pages/encodings/#PLAIN
    func appendPlain(_ range: Range<Int>, to output: inout [UInt8]) {
        switch self {
        case .integers(let values, width: 8):
            values[range].withUnsafeBytes { output.append(contentsOf: $0) }
        case .integers(let values, _):
            for value in values[range] { output.append(littleEndian: Int32(truncatingIfNeeded: value)) }
        case .doubles(let values):
            values[range].withUnsafeBytes { output.append(contentsOf: $0) }
        case .texts(let texts, let bytes):
            for text in texts[range] {
                output.append(littleEndian: Int32(truncatingIfNeeded: text.count))
                output.append(contentsOf: bytes[text])
            }
        case .bools(let values):
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                let group = values[start..<min(start + 8, range.upperBound)]
                output.append(group.reversed().reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) })
            }
        }
    }
}
