/// Decimal numbers: a whole number over a power of ten, in two's complement.
/// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#decimal
struct DecimalBytes: ValueConversion {
    /// The most bytes of a number that are accepted: 76 digits take 32.
    static let maximumLength = 32

    let size: Int
    var isInteger: Bool { !isBigEndian }
    private let isBigEndian: Bool
    private let divisor: Double

    /// - Parameters:
    ///   - size: bytes of a number.
    ///   - isBigEndian: whether the highest byte comes first; else the numbers have 4 or 8 bytes, the lowest first.
    ///   - scale: digits after the point.
    init(size: Int, isBigEndian: Bool, scale: Int) {
        self.size = size
        self.isBigEndian = isBigEndian
        // Powers of ten up to 22 are exact; above, nearly so.
        divisor = (0..<scale).reduce(1.0) { power, _ in power * 10 }
    }

    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Double>) {
        for index in 0..<count {
            out[index] = number(UnsafeRawBufferPointer(start: source + index * size, count: size))
        }
    }

    /// One number; of those with the highest byte first, of any length up to the greatest.
    func number(_ bytes: UnsafeRawBufferPointer) -> Double {
        guard isBigEndian else {
            return bytes.count == 4
                ? Double(bytes.loadUnaligned(as: Int32.self)) / divisor
                : Double(bytes.loadUnaligned(as: Int64.self)) / divisor
        }
        guard let first = bytes.first else { return 0 }
        guard bytes.count > 16 else {
            var value: Int128 = first >= 0x80 ? -1 : 0
            for byte in bytes { value = value << 8 | Int128(byte) }
            return Double(value) / divisor
        }
        // Longer than any machine word: exact to the 53 bits of a double, or nearly so.
        var value = first >= 0x80 ? Double(Int8(bitPattern: first)) : Double(first)
        for byte in bytes.dropFirst() { value = value * 256 + Double(byte) }
        return value / divisor
    }
}
