/// The records of a tile that are rows, and those that cannot be.
final class CSVTileRecords {
    /// How many records are rows.
    private(set) var count = 0
    /// The records that are none, in no order.
    private(set) var bad: [CSVBadRecord] = []

    /// For each row the index in the tokenizer's separators of the entry before its first field's end.
    private let firsts: UnsafeMutablePointer<Int32>
    /// For each row its number in the tile.
    private let numbers: UnsafeMutablePointer<Int32>
    private let header: [[UInt8]]
    private let maximumRecordBytes: Int

    init(header: [String], maximumRecordBytes: Int) {
        self.header = header.map { Array($0.utf8) }
        self.maximumRecordBytes = maximumRecordBytes
        firsts = .allocate(capacity: CSVTokenizer.tileCapacity)
        numbers = .allocate(capacity: CSVTokenizer.tileCapacity)
    }

    deinit {
        firsts.deallocate()
        numbers.deallocate()
    }

    /// Sorts the tile's records into rows, records to pass over, and bad ones.
    func sort(_ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>, _ report: inout CSVReport) {
        count = 0
        if !bad.isEmpty { bad.removeAll(keepingCapacity: true) }
        guard let base = bytes.baseAddress else { return }
        let (ends, separators, fieldCount) = (tokenizer.ends, tokenizer.separators, header.count)
        let hasFlaws = !tokenizer.flaws.isEmpty
        let (nameStart, nameLength) = (header.first?.first ?? 0, header.first?.count ?? 0)
        var rows = 0
        for record in 0..<tokenizer.recordCount {
            let first = Int(ends[record])
            let fields = Int(ends[record &+ 1]) &- first
            let start = Int(separators[first]) &+ 1
            let byte = base[start]
            let mayBeHeader = byte == nameStart && Int(separators[first &+ 1]) &- start >= nameLength
            let length = Int(separators[first &+ fields]) &- start
            // A record that begins with a blank, a quote or a separator is looked at more closely.
            let isPlain = byte > CSVByteMasks.comma && !mayBeHeader && !hasFlaws && length < maximumRecordBytes
            guard (fields == fieldCount && isPlain) || isRow(record, tokenizer, bytes, &report) else { continue }
            firsts[rows] = Int32(truncatingIfNeeded: first)
            numbers[rows] = Int32(truncatingIfNeeded: record)
            rows &+= 1
        }
        count = rows
    }

    /// Takes rows out again.
    func remove(_ flaws: [Int: CSVBadRecord.Flaw], _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>) {
        var kept = 0
        for row in 0..<count {
            if let flaw = flaws[row] {
                addBad(Int(numbers[row]), flaw, tokenizer, bytes)
            } else {
                (firsts[kept], numbers[kept]) = (firsts[row], numbers[row])
                kept += 1
            }
        }
        count = kept
    }

    /// Looks at a record that is not plainly a row. Answers whether it is one; if not, it was counted or is bad.
    @inline(never)
    private func isRow(
        _ record: Int, _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>, _ report: inout CSVReport
    ) -> Bool {
        let first = Int(tokenizer.ends[record])
        let fields = Int(tokenizer.ends[record + 1]) - first
        let (start, end) = (tokenizer.start(of: record), tokenizer.end(of: record))
        if let flaw = tokenizer.flaws.first(where: { $0.record == record })?.flaw {
            return addBad(record, CSVBadRecord.Flaw(flaw), tokenizer, bytes)
        }
        if end - start + (end < bytes.count ? 1 : 0) > maximumRecordBytes {
            return addBad(record, .tooLong, tokenizer, bytes)
        }
        if (start..<end).allSatisfy({ bytes[$0] == CSVByteMasks.comma || CSVFieldSpan.isBlank(bytes[$0]) }) {
            if fields == 1 { report.blankLines += 1 } else { report.emptyRecords += 1 }
            return false
        }
        if isHeader(first, fields, tokenizer, bytes) { return addBad(record, .repeatedHeader, tokenizer, bytes) }
        guard fields != header.count else { return true }
        let hasBlankSurplus =
            fields > header.count
            && (header.count..<fields).allSatisfy { index in
                let span = Self.span(first + index, tokenizer, bytes)
                return FieldParser.isBlank(UnsafeBufferPointer(rebasing: bytes[span.start..<span.end]))
            }
        guard hasBlankSurplus else { return addBad(record, .ragged(fields: fields), tokenizer, bytes) }
        report.rowsWithSurplusBlanks += 1
        return true
    }

    @discardableResult
    private func addBad(
        _ record: Int, _ flaw: CSVBadRecord.Flaw, _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let (start, end) = (tokenizer.start(of: record), tokenizer.end(of: record))
        let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
        bad.append(CSVBadRecord(record: record, start: start, end: hasReturn ? end - 1 : end, flaw: flaw))
        return false
    }

    /// Whether a record is the header once more.
    private func isHeader(
        _ first: Int, _ fields: Int, _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard fields >= header.count, header.contains(where: { !$0.isEmpty }) else { return false }
        return header.indices.allSatisfy { index in
            let span = Self.span(first + index, tokenizer, bytes)
            return FieldParser.withoutBlanks(UnsafeBufferPointer(rebasing: bytes[span.start..<span.end]))
                .elementsEqual(header[index])
        }
    }
}

extension CSVTileRecords {
    /// The text of a row's field.
    func span(
        of field: Int, _ row: Int, _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> CSVFieldSpan {
        Self.span(Int(firsts[row]) + field, tokenizer, bytes)
    }

    /// The first of a row's fields that is not blank, or the first of all.
    func filledSource(
        _ sources: [Int], _ row: Int, _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let filled = sources.first { source in
            let span = span(of: source, row, tokenizer, bytes)
            return !FieldParser.isBlank(UnsafeBufferPointer(rebasing: bytes[span.start..<span.end]))
        }
        return filled ?? sources.first ?? 0
    }

    /// Finds the text of one field of each row: the first of `sources` that is not blank.
    func gather(
        _ sources: [Int], _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>, hasQuotes: Bool,
        into column: CSVFieldColumn
    ) {
        column.bytes = bytes.baseAddress
        column.count = count
        guard let base = bytes.baseAddress, let source = sources.first else { return }
        let (separators, starts, ends) = (tokenizer.separators, column.starts, column.ends)
        if sources.count > 1 {
            for row in 0..<count {
                set(row, span(of: filledSource(sources, row, tokenizer, bytes), row, tokenizer, bytes), column)
            }
            return
        }
        for row in 0..<count {
            let index = Int(firsts[row]) &+ source
            starts[row] = separators[index] &+ 1
            ends[row] = separators[index &+ 1]
        }
        if source == header.count - 1 {
            for row in 0..<count { ends[row] = Self.withoutReturn(bytes, starts[row], ends[row]) }
        }
        guard hasQuotes else { return }
        // Only what begins with a blank or a quote can be quoted.
        for row in 0..<count where ends[row] > starts[row] && base[Int(starts[row])] <= CSVByteMasks.quote {
            set(row, CSVFieldSpan(base, Int(starts[row]), Int(ends[row])), column)
        }
    }

    @inline(__always)
    private func set(_ row: Int, _ span: CSVFieldSpan, _ column: CSVFieldColumn) {
        column.starts[row] = Int32(truncatingIfNeeded: span.start)
        column.ends[row] = Int32(truncatingIfNeeded: span.hasEscapes ? ~span.end : span.end)
    }

    /// The text before an entry of the separators, its quotes left out.
    private static func span(
        _ index: Int, _ tokenizer: CSVTokenizer, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> CSVFieldSpan {
        let start = tokenizer.separators[index] + 1
        let end = withoutReturn(bytes, start, tokenizer.separators[index + 1])
        guard let base = bytes.baseAddress else { return CSVFieldSpan(start: 0, end: 0) }
        return CSVFieldSpan(base, Int(start), Int(end))
    }

    /// The end of a field without the carriage return of a line end; text that was converted twice has two.
    @inline(__always)
    private static func withoutReturn(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int32, _ end: Int32) -> Int32 {
        guard end > start, bytes[Int(end) &- 1] == UInt8(ascii: "\r") else { return end }
        guard Int(end) == bytes.count || bytes[Int(end)] == CSVByteMasks.newline else { return end }
        var end = end
        while end > start, bytes[Int(end) &- 1] == UInt8(ascii: "\r") { end &-= 1 }
        return end
    }
}
