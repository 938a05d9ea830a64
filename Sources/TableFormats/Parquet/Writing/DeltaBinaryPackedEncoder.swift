/// Encodes whole numbers by their differences (DELTA_BINARY_PACKED).
///
/// The format leaves the writer two freedoms, and both are used for the sake of the packer that runs over the page
/// afterwards. The differences of a block take whole bytes, so that equal ones look equal; and they count from a round
/// number instead of the least of them, so that they look equal in every block.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC
enum DeltaBinaryPackedEncoder {
    /// Differences of a block, which has one base: what all writers use.
    private static let blockSize = 128
    /// Differences that have one width.
    private static let miniblockSize = 32

    /// What base and widths of a block take, for each of its values, in bytes.
    static let overhead = 10 / Double(blockSize)

    /// Appends the encoded values.
    static func encode<Value: SignedInteger & FixedWidthInteger>(
        _ values: UnsafeBufferPointer<Value>, into output: inout PageBuffer
    ) where Value.Magnitude: UnsignedInteger {
        output.append(varint: UInt64(blockSize))
        output.append(varint: UInt64(blockSize / miniblockSize))
        output.append(varint: UInt64(values.count))
        output.append(varint: zigzag(values.first ?? 0))
        guard let start = values.baseAddress, values.count > 1 else { return }
        let width = MemoryLayout<Value>.size
        let bound = (values.count + blockSize) * width + (values.count / blockSize + 1) * (10 + 4)
        output.append(upTo: bound) { target in
            var place = target
            for first in stride(from: 1, to: values.count, by: blockSize) {
                place += block(start + first, count: min(blockSize, values.count - first), to: place)
            }
            return place - target
        }
    }

    /// How many bytes a difference takes in most blocks of these values; 8 or 4 where differences do not pay.
    static func typicalWidth<Value: FixedWidthInteger>(_ values: UnsafeBufferPointer<Value>) -> Int {
        var widths: [Int] = []
        for first in stride(from: 1, to: values.count, by: blockSize) {
            let count = min(blockSize, values.count - first)
            if let start = values.baseAddress { widths.append(frame(start + first, count).width) }
        }
        return widths.sorted().dropFirst(widths.count / 2).first ?? MemoryLayout<Value>.size
    }

    /// One block: base, widths, differences from the base.
    private static func block<Value: FixedWidthInteger>(
        _ values: UnsafePointer<Value>, count: Int, to target: UnsafeMutableRawPointer
    ) -> Int {
        let (base, width) = frame(values, count)
        let miniblocks = (count + miniblockSize - 1) / miniblockSize
        var length = PageBuffer.store(varint: zigzag(base), to: target)
        for miniblock in 0..<(blockSize / miniblockSize) {
            let bits = miniblock < miniblocks ? UInt8(width * 8) : 0
            target.storeBytes(of: bits, toByteOffset: length + miniblock, as: UInt8.self)
        }
        length += blockSize / miniblockSize
        // Whole words are stored one over the other: the surplus bytes of each are its successor's.
        for index in 0..<count {
            let difference = values[index] &- values[index - 1] &- base
            let word = UInt64(truncatingIfNeeded: difference)
            (target + length + index * width).storeBytes(of: word.littleEndian, as: UInt64.self)
        }
        let end = target + length + count * width
        end.initializeMemory(as: UInt8.self, repeating: 0, count: (miniblocks * miniblockSize - count) * width)
        return length + miniblocks * miniblockSize * width
    }

    /// What the differences of a block count from, and how many bytes they take then.
    private static func frame<Value: FixedWidthInteger>(
        _ values: UnsafePointer<Value>, _ count: Int
    ) -> (base: Value, width: Int) {
        var least = Value.max
        var greatest = Value.min
        for index in 0..<count {
            let difference = values[index] &- values[index - 1]
            least = min(least, difference)
            greatest = max(greatest, difference)
        }
        guard least < greatest else { return (least, 0) }
        var width = bytes(greatest &- least)
        while width < MemoryLayout<Value>.size {
            let base = rounded(least, bits: width * 8 - 2)
            if bytes(greatest &- base) <= width { return (base, width) }
            width += 1
        }
        return (rounded(least, bits: width * 8 - 2), width)
    }

    /// The greatest multiple of `1 << bits` that is not above a value.
    private static func rounded<Value: FixedWidthInteger>(_ value: Value, bits: Int) -> Value {
        (value >> bits) << bits
    }

    /// How many bytes a difference of two differences takes, read as unsigned.
    private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> Int {
        (Value.bitWidth - value.leadingZeroBitCount + 7) / 8
    }

    private static func zigzag<Value: FixedWidthInteger>(_ value: Value) -> UInt64 {
        let wide = Int64(truncatingIfNeeded: value)
        return UInt64(bitPattern: wide << 1 ^ wide >> 63)
    }
}
