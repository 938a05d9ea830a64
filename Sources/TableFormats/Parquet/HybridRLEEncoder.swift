/// Encodes small numbers as runs and bit-packed groups, as definition levels and dictionary indices are.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
enum HybridRLEEncoder {
    /// Shorter runs are bit-packed: a run costs at least two bytes and may leave a group of eight unfilled.
    private static let minimumRun = 8

    /// How many bits the numbers up to `maximum` take.
    static func bitWidth(maximum: Int) -> Int {
        Int.bitWidth - maximum.leadingZeroBitCount
    }

    /// Appends the encoded values; each must fit `bitWidth` bits.
    static func encode(_ values: UnsafeBufferPointer<UInt32>, bitWidth: Int, into output: inout [UInt8]) {
        var position = 0
        var packedFrom = 0
        while position < values.count {
            var end = position + 1
            while end < values.count, values[end] == values[position] { end += 1 }
            // Bit-packed groups hold eight values: those that are open borrow from this run.
            let borrowed = (8 - (position - packedFrom) % 8) % 8
            if end - position >= minimumRun + borrowed {
                pack(values[packedFrom..<(position + borrowed)], bitWidth, into: &output)
                run(of: values[position], count: end - position - borrowed, bitWidth, into: &output)
                packedFrom = end
            }
            position = end
        }
        pack(values[packedFrom...], bitWidth, into: &output)
    }

    private static func run(of value: UInt32, count: Int, _ bitWidth: Int, into output: inout [UInt8]) {
        output.append(varint: UInt64(count) << 1)
        for byte in 0..<((bitWidth + 7) / 8) {
            output.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
        }
    }

    /// Packs values into groups of eight; zeros fill the last one.
    private static func pack(
        _ values: Slice<UnsafeBufferPointer<UInt32>>, _ bitWidth: Int, into output: inout [UInt8]
    ) {
        guard !values.isEmpty else { return }
        let values = UnsafeBufferPointer(rebasing: values)
        let groups = (values.count + 7) / 8
        output.append(varint: UInt64(groups) << 1 | 1)
        output.reserveCapacity(output.count + groups * bitWidth)
        var bits: UInt64 = 0
        var filled = 0
        for index in 0..<(groups * 8) {
            bits |= UInt64(index < values.count ? values[index] : 0) << filled
            filled += bitWidth
            while filled >= 8 {
                output.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                filled -= 8
            }
        }
    }
}
