/// Decodes pages of decimal numbers that take as many bytes as they need.
final class DecimalTextDecoder: PageValueDecoder {
    private let bytes = TextDecoder(isText: false)
    private let decimal: DecimalBytes
    private(set) var badValues: [ParquetBadValue] = []

    init(scale: Int) {
        decimal = DecimalBytes(size: 1, isBigEndian: true, scale: scale)
    }

    func readDictionary(_ bytes: UnsafeRawBufferPointer, count: Int) throws(PageDecodeError) {
        try self.bytes.readDictionary(bytes, count: count)
    }

    func forgetDictionary() {
        bytes.forgetDictionary()
    }

    func begin(
        _ encoding: StoredEncoding, _ bytes: UnsafeRawBufferPointer, in range: Range<Int>
    ) throws(PageDecodeError) {
        try self.bytes.begin(encoding, bytes, in: range)
    }

    func reserve(rows: Int) {
        bytes.reserve(rows: rows)
        badValues = []
    }

    func append(
        rows: Int, valid: Int, validity: UnsafePointer<Bool>?, from bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError) {
        let buffer = self.bytes.buffer
        let first = buffer.rows
        try self.bytes.append(rows: rows, valid: valid, validity: validity, from: bytes)
        for row in first..<buffer.rows where buffer.text(at: row).count > DecimalBytes.maximumLength {
            badValues.append(ParquetBadValue(row: row, text: "a decimal of \(buffer.text(at: row).count) bytes"))
        }
    }

    func finish() -> Column.Values {
        let buffer = bytes.buffer
        var values = (0..<buffer.rows).map { decimal.number(buffer.text(at: $0)) }
        for bad in badValues { values[bad.row] = 0 }
        _ = buffer.finish()
        return .double(values)
    }
}
