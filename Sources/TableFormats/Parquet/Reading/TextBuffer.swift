/// Texts end to end, as they are decoded: bytes that grow, and where each text ends.
final class TextBuffer {
    /// The most bytes of text that rows read together may have.
    static let maximumBytes = 256 << 20
    /// Bytes beyond the texts that may be written to, so that short texts are copied as one word.
    static let slack = 8

    /// Rows collected.
    private(set) var rows = 0
    private var count = 0
    private var bytes: UnsafeMutableRawPointer
    private var capacity: Int
    /// One more than rows were reserved; the first is 0.
    private var offsets: [Int32] = [0]

    init(capacity: Int = 1 << 12) {
        self.capacity = capacity
        bytes = .allocate(byteCount: capacity + Self.slack, alignment: 8)
    }

    deinit {
        bytes.deallocate()
    }

    /// Starts anew, with room for so many rows.
    func reserve(rows: Int) {
        offsets = [Int32](repeating: 0, count: rows + 1)
        (self.rows, count) = (0, 0)
    }

    /// Makes room for so many bytes more.
    /// - Throws: `tooLarge` where there would be more than `maximumBytes`.
    func reserve(bytes more: Int) throws(PageDecodeError) {
        guard more > capacity - count else { return }
        guard more <= Self.maximumBytes - count else {
            throw .tooLarge(
                what: "the number of bytes of text in the rows read together", size: count + more,
                limit: Self.maximumBytes)
        }
        let grown = min(max(capacity * 2, count + more), Self.maximumBytes)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: grown + Self.slack, alignment: 8)
        moved.copyMemory(from: bytes, byteCount: count)
        bytes.deallocate()
        (bytes, capacity) = (moved, grown)
    }

    /// Adds one text.
    func append(_ text: UnsafeRawBufferPointer) throws(PageDecodeError) {
        try reserve(bytes: text.count)
        if let source = text.baseAddress { (bytes + count).copyMemory(from: source, byteCount: text.count) }
        count += text.count
        rows += 1
        offsets[rows] = Int32(truncatingIfNeeded: count)
    }

    /// Adds texts of `source`: for each index the bytes between two offsets. `slack` bytes may be read after the last;
    /// the caller has checked the indices.
    func append(
        _ indices: UnsafeBufferPointer<UInt32>, of source: UnsafeRawPointer, _ starts: UnsafePointer<Int>
    ) throws(PageDecodeError) {
        var total = 0
        for index in indices { total += starts[Int(index) + 1] - starts[Int(index)] }
        try reserve(bytes: total)
        // In local variables, which the compiler keeps in registers.
        var (count, rows) = (count, rows)
        let bytes = bytes
        offsets.withUnsafeMutableBufferPointer { offsets in
            for index in indices {
                let start = starts[Int(index)]
                let length = starts[Int(index) + 1] - start
                if length <= Self.slack {
                    let word = (source + start).loadUnaligned(as: UInt64.self)
                    (bytes + count).storeBytes(of: word, as: UInt64.self)
                } else {
                    (bytes + count).copyMemory(from: source + start, byteCount: length)
                }
                count += length
                rows += 1
                offsets[rows] = Int32(truncatingIfNeeded: count)
            }
        }
        (self.count, self.rows) = (count, rows)
    }

    /// Adds texts of which each stands after its length in 32 bits, from `position` on, and moves it on.
    func append(
        plain texts: Int, of source: UnsafeRawBufferPointer, at position: inout Int, end: Int
    ) throws(PageDecodeError) {
        for _ in 0..<texts {
            let length = try PageBytes.length(source, &position, end)
            try append(UnsafeRawBufferPointer(rebasing: source[position..<position + length]))
            position += length
        }
    }

    /// Moves the last `valid` texts to their rows among the last `rows`; the others become empty.
    func spread(_ valid: Int, over rows: Int, _ validity: UnsafePointer<Bool>) {
        let start = self.rows - valid
        offsets.withUnsafeMutableBufferPointer { offsets in
            var (row, next) = (rows, valid)
            while row > next {
                offsets[start + row] = offsets[start + next]
                row -= 1
                if validity[row] { next -= 1 }
            }
        }
        self.rows = start + rows
    }

    /// Whether any of the last `texts` may not be UTF-8. ASCII, which nearly all of them are, is seen at a glance.
    func mayHoldOtherThanUTF8(ofLast texts: Int) -> Bool {
        let start = Int(offsets[rows - texts])
        return !UTF8Check.isASCII(UnsafeRawBufferPointer(start: bytes + start, count: count - start))
    }

    /// The bytes of a row's text, until the next change.
    func text(at row: Int) -> UnsafeRawBufferPointer {
        let (from, to) = (Int(offsets[row]), Int(offsets[row + 1]))
        return UnsafeRawBufferPointer(start: bytes + from, count: to - from)
    }

    /// All texts; the buffer is empty afterwards.
    func finish() -> TextValues {
        defer { reserve(rows: 0) }
        return TextValues(bytes: [UInt8](UnsafeRawBufferPointer(start: bytes, count: count)), offsets: offsets)
    }
}

/// Tells text from other bytes.
enum UTF8Check {
    /// Whether the bytes are UTF-8. ASCII, which nearly all of them are, is seen without decoding.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isASCII(bytes) || String(validating: bytes, as: UTF8.self) != nil
    }

    /// Whether no byte has its highest bit set.
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var (seen, index): (UInt64, Int) = (0, 0)
        while index + 8 <= bytes.count {
            seen |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            seen |= UInt64(bytes[index])
            index += 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }
}
