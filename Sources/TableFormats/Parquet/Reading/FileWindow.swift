/// Part of a file, read from its start to its end in pieces.
struct FileWindow {
    /// What is read at once at least, in bytes, where there is as much.
    private static let pieceBytes: Int64 = 256 << 10

    private let read: ParquetFile.Read
    private let end: Int64
    /// Where `bytes` begins in the file.
    private var start: Int64
    private var bytes: [UInt8] = []
    private var position = 0

    init(_ range: Range<Int64>, read: @escaping ParquetFile.Read) {
        self.read = read
        (start, end) = (range.lowerBound, range.upperBound)
    }

    /// Where the next byte lies in the file.
    var offset: Int64 { start + Int64(position) }

    /// Whether all bytes were passed.
    var isAtEnd: Bool { offset >= end }

    /// Sees to it that so many bytes can be looked at, or all that are left. Answers whether there are as many.
    mutating func fill(_ count: Int) throws -> Bool {
        let have = bytes.count - position
        guard have < count else { return true }
        let wanted = min(max(Int64(count), Self.pieceBytes), end - offset)
        if wanted > Int64(have) {
            let from = offset + Int64(have)
            let more = try ParquetFile.bytes(from..<offset + wanted, read)
            start += Int64(position)
            bytes = have == 0 ? more : bytes[position...] + more
            position = 0
        }
        return bytes.count - position >= count
    }

    /// The bytes at hand, and where among them the next ones are, at most so many.
    func unread(atMost count: Int) -> ([UInt8], Range<Int>) {
        (bytes, position..<min(bytes.count, position + count))
    }

    /// Passes bytes that were looked at.
    mutating func advance(_ count: Int) {
        position = min(bytes.count, position + count)
    }

    /// The next bytes, which `fill` has fetched.
    func withBytes<Result>(
        _ count: Int, _ body: (UnsafeRawBufferPointer) throws(ParquetReadError) -> Result
    ) throws(ParquetReadError) -> Result {
        try bytes.withUnsafeBufferPointer { buffer throws(ParquetReadError) in
            try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[position..<position + count]))
        }
    }
}
