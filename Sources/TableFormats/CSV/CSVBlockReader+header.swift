extension CSVBlockReader {
    /// Reads the header once it is whole. Empty lines before it are passed over.
    mutating func readHeader() throws(CSVError) {
        while pending.count > start {
            let (first, isLast) = (start, isFinished)
            let (next, newlines, names) = pending.withUnsafeBufferPointer { bytes -> (Int, Int, [String]) in
                _ = tokenizer.readTile(bytes, from: first, hasQuotes: true, isFinal: isLast)
                guard tokenizer.recordCount > 0 else { return (first, 0, []) }
                let next = min(tokenizer.end(of: 0) + 1, bytes.count)
                let newlines = CSVCensus(UnsafeBufferPointer(rebasing: bytes[first..<next])).newlines
                return (next, newlines, Self.names(tokenizer, bytes))
            }
            guard next > start else {
                guard pending.count - start > options.maximumRecordBytes else { return }
                throw loneReturn(before: pending.count) ?? headerError(.tooLong)
            }
            if let flaw = tokenizer.flaws.first, flaw.record == 0 { throw headerError(flaw.flaw) }
            if names == [""] {
                step(to: next, newlines: newlines)
                continue
            }
            if let error = loneReturn(before: next) { throw error }
            mapping = try HeaderMapping(header: names, schema: schema)
            step(to: next, newlines: newlines)
            return
        }
        if isFinished { throw .empty }
    }

    /// Carriage returns alone make one line of a whole file.
    private func loneReturn(before end: Int) -> CSVError? {
        guard let at = CSVExcerpt.loneCarriageReturn(pending[start..<end]) else { return nil }
        return .loneCarriageReturn(
            at: CSVPosition(line: place.line, byte: place.byte + at - start), record: CSVExcerpt.text(pending[start...])
        )
    }

    private func headerError(_ flaw: CSVTokenizer.Flaw) -> CSVError {
        let record = CSVExcerpt.text(pending[start...])
        let inside = { [place, start] (at: Int) in CSVPosition(line: place.line, byte: place.byte + at - start) }
        return switch flaw {
        case .unterminatedQuote(let at): .unterminatedQuote(at: inside(at), record: record)
        case .textAfterQuote(let at): .textAfterQuote(at: inside(at), record: record)
        case .tooLong: .recordTooLong(at: place, limit: options.maximumRecordBytes, record: record)
        }
    }

    /// The names in the tokenizer's first record, without surrounding blanks.
    private static func names(_ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>) -> [String] {
        guard let base = bytes.baseAddress else { return [] }
        return (0..<Int(tokenizer.ends[1])).map { field in
            let start = Int(tokenizer.separators[field]) + 1
            let span = CSVFieldSpan(base, start, Int(tokenizer.separators[field + 1]))
            let text = span.unescaped(base).withUnsafeBufferPointer { text -> [UInt8] in
                FieldParser.isUTF8(text) ? Array(text) : FieldParser.utf8(latin1: text)
            }
            let name = String(decoding: text, as: UTF8.self)
            return String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }
    }
}
