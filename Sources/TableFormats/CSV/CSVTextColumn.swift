/// A column of texts. Texts that are not UTF-8 are read as Latin-1.
final class CSVTextColumn: CSVColumnParser {
    private let builder = ColumnBuilder(type: .text)
    private let synonyms: SynonymTable
    private var texts: UnsafeMutablePointer<UInt8>
    private var textCapacity = 1 << 12
    private var textCount = 0
    private let ends: UnsafeMutablePointer<Int32>
    private let validity: UnsafeMutablePointer<Bool>
    private var count = 0
    private var nullCount = 0

    /// - Parameter capacity: the most rows of a tile.
    init(_ definition: ColumnDefinition, capacity: Int) {
        synonyms = SynonymTable(definition.synonyms)
        texts = .allocate(capacity: textCapacity)
        ends = .allocate(capacity: capacity)
        validity = .allocate(capacity: capacity)
    }

    deinit {
        texts.deallocate()
        ends.deallocate()
        validity.deallocate()
    }

    func reserveCapacity(_ rows: Int) { builder.reserveCapacity(rows) }

    func parse(_ fields: CSVFieldColumn, column: Int, _ findings: inout CSVTileFindings) {
        guard let bytes = fields.bytes else { return }
        let hasSynonyms = !synonyms.isEmpty
        // The last word without a synonym: most columns of codes hold few of them, one after another.
        var plainWord: UInt64 = 0
        (textCount, nullCount, count) = (0, 0, fields.count)
        for row in 0..<fields.count {
            let start = Int(fields.starts[row])
            let length = Int(fields.ends[row]) &- start
            guard length != 0 else {
                append(nil, row)
                continue
            }
            if UInt(bitPattern: length) <= 8 {
                let spare = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
                let word = (DigitWord.load(bytes + start) &<< spare) &>> spare
                if Self.isASCII(word, length), !hasSynonyms || word == plainWord {
                    append(word, length, row)
                    continue
                }
                if hasSynonyms, Self.isASCII(word, length),
                    synonyms.replacement(for: UnsafeBufferPointer(start: bytes + start, count: length)) == nil
                {
                    plainWord = word
                    append(word, length, row)
                    continue
                }
            }
            readAny(fields, row, column, &findings)
        }
    }

    func commit() {
        builder.append(
            utf8: UnsafeBufferPointer(start: texts, count: textCount),
            ends: UnsafeBufferPointer(start: ends, count: count),
            validity: UnsafeBufferPointer(start: validity, count: count), nullCount: nullCount)
    }

    func finish() -> Column { builder.finish() }

    /// Whether the lowest `length` bytes are ASCII and none is NUL, which no sink takes for text.
    @inline(__always)
    private static func isASCII(_ word: UInt64, _ length: Int) -> Bool {
        let filled = length == 8 ? word : word | ~0 &<< UInt64(truncatingIfNeeded: 8 &* length)
        let hasNUL = (filled &- 0x0101_0101_0101_0101) & ~filled & 0x8080_8080_8080_8080
        return (word & 0x8080_8080_8080_8080) | hasNUL == 0
    }

    @inline(never)
    private func readAny(_ fields: CSVFieldColumn, _ row: Int, _ column: Int, _ findings: inout CSVTileFindings) {
        fields.withText(row) { text in
            if !synonyms.isEmpty, let replacement = synonyms.replacement(for: text) {
                replacement.withUnsafeBufferPointer { append($0.isEmpty ? nil : $0, row) }
            } else if text.contains(0) {
                if findings.nullsBadValues {
                    findings.nulledValues += 1
                } else {
                    findings.badValues.append((row, column))
                }
                append(nil, row)
            } else if FieldParser.isUTF8(text) {
                append(text.isEmpty ? nil : text, row)
            } else {
                findings.latin1Texts += 1
                FieldParser.utf8(latin1: text).withUnsafeBufferPointer { append($0, row) }
            }
        }
    }

    /// Adds up to eight bytes.
    @inline(__always)
    private func append(_ word: UInt64, _ length: Int, _ row: Int) {
        reserve(length)
        UnsafeMutableRawPointer(texts + textCount).storeBytes(of: word.littleEndian, as: UInt64.self)
        textCount &+= length
        ends[row] = Int32(truncatingIfNeeded: textCount)
        validity[row] = true
    }

    /// Adds a text, or NULL.
    private func append(_ text: UnsafeBufferPointer<UInt8>?, _ row: Int) {
        if let text, let base = text.baseAddress {
            reserve(text.count)
            (texts + textCount).update(from: base, count: text.count)
            textCount += text.count
            validity[row] = true
        } else {
            nullCount += 1
            validity[row] = false
        }
        ends[row] = Int32(truncatingIfNeeded: textCount)
    }

    /// Makes room for so many bytes more, and a word that may reach over them.
    @inline(__always)
    private func reserve(_ length: Int) {
        if textCount &+ length &+ 8 > textCapacity { grow(length) }
    }

    @inline(never)
    private func grow(_ length: Int) {
        textCapacity = max(textCapacity * 2, textCount + length + 8)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: textCapacity)
        larger.update(from: texts, count: textCount)
        texts.deallocate()
        texts = larger
    }
}
