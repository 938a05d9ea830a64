/// Reads whole numbers that are written as differences to the one before, packed in blocks.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC
struct DeltaBinaryPackedDecoder {
    /// The most numbers of a miniblock that are accepted; writers use 32 to 256.
    private static let maximumMiniblock = 1 << 16
    private static let maximumMiniblocks = 1 << 12

    /// Numbers that were not handed out.
    private(set) var left: Int
    private let miniblocks: Int
    private let miniblockValues: Int
    private var position: Int
    private let end: Int
    private var last: Int64
    /// Whether the first number, which stands in the head, was not handed out.
    private var isFirst = true
    private var minimumDelta: Int64 = 0
    /// Where the widths of the block's miniblocks stand, and which one is next.
    private var widths = 0
    private var nextMiniblock: Int
    private var width = 0
    private var miniblockLeft = 0
    private var nextBit = 0

    /// Reads the head of the numbers in `range` of the page's bytes.
    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws(PageDecodeError) {
        position = range.lowerBound
        end = range.upperBound
        let block = try PageBytes.varint(bytes, &position, end)
        let miniblocks = try PageBytes.varint(bytes, &position, end)
        let count = try PageBytes.varint(bytes, &position, end)
        guard (1...UInt64(Self.maximumMiniblocks)).contains(miniblocks), block % miniblocks == 0,
            (1...UInt64(Self.maximumMiniblock)).contains(block / miniblocks), block / miniblocks % 8 == 0
        else {
            throw .malformed(
                expected: "blocks of at most \(Self.maximumMiniblocks) miniblocks of at most \(Self.maximumMiniblock) "
                    + "numbers, a multiple of 8",
                got: "blocks of \(block) numbers in \(miniblocks) miniblocks")
        }
        guard count <= UInt64(Int32.max) else { throw .malformed(expected: "a count of 31 bits", got: "\(count)") }
        self.miniblocks = Int(miniblocks)
        miniblockValues = Int(block / miniblocks)
        left = Int(count)
        last = try PageBytes.zigzag(bytes, &position, end)
        nextMiniblock = Int(miniblocks)
    }

    /// The next numbers.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer, count: Int, into out: UnsafeMutablePointer<Int64>
    ) throws(PageDecodeError) {
        guard count <= left else { throw .tooShort }
        var done = 0
        if isFirst, count > 0 {
            out[0] = last
            isFirst = false
            left -= 1
            done = 1
        }
        while done < count {
            if miniblockLeft == 0 { try beginMiniblock(bytes) }
            let run = min(miniblockLeft, count - done)
            for index in done..<done + run {
                let delta = Int64(bitPattern: BitUnpacker.number(bytes, at: nextBit, width: width))
                last = last &+ minimumDelta &+ delta
                out[index] = last
                nextBit += width
            }
            miniblockLeft -= run
            left -= run
            done += run
        }
    }

    /// Where the bytes after all numbers begin, found without unpacking them.
    func endOfNumbers(_ bytes: UnsafeRawBufferPointer) throws(PageDecodeError) -> Int {
        var copy = self
        if copy.isFirst, copy.left > 0 {
            copy.isFirst = false
            copy.left -= 1
        }
        while copy.left > 0 {
            try copy.beginMiniblock(bytes)
            copy.left -= min(copy.left, copy.miniblockLeft)
        }
        return copy.position
    }

    private mutating func beginMiniblock(_ bytes: UnsafeRawBufferPointer) throws(PageDecodeError) {
        if nextMiniblock == miniblocks {
            minimumDelta = try PageBytes.zigzag(bytes, &position, end)
            guard miniblocks <= end - position else { throw .tooShort }
            widths = position
            position += miniblocks
            nextMiniblock = 0
        }
        width = Int(bytes[widths + nextMiniblock])
        guard width <= 64 else { throw .malformed(expected: "numbers of at most 64 bits", got: "\(width) bits") }
        nextMiniblock += 1
        miniblockLeft = miniblockValues
        nextBit = position * 8
        let size = miniblockValues / 8 * width
        // Some writers leave out the padding of the last miniblock.
        guard (min(left, miniblockValues) * width + 7) / 8 <= end - position else { throw .tooShort }
        position += min(size, end - position)
    }
}
