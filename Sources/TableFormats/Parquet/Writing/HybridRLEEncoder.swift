/// Encodes small numbers as runs and bit-packed groups, as definition levels and dictionary indices are.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
enum HybridRLEEncoder {
    /// How many bits the numbers up to `maximum` take.
    static func bitWidth(maximum: Int) -> Int {
        Int.bitWidth - maximum.leadingZeroBitCount
    }

    /// Shorter runs are bit-packed. A run and the new beginning after it cost some five bytes, and where the pages are
    /// packed afterwards short runs only hide from the packer what it would find by itself.
    static func minimumRun(bitWidth: Int) -> Int {
        max(8, 64 / bitWidth & ~7)
    }

    /// Appends the encoded values; each must fit `bitWidth` bits, 1 to 32.
    static func encode(_ values: UnsafeBufferPointer<UInt32>, bitWidth: Int, into output: inout PageBuffer) {
        guard let start = values.baseAddress else { return }
        let minimumRun = minimumRun(bitWidth: bitWidth)
        // Every run is at least a minimal one; before and after it stand a header of up to five bytes each.
        let bound = (values.count / 8 + 1) * bitWidth + (values.count / minimumRun + 1) * (4 + 2 * 5)
        output.append(upTo: bound) { target in
            var place = target
            var packedFrom = 0
            var position = 0
            while position + minimumRun <= values.count {
                let end = endOfRun(start, position, values.count)
                guard end - position >= minimumRun else {
                    position += max(8, (end - position) & ~7)
                    continue
                }
                place += pack(start + packedFrom, position - packedFrom, bitWidth, to: place)
                place += run(of: start[position], count: end - position, bitWidth, to: place)
                packedFrom = end
                position = end
            }
            place += pack(start + packedFrom, values.count - packedFrom, bitWidth, to: place)
            return place - target
        }
    }

    /// Where the run ends that begins at `position`; `position` itself when the eight values there are not all equal.
    /// There must be eight.
    private static func endOfRun(_ values: UnsafePointer<UInt32>, _ position: Int, _ count: Int) -> Int {
        let value = values[position]
        let pattern = SIMD8<UInt32>(repeating: value)
        let raw = UnsafeRawPointer(values)
        var end = position
        while end + 8 <= count,
            raw.loadUnaligned(fromByteOffset: end * 4, as: SIMD8<UInt32>.self) == pattern
        { end += 8 }
        guard end > position else { return position }
        while end < count, values[end] == value { end += 1 }
        return end
    }

    private static func run(
        of value: UInt32, count: Int, _ bitWidth: Int, to target: UnsafeMutableRawPointer
    ) -> Int {
        let header = PageBuffer.store(varint: UInt64(count) << 1, to: target)
        (target + header).storeBytes(of: value.littleEndian, as: UInt32.self)
        return header + (bitWidth + 7) / 8
    }

    /// Packs values into groups of eight; zeros fill the last one.
    private static func pack(
        _ values: UnsafePointer<UInt32>, _ count: Int, _ bitWidth: Int, to target: UnsafeMutableRawPointer
    ) -> Int {
        guard count > 0 else { return 0 }
        let groups = (count + 7) / 8
        let header = PageBuffer.store(varint: UInt64(groups) << 1 | 1, to: target)
        BitPacker.pack(values, groups: count / 8, width: bitWidth, to: target + header)
        if count % 8 > 0 {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 8) { last in
                last.initialize(repeating: 0)
                for index in 0..<(count % 8) { last[index] = values[count / 8 * 8 + index] }
                guard let last = last.baseAddress else { return }
                BitPacker.pack(last, groups: 1, width: bitWidth, to: target + header + count / 8 * bitWidth)
            }
        }
        return header + groups * bitWidth
    }
}
