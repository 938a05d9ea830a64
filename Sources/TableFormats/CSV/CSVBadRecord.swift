/// A record that cannot be read, and why. Positions count the bytes of its block.
struct CSVBadRecord {
    enum Flaw {
        /// It has another number of fields than the header.
        case ragged(fields: Int)
        /// The text between `start` and `end` is not a value of the declared column.
        case invalidValue(column: Int, field: Int, start: Int, end: Int)
        case unterminatedQuote(at: Int)
        case textAfterQuote(at: Int)
        case tooLong
        case repeatedHeader

        init(_ flaw: CSVTokenizer.Flaw) {
            self =
                switch flaw {
                case .unterminatedQuote(let at): .unterminatedQuote(at: at)
                case .textAfterQuote(let at): .textAfterQuote(at: at)
                case .tooLong: .tooLong
                }
        }
    }

    /// Its number in the tile.
    let record: Int
    let start: Int
    /// Where it ends, without its line end.
    let end: Int
    let flaw: Flaw

    /// The file's column that is to blame, if one is.
    func column(_ mapping: HeaderMapping) -> String? {
        guard case .invalidValue(_, let field, _, _) = flaw else { return nil }
        return mapping.header[field]
    }

    /// What is kept of a record: not all, where it is long.
    static func kept(_ start: Int, _ end: Int, _ options: CSVOptions) -> Range<Int> {
        start..<min(end, start + min(CSVReject.maximumRecordBytes, options.maximumRecordBytes))
    }

    /// The error that says all this; `place` is where the record begins in the file.
    func error(
        _ bytes: UnsafeBufferPointer<UInt8>, at place: CSVPosition, _ schema: TableSchema, _ mapping: HeaderMapping,
        _ options: CSVOptions
    ) -> CSVError {
        let kept = Self.kept(start, end, options)
        let record = CSVExcerpt.text(bytes[kept])
        let loneReturn = CSVExcerpt.loneCarriageReturn(bytes[kept])
        let inside = { (at: Int) in CSVPosition(line: place.line, byte: place.byte + at - start) }
        switch flaw {
        case .ragged(let fields):
            if let at = loneReturn { return .loneCarriageReturn(at: inside(at), record: record) }
            return .ragged(at: place, expected: mapping.header.count, got: fields, record: record)
        case .invalidValue(let column, let field, let first, let last):
            return .invalidValue(
                at: inside(first), column: mapping.header[field], index: field + 1,
                expected: schema.columns[column].type, got: CSVExcerpt.text(bytes[first..<last], limit: 80),
                record: record)
        case .unterminatedQuote(let at): return .unterminatedQuote(at: inside(at), record: record)
        case .textAfterQuote(let at): return .textAfterQuote(at: inside(at), record: record)
        case .tooLong:
            if let at = loneReturn { return .loneCarriageReturn(at: inside(at), record: record) }
            return .recordTooLong(at: place, limit: options.maximumRecordBytes, record: record)
        case .repeatedHeader: return .repeatedHeader(at: place, record: record)
        }
    }
}
