/// Cuts chunks of bytes into lines at each newline, wherever the chunks are cut.
struct LineSplitter: Sendable {
    /// Bytes appended so far.
    private(set) var taken: Int64 = 0
    private var pending: [UInt8] = []
    /// Where the next line starts in `pending`.
    private var start = 0
    /// How far `pending` is known to hold no newline.
    private var searched = 0

    mutating func append(_ chunk: [UInt8]) {
        taken += Int64(chunk.count)
        if start > 0 {
            pending.removeFirst(start)
            searched -= start
            start = 0
        }
        pending += chunk
    }

    /// The next whole line without its newline; nil until more bytes come.
    mutating func next() -> [UInt8]? {
        guard let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = pending.count
            return nil
        }
        defer {
            start = end + 1
            searched = start
        }
        return Array(pending[start..<end])
    }
}
