/// A value that statistics and page indexes can tell as a bound.
protocol OrderedValue {
    /// Whether this value comes before another, in the order that the file's footer names for the column's type.
    /// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnOrder)
    func precedes(_ other: Self) -> Bool
    /// The value as a lower bound: its PLAIN encoding (texts without their length), or something less of at most
    /// `limit` bytes where texts are longer.
    func lowerBound(limit: Int) -> StoredBound?
    /// The value as an upper bound, likewise; nil where there is no such text.
    func upperBound(limit: Int) -> StoredBound?
}

/// A bound as it lies in the file.
struct StoredBound: Sendable, Equatable {
    var bytes: [UInt8]
    /// Whether a value is equal to it; else all values are on its right side.
    var isExact: Bool
}

/// The least and the greatest of some values.
struct ValueBounds<Value: OrderedValue> {
    var least: Value
    var greatest: Value

    /// The bounds of these values and others.
    mutating func formUnion(_ other: Self) {
        if other.least.precedes(least) { least = other.least }
        if greatest.precedes(other.greatest) { greatest = other.greatest }
    }
}

extension OrderedValue where Self: FixedWidthInteger {
    func precedes(_ other: Self) -> Bool { self < other }
    func lowerBound(limit: Int) -> StoredBound? { StoredBound(bytes: littleEndianBytes, isExact: true) }
    func upperBound(limit: Int) -> StoredBound? { StoredBound(bytes: littleEndianBytes, isExact: true) }
    private var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension Int64: OrderedValue {}
extension Int32: OrderedValue {}

extension Double: OrderedValue {
    func precedes(_ other: Self) -> Bool { self < other }

    /// Readers may order the two zeros or not: as a bound, the outer one stands for both.
    func lowerBound(limit: Int) -> StoredBound? { Self.stored(self == 0 ? -0.0 : self) }
    func upperBound(limit: Int) -> StoredBound? { Self.stored(self == 0 ? 0.0 : self) }

    private static func stored(_ value: Double) -> StoredBound {
        StoredBound(bytes: withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }, isExact: true)
    }
}

extension Bool: OrderedValue {
    func precedes(_ other: Self) -> Bool { !self && other }
    func lowerBound(limit: Int) -> StoredBound? { StoredBound(bytes: [self ? 1 : 0], isExact: true) }
    func upperBound(limit: Int) -> StoredBound? { StoredBound(bytes: [self ? 1 : 0], isExact: true) }
}
