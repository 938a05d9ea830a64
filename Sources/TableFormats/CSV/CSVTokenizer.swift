/// Finds the records and fields of CSV (RFC 4180, with CRLF and LF in any mixture). Knows separators and quotes, no
/// columns. https://www.rfc-editor.org/rfc/rfc4180#section-2
///
/// It works in tiles, runs of records small enough to stay in the processor's cache until their fields are parsed.
/// A quote opens a quoted field where nothing but blanks stands before it in the field; elsewhere it is text.
final class CSVTokenizer {
    /// What is wrong with the form of a record. Positions count bytes as `separators` do.
    enum Flaw: Equatable {
        /// A quoted field never ends. The record is then taken to end with its first line.
        case unterminatedQuote(at: Int)
        /// Something other than a separator follows a closing quote.
        case textAfterQuote(at: Int)
        /// There is no end of the record within the limit. The record is then taken to end with its first line.
        case tooLong
    }

    /// The most records of a tile are this many, and up to 63 more.
    static let tileRecords = 512

    /// How many records a tile may have at the very most.
    static let tileCapacity = tileRecords + 64

    /// Where each field of the tile ends: the positions of its commas and newlines outside quotes, and that of the
    /// bytes' end where the last record has no newline. The first entry is the position before the first record.
    private(set) var separators: UnsafeMutablePointer<Int32>
    /// For each record the index in `separators` of its last entry; begins with a 0.
    let ends: UnsafeMutablePointer<Int32>
    /// How many records the tile has.
    var recordCount = 0
    /// What is wrong with which records, in their order.
    var flaws: [(record: Int, flaw: Flaw)] = []

    let maximumRecordBytes: Int
    private var separatorCapacity = 1 << 14
    /// The index of the last entry of `separators`.
    var last = 0

    init(maximumRecordBytes: Int) {
        self.maximumRecordBytes = maximumRecordBytes
        separators = .allocate(capacity: separatorCapacity)
        ends = .allocate(capacity: Self.tileCapacity + 1)
    }

    deinit {
        separators.deallocate()
        ends.deallocate()
    }

    /// Finds the next records from `start` on and answers where the one after them begins.
    ///
    /// - Parameters:
    ///   - hasQuotes: whether there may be quotes.
    ///   - isFinal: whether the end of the bytes ends the last record too. If not, the tile ends before a record whose
    ///     end is not there, and before one that is too long and not a single line.
    func readTile(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, hasQuotes: Bool, isFinal: Bool) -> Int {
        separators[0] = Int32(truncatingIfNeeded: start - 1)
        ends[0] = 0
        (recordCount, last) = (0, 0)
        if !flaws.isEmpty { flaws.removeAll(keepingCapacity: true) }
        guard let base = bytes.baseAddress else { return start }
        if hasQuotes {
            readQuoted(base, from: start, to: bytes.count, isFinal: isFinal)
        } else {
            readPlain(base, from: start, to: bytes.count, isFinal: isFinal)
        }
        return min(Int(separators[Int(ends[recordCount])]) + 1, bytes.count)
    }

    /// Where a record of the tile begins.
    func start(of record: Int) -> Int { Int(separators[Int(ends[record])]) + 1 }

    /// Where its last field ends: at its newline or the end of the bytes.
    func end(of record: Int) -> Int { Int(separators[Int(ends[record + 1])]) }

    private func readPlain(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, isFinal: Bool) {
        var (last, count, position) = (last, recordCount, start)
        let ends = ends
        while position < end, count < Self.tileRecords {
            let masks = CSVByteMasks(bytes + position, count: end &- position, withQuotes: false)
            reserve(after: last)
            let separators = separators
            var marks = masks.commas | masks.newlines
            var newlines = masks.newlines
            while newlines != 0 {
                let before = newlines ^ (newlines &- 1)
                count &+= 1
                ends[count] = Int32(truncatingIfNeeded: last &+ (marks & before).nonzeroBitCount)
                newlines &= newlines &- 1
            }
            let next = last &+ marks.nonzeroBitCount
            // Eight at a time, the last few of no meaning: that spares a hard-to-foresee branch for each.
            while marks != 0 {
                for _ in 0..<8 {
                    last &+= 1
                    separators[last] = Int32(truncatingIfNeeded: position &+ marks.trailingZeroBitCount)
                    marks &= marks &- 1
                }
            }
            last = next
            position &+= 64
        }
        (self.last, recordCount) = (last, count)
        if isFinal, position >= end, Int(separators[Int(ends[count])]) + 1 < end { endRecord(at: end) }
    }

    /// Ends a record with an entry for its end.
    func endRecord(at position: Int) {
        add(position)
        recordCount += 1
        ends[recordCount] = Int32(truncatingIfNeeded: last)
    }

    @inline(__always)
    func add(_ position: Int) {
        reserve(after: last)
        last &+= 1
        separators[last] = Int32(truncatingIfNeeded: position)
    }

    /// Makes room for the separators of 64 bytes, and for eight entries of no meaning.
    @inline(__always)
    private func reserve(after last: Int) {
        if last &+ 80 > separatorCapacity { grow(used: last + 1) }
    }

    @inline(never)
    private func grow(used: Int) {
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: separatorCapacity * 2)
        larger.update(from: separators, count: used)
        separators.deallocate()
        separators = larger
        separatorCapacity *= 2
    }
}
