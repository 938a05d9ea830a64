/// A value of a physical type whose PLAIN encoding is its memory.
protocol FixedWidthValue: OrderedValue, BitwiseCopyable {
    /// The bits of the value, as the key of a dictionary: of two zeros or not-a-numbers each has its own.
    var key: UInt64 { get }
    /// The value of a key.
    init(key: UInt64)
    /// The values of a column of this type.
    static func values(of column: Column) -> [Self]
    /// The least and greatest value; not-a-numbers have no place in the order and do not count.
    static func bounds(_ values: UnsafeBufferPointer<Self>) -> ValueBounds<Self>?
    /// How the values are encoded without a dictionary, judged by some of them.
    static func encoding(_ sample: UnsafeBufferPointer<Self>) -> ValueEncoding<Self>
}

/// How values are encoded without a dictionary.
struct ValueEncoding<Value> {
    /// Its number in the format.
    var number: Int
    /// How many bytes a value takes, about.
    var bytesPerValue: Double
    /// Appends the encoded values.
    var encode: (UnsafeBufferPointer<Value>, inout PageBuffer) -> Void

    /// The values' memory.
    static var plain: Self {
        Self(number: ParquetFormat.Encoding.plain, bytesPerValue: Double(MemoryLayout<Value>.size)) { values, page in
            page.append(UnsafeRawBufferPointer(values))
        }
    }
}

extension FixedWidthValue where Self: SignedInteger & FixedWidthInteger {
    var key: UInt64 { UInt64(truncatingIfNeeded: self) }
    init(key: UInt64) { self.init(truncatingIfNeeded: key) }

    static func bounds(_ values: UnsafeBufferPointer<Self>) -> ValueBounds<Self>? {
        guard let first = values.first else { return nil }
        var (least, greatest) = (first, first)
        for value in values {
            least = value < least ? value : least
            greatest = value > greatest ? value : greatest
        }
        return ValueBounds(least: least, greatest: greatest)
    }

    static func encoding(_ sample: UnsafeBufferPointer<Self>) -> ValueEncoding<Self> {
        let width = DeltaBinaryPackedEncoder.typicalWidth(sample)
        guard width * 4 <= MemoryLayout<Self>.size * 3 else { return .plain }
        let size = Double(width) + DeltaBinaryPackedEncoder.overhead
        return ValueEncoding(number: ParquetFormat.Encoding.deltaBinaryPacked, bytesPerValue: size) { values, page in
            DeltaBinaryPackedEncoder.encode(values, into: &page)
        }
    }
}

extension Int64: FixedWidthValue {
    static func values(of column: Column) -> [Int64] {
        guard case .int64(let values) = column.values else { preconditionFailure("a column of another type") }
        return values
    }
}

extension Int32: FixedWidthValue {
    static func values(of column: Column) -> [Int32] {
        guard case .int32(let values) = column.values else { preconditionFailure("a column of another type") }
        return values
    }
}

extension Double: FixedWidthValue {
    var key: UInt64 { bitPattern }
    init(key: UInt64) { self.init(bitPattern: key) }

    static func values(of column: Column) -> [Double] {
        guard case .double(let values) = column.values else { preconditionFailure("a column of another type") }
        return values
    }

    static func bounds(_ values: UnsafeBufferPointer<Double>) -> ValueBounds<Double>? {
        var (least, greatest) = (Double.infinity, -Double.infinity)
        var isAny = false
        for value in values where !value.isNaN {
            isAny = true
            least = value < least ? value : least
            greatest = value > greatest ? value : greatest
        }
        return isAny ? ValueBounds(least: least, greatest: greatest) : nil
    }

    static func encoding(_ sample: UnsafeBufferPointer<Double>) -> ValueEncoding<Double> { .plain }
}
