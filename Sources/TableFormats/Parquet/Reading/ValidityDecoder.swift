/// Decodes which rows of a column have a value: definition levels, of which a column that is not nested has 0 and 1.
/// https://parquet.apache.org/docs/file-format/nestedencoding/
struct ValidityDecoder {
    /// How a page tells it.
    enum Source {
        /// Every row has a value.
        case all
        case runs(HybridRLEDecoder)
        /// One bit a row, the highest first, as old writers have it.
        case bits(next: Int, end: Int)
    }

    /// One flag a row since `reserve`; empty while no NULL was met.
    private(set) var flags: [Bool] = []
    /// NULLs since `reserve`.
    private(set) var nullCount = 0
    private var count = 0
    private var capacity = 0
    private var source = Source.all

    /// Starts with a page.
    mutating func begin(_ source: Source) {
        self.source = source
    }

    /// Starts anew, with room for so many rows.
    mutating func reserve(rows: Int) {
        (flags, nullCount, count, capacity) = ([], 0, 0, rows)
    }

    /// Takes rows of which none has a value.
    mutating func appendNulls(_ rows: Int) {
        append(false, rows)
    }

    /// Takes the next rows of the page. Answers how many have a value.
    mutating func append(rows: Int, from bytes: UnsafeRawBufferPointer) throws(PageDecodeError) -> Int {
        let before = nullCount
        switch source {
        case .all: append(true, rows)
        case .runs(var decoder):
            var left = rows
            while left > 0 {
                let run = try decoder.next(bytes, atMost: left)
                switch run {
                case .repeated(let level, let count): append(level != 0, count)
                case .packed(let bit, let count): append(bytes, bit, count)
                }
                left -= run.count
            }
            source = .runs(decoder)
        case .bits(let next, let end):
            guard rows <= end - next else { throw .tooShort }
            for bit in next..<next + rows { append(bytes[bit >> 3] << UInt8(bit & 7) & 0x80 != 0, 1) }
            source = .bits(next: next + rows, end: end)
        }
        return rows - (nullCount - before)
    }

    private mutating func append(_ isValid: Bool, _ rows: Int) {
        if !isValid, nullCount == 0 { makeFlags() }
        if !flags.isEmpty || !isValid { flags.append(contentsOf: repeatElement(isValid, count: rows)) }
        if !isValid { nullCount += rows }
        count += rows
    }

    /// Rows whose flags are bits, the lowest first.
    private mutating func append(_ bytes: UnsafeRawBufferPointer, _ first: Int, _ rows: Int) {
        let set = Self.countSet(bytes, first, rows)
        guard set < rows || nullCount > 0 else { return append(true, rows) }
        if nullCount == 0 { makeFlags() }
        for bit in first..<first + rows { flags.append(bytes[bit >> 3] >> UInt8(bit & 7) & 1 != 0) }
        nullCount += rows - set
        count += rows
    }

    /// The rows before the first NULL, which needed no flags.
    private mutating func makeFlags() {
        flags.reserveCapacity(capacity)
        flags.append(contentsOf: repeatElement(true, count: count))
    }

    private static func countSet(_ bytes: UnsafeRawBufferPointer, _ first: Int, _ rows: Int) -> Int {
        var (bit, end, set) = (first, first + rows, 0)
        while bit < end, bit & 7 != 0 {
            set += Int(bytes[bit >> 3] >> UInt8(bit & 7) & 1)
            bit += 1
        }
        while end - bit >= 64 {
            set += bytes.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self).nonzeroBitCount
            bit += 64
        }
        while bit < end {
            set += Int(bytes[bit >> 3] >> UInt8(bit & 7) & 1)
            bit += 1
        }
        return set
    }
}
