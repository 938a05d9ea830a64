/// Reads a segment's bytes from left to right; never beyond its end.
struct SegmentBytes {
    private let bytes: [UInt8]
    private var offset: Int
    private let end: Int

    init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
        self.bytes = bytes
        offset = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    var isAtEnd: Bool { offset == end }

    @inline(__always)
    mutating func byte() -> UInt8? {
        guard offset < end else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always)
    mutating func varint() throws(LogSegmentError) -> UInt64 {
        guard let first = byte() else { throw .malformed(reason: "a number is cut off") }
        guard first >= 0x80 else { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while let byte = byte(), shift < 64 {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .malformed(reason: "a number is cut off or has more than 64 bits")
    }

    /// A number of things that take at least a byte each.
    mutating func count() throws(LogSegmentError) -> Int {
        let value = try varint()
        guard value <= UInt64(end - offset) else { throw .malformed(reason: "it tells of more than it holds") }
        return Int(value)
    }

    /// Passes over so many bytes.
    mutating func skip(_ count: Int) throws(LogSegmentError) -> Range<Int> {
        guard count <= end - offset else { throw .malformed(reason: "it is cut off") }
        defer { offset += count }
        return offset..<offset + count
    }

    mutating func index(below count: Int) throws(LogSegmentError) -> Int {
        let value = try varint()
        guard value < UInt64(count) else { throw .malformed(reason: "a line names what is not there") }
        return Int(value)
    }
}
