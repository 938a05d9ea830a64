/// Reads texts that are written as lengths, then all bytes.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTALENGTH
struct DeltaLengthDecoder {
    private var lengths: DeltaBinaryPackedDecoder
    private var position: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws(PageDecodeError) {
        lengths = try DeltaBinaryPackedDecoder(bytes, in: range)
        position = try lengths.endOfNumbers(bytes)
        end = range.upperBound
    }

    /// Where the next text lies.
    mutating func next(_ bytes: UnsafeRawBufferPointer) throws(PageDecodeError) -> Range<Int> {
        var length: Int64 = 0
        try lengths.read(bytes, count: 1, into: &length)
        guard length >= 0, length <= Int64(end - position) else {
            throw .malformed(expected: "a length of at most the \(end - position) bytes left", got: "\(length)")
        }
        defer { position += Int(length) }
        return position..<position + Int(length)
    }
}

/// Reads texts that are written as how much they share with the one before, and the rest.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTASTRING
struct DeltaByteArrayDecoder {
    /// The text read last.
    private(set) var last: [UInt8] = []
    private var prefixes: DeltaBinaryPackedDecoder
    private var suffixes: DeltaLengthDecoder

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws(PageDecodeError) {
        prefixes = try DeltaBinaryPackedDecoder(bytes, in: range)
        let start = try prefixes.endOfNumbers(bytes)
        suffixes = try DeltaLengthDecoder(bytes, in: start..<range.upperBound)
    }

    /// Reads the next text into `last`.
    mutating func advance(_ bytes: UnsafeRawBufferPointer) throws(PageDecodeError) {
        var prefix: Int64 = 0
        try prefixes.read(bytes, count: 1, into: &prefix)
        guard prefix >= 0, prefix <= Int64(last.count) else {
            throw .malformed(expected: "a prefix of at most \(last.count) bytes", got: "\(prefix)")
        }
        let suffix = try suffixes.next(bytes)
        last.removeSubrange(Int(prefix)...)
        last.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[suffix]))
    }
}
