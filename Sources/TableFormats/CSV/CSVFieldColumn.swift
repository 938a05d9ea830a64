/// One field of each record of a tile.
final class CSVFieldColumn {
    /// The bytes that `starts` and `ends` count; `CSVBlock.padding` more may be read after any field.
    var bytes: UnsafePointer<UInt8>?
    /// How many records there are.
    var count = 0
    let starts: UnsafeMutablePointer<Int32>
    /// Where the fields end. The end of a text in which two quotes stand for one is complemented, and so negative.
    let ends: UnsafeMutablePointer<Int32>

    init(capacity: Int) {
        starts = .allocate(capacity: capacity)
        ends = .allocate(capacity: capacity)
    }

    deinit {
        starts.deallocate()
        ends.deallocate()
    }

    /// Hands the text of a field to `body`, with each two quotes made one.
    @inline(never)
    func withText<Result>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let start = Int(starts[row])
        let end = Int(ends[row])
        guard let bytes else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        guard end < 0 else { return body(UnsafeBufferPointer(start: bytes + start, count: end - start)) }
        return CSVFieldSpan(start: start, end: ~end, hasEscapes: true).unescaped(bytes).withUnsafeBufferPointer(body)
    }
}
