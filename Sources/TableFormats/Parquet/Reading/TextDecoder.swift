/// Decodes pages of texts (or of other bytes of any length).
final class TextDecoder: PageValueDecoder {
    /// Indices unpacked at once.
    private static let bufferValues = 1024

    /// Where the page's values come from.
    private enum Source {
        case none
        case plain(position: Int, end: Int)
        case dictionary(HybridRLEDecoder)
        case lengths(DeltaLengthDecoder)
        case prefixed(DeltaByteArrayDecoder)
    }

    /// The texts decoded since `reserve`.
    let buffer = TextBuffer()
    /// Whether the bytes must be UTF-8.
    private let isText: Bool
    private var source = Source.none
    /// The entries' bytes, with padding after the last, and where each begins.
    private var dictionaryBytes: [UInt8] = []
    private var dictionaryOffsets: [Int] = [0]
    /// Whether all entries are UTF-8.
    private var isDictionaryText = true
    private(set) var badValues: [ParquetBadValue] = []
    private var indices = [UInt32](repeating: 0, count: TextDecoder.bufferValues)

    init(isText: Bool = true) {
        self.isText = isText
    }

    func readDictionary(_ bytes: UnsafeRawBufferPointer, count: Int) throws(PageDecodeError) {
        guard count <= bytes.count / 4 else { throw .tooShort }
        var (entries, offsets): ([UInt8], [Int]) = ([], [0])
        entries.reserveCapacity(bytes.count + TextBuffer.slack)
        offsets.reserveCapacity(count + 1)
        var position = 0
        for _ in 0..<count {
            let length = try PageBytes.length(bytes, &position, bytes.count)
            let entry = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            if isText, !UTF8Check.isUTF8(entry) { isDictionaryText = false }
            entries.append(contentsOf: entry)
            offsets.append(entries.count)
            position += length
        }
        entries.append(contentsOf: repeatElement(0, count: TextBuffer.slack))
        (dictionaryBytes, dictionaryOffsets) = (entries, offsets)
    }

    func forgetDictionary() {
        (dictionaryBytes, dictionaryOffsets, source, isDictionaryText) = ([], [0], .none, true)
    }

    func begin(
        _ encoding: StoredEncoding, _ bytes: UnsafeRawBufferPointer, in range: Range<Int>
    ) throws(PageDecodeError) {
        switch encoding {
        case .plain: source = .plain(position: range.lowerBound, end: range.upperBound)
        case .plainDictionary, .rleDictionary:
            source = .dictionary(try HybridRLEDecoder(indicesIn: bytes, range))
        case .deltaLengthByteArray: source = .lengths(try DeltaLengthDecoder(bytes, in: range))
        case .deltaByteArray: source = .prefixed(try DeltaByteArrayDecoder(bytes, in: range))
        default: throw .unsupported("its pages have the encoding \(encoding), which does not fit BYTE_ARRAY")
        }
    }

    func reserve(rows: Int) {
        buffer.reserve(rows: rows)
        badValues = []
    }

    func append(
        rows: Int, valid: Int, validity: UnsafePointer<Bool>?, from bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError) {
        var mustCheck = isText
        let first = buffer.rows
        switch source {
        case .none: guard valid == 0 else { throw .tooShort }
        case .plain(var position, let end):
            try buffer.append(plain: valid, of: bytes, at: &position, end: end)
            source = .plain(position: position, end: end)
        case .dictionary(var decoder):
            try gather(&decoder, valid, from: bytes)
            source = .dictionary(decoder)
            // The entries were checked already.
            mustCheck = !isDictionaryText
        case .lengths(var decoder):
            for _ in 0..<valid {
                try buffer.append(UnsafeRawBufferPointer(rebasing: bytes[try decoder.next(bytes)]))
            }
            source = .lengths(decoder)
        case .prefixed(var decoder):
            source = .none
            for _ in 0..<valid {
                try decoder.advance(bytes)
                try decoder.last.withUnsafeBufferPointer { last throws(PageDecodeError) in
                    try buffer.append(UnsafeRawBufferPointer(last))
                }
            }
            source = .prefixed(decoder)
        }
        let isBad = mustCheck && buffer.mayHoldOtherThanUTF8(ofLast: valid)
        if let validity { buffer.spread(valid, over: rows, validity) }
        if isBad { noteBadTexts(from: first) }
    }

    func finish() -> Column.Values {
        .text(buffer.finish())
    }

    private func noteBadTexts(from first: Int) {
        for row in first..<buffer.rows {
            let text = buffer.text(at: row)
            guard !UTF8Check.isUTF8(text) else { continue }
            badValues.append(ParquetBadValue(row: row, text: CSVExcerpt.text(text, limit: 80)))
        }
    }

    /// Appends entries of the dictionary.
    private func gather(
        _ decoder: inout HybridRLEDecoder, _ count: Int, from bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError) {
        let entries = dictionaryOffsets.count - 1
        try dictionaryBytes.withUnsafeBufferPointer { texts throws(PageDecodeError) in
            try dictionaryOffsets.withUnsafeBufferPointer { offsets throws(PageDecodeError) in
                try indices.withUnsafeMutableBufferPointer { indices throws(PageDecodeError) in
                    guard let buffer = indices.baseAddress, let texts = texts.baseAddress,
                        let offsets = offsets.baseAddress
                    else { throw .noSuchEntry(0, of: entries) }
                    var done = 0
                    while done < count {
                        let some = min(Self.bufferValues, count - done)
                        try decoder.read(bytes, count: some, into: buffer)
                        let greatest = BitUnpacker.greatest(buffer, some)
                        guard greatest < entries else { throw .noSuchEntry(greatest, of: entries) }
                        try self.buffer.append(
                            UnsafeBufferPointer(start: buffer, count: some), of: UnsafeRawPointer(texts), offsets)
                        done += some
                    }
                }
            }
        }
    }
}
