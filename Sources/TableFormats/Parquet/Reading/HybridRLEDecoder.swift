/// Reads whole numbers that are written as runs: one number and how often it stands, or numbers of a fixed number of
/// bits end to end.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
struct HybridRLEDecoder {
    /// A piece of a run.
    enum Run {
        case repeated(UInt32, count: Int)
        /// Numbers that begin at a bit of the bytes.
        case packed(firstBit: Int, count: Int)

        var count: Int {
            switch self {
            case .repeated(_, let count), .packed(_, let count): count
            }
        }
    }

    /// Bits of a number, 0 to 32.
    let width: Int
    private var position: Int
    private let end: Int
    /// Numbers of the run at hand that were not handed out.
    private var left = 0
    private var isPacked = false
    private var repeated: UInt32 = 0
    private var nextBit = 0

    /// Reads numbers of `width` bits from `range` of the page's bytes.
    init(width: Int, in range: Range<Int>) throws(PageDecodeError) {
        guard (0...32).contains(width) else {
            throw .malformed(expected: "numbers of at most 32 bits", got: "\(width) bits")
        }
        self.width = width
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next run, or as much of it as is wanted: at least one number.
    @inline(__always)
    mutating func next(
        _ bytes: UnsafeRawBufferPointer, atMost wanted: Int
    ) throws(PageDecodeError) -> Run {
        while left == 0 { try readHead(bytes) }
        let count = min(left, wanted)
        left -= count
        guard isPacked else { return .repeated(repeated, count: count) }
        defer { nextBit += count * width }
        return .packed(firstBit: nextBit, count: count)
    }

    /// The next numbers.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer, count: Int, into out: UnsafeMutablePointer<UInt32>
    ) throws(PageDecodeError) {
        var done = 0
        while done < count {
            switch try next(bytes, atMost: count - done) {
            case .repeated(let value, let run):
                (out + done).update(repeating: value, count: run)
                done += run
            case .packed(let bit, let run):
                BitUnpacker.unpack(bytes, first: bit, width: width, count: run, into: out + done)
                done += run
            }
        }
    }

    private mutating func readHead(_ bytes: UnsafeRawBufferPointer) throws(PageDecodeError) {
        let head = try PageBytes.varint(bytes, &position, end)
        guard head <= UInt64(UInt32.max) else { throw .malformed(expected: "a run of 31 bits", got: "\(head)") }
        isPacked = head & 1 == 1
        guard isPacked else {
            left = Int(head >> 1)
            repeated = try readRepeated(bytes)
            return
        }
        // Some writers leave out the padding of the last group.
        let available = end - position
        let size = Int(head >> 1) * width
        left = size <= available ? Int(head >> 1) * 8 : available * 8 / width
        nextBit = position * 8
        position += min(size, available)
    }

    /// The number takes as many whole bytes as its bits need.
    private mutating func readRepeated(_ bytes: UnsafeRawBufferPointer) throws(PageDecodeError) -> UInt32 {
        let size = (width + 7) / 8
        guard size <= end - position else { throw .tooShort }
        var value: UInt32 = 0
        for index in 0..<size { value |= UInt32(bytes[position + index]) << UInt32(8 * index) }
        position += size
        guard width == 32 || value >> UInt32(width) == 0 else {
            throw .malformed(expected: "a number of \(width) bits", got: "\(value)")
        }
        return value
    }
}

/// Numbers at a place of a page, checked against its end.
enum PageBytes {
    /// An unsigned number as ULEB128.
    @inline(__always)
    static func varint(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int
    ) throws(PageDecodeError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw .tooShort }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed(expected: "a number of at most ten bytes", got: "more")
    }

    /// A signed number as zigzag ULEB128.
    static func zigzag(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int
    ) throws(PageDecodeError) -> Int64 {
        let value = try varint(bytes, &position, end)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A length of 32 bits, which must be of bytes that are there.
    @inline(__always)
    static func length(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int
    ) throws(PageDecodeError) -> Int {
        guard end - position >= 4 else { throw .tooShort }
        let value = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        position += 4
        guard value <= end - position else {
            throw .malformed(expected: "a length of at most the \(end - position) bytes left", got: "\(value)")
        }
        return value
    }
}
