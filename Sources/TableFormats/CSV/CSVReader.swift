/// Reads CSV as it streams by: push bytes in chunks of any size, pull batches of typed columns out.
///
///     reader.push(chunk)
///     while let batch = try reader.nextBatch() { … }   // after every push
///     reader.finish()
///     while let batch = try reader.nextBatch() { … }   // the rest
///
/// Memory is bounded by one batch, one chunk and one record. After an error the reader is of no more use.
package struct CSVReader: ~Copyable {
    /// How the reader behaves.
    package struct Options: Sendable {
        /// Rows of a batch; the last may have fewer. Defaults to 16,384.
        package var batchRows = 16_384
        /// The longest record that is accepted, in bytes. Defaults to 1 MiB.
        package var maximumRecordBytes = 1 << 20

        /// The defaults.
        package init() {}
    }

    /// What was met on the way that is no error.
    package struct Report: Sendable, Equatable {
        /// Records read, the header not counted.
        package var rows = 0
        /// Empty lines passed over.
        package var blankLines = 0
        /// Records with more fields than the header, the surplus blank; TLC files of 2013 to 2016 have them.
        package var rowsWithSurplusBlanks = 0
    }

    /// How the file's columns feed the declared ones; nil until the header was read.
    package var mapping: HeaderMapping? { converter?.mapping }
    /// What was met so far.
    package private(set) var report = Report()

    private let schema: TableSchema
    private let options: Options
    private var scanner = CSVScanner()
    private var converter: RowConverter?
    private var buffer: [UInt8] = []
    /// Where the next record begins in the buffer.
    private var position = 0
    /// The offset in the file of the buffer's first byte.
    private var bufferOffset = 0
    private var line = 1
    private var isFinished = false
    private var isSniffed = false

    /// A reader of files whose columns are mapped to `schema`.
    package init(schema: TableSchema, options: Options = Options()) {
        self.schema = schema
        self.options = options
    }

    /// Hands over the next bytes of the file.
    package mutating func push(_ chunk: some Collection<UInt8>) {
        precondition(!isFinished, "bytes pushed into a finished CSV reader")
        if position > 0 {
            buffer.removeSubrange(0..<position)
            bufferOffset += position
            position = 0
        }
        buffer.append(contentsOf: chunk)
    }

    /// Says that all bytes were pushed, so that the last record may end without a newline.
    package mutating func finish() {
        isFinished = true
    }

    /// The next full batch; after `finish()` also the last, shorter one. Nil when there is none (yet).
    /// - Throws: `CSVError`, at the first record that is wrong.
    package mutating func nextBatch() throws(CSVError) -> ColumnBatch? {
        if !isSniffed {
            guard isFinished || buffer.count >= FormatSniffer.length else { return nil }
            try sniff()
        }
        // A copy of the reference, not of the bytes: nothing writes to the buffer in here.
        let bytes = buffer
        if converter == nil { try readHeader(bytes) }
        guard let converter else { return nil }
        try bytes.withUnsafeBufferPointer { (bytes) throws(CSVError) in
            while converter.rowCount < options.batchRows, try readRecord(bytes, converter) {}
        }
        guard converter.rowCount == options.batchRows || (isFinished && converter.rowCount > 0) else { return nil }
        return converter.takeBatch()
    }

    private mutating func sniff() throws(CSVError) {
        isSniffed = true
        guard !buffer.isEmpty else { throw .empty }
        if let found = FormatSniffer.foreignFormat(buffer.prefix(FormatSniffer.length)) {
            throw .notCSV(found: found, start: Self.excerpt(buffer[...], limit: 80))
        }
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func readHeader(_ bytes: [UInt8]) throws(CSVError) {
        let names = try bytes.withUnsafeBufferPointer { (bytes) throws(CSVError) -> [String]? in
            guard try advance(bytes) != nil else { return nil }
            return scanner.fields.map { Self.name(bytes[$0.start..<$0.end], hasEscapes: $0.hasEscapes) }
        }
        guard let names else {
            if isFinished { throw .empty }
            return
        }
        let mapping = try HeaderMapping(header: names, schema: schema)
        converter = RowConverter(schema: schema, mapping: mapping, capacity: options.batchRows)
    }

    /// Reads one record into the converter. Answers false when there is none (yet).
    private mutating func readRecord(
        _ bytes: UnsafeBufferPointer<UInt8>, _ converter: RowConverter
    ) throws(CSVError) -> Bool {
        let (startLine, start) = (line, position)
        guard try advance(bytes) != nil else { return false }
        let fields = scanner.fields
        let expected = converter.mapping.header.count
        if fields.count != expected {
            if fields.count == 1, fields[0].start == fields[0].end {
                report.blankLines += 1
                return true
            }
            let surplus = fields.dropFirst(expected)
            guard fields.count > expected, surplus.allSatisfy({ $0.start == $0.end }) else {
                throw .ragged(
                    at: CSVPosition(line: startLine, byte: bufferOffset + start), expected: expected,
                    got: fields.count, record: Self.excerpt(bytes[start..<position])
                )
            }
            report.rowsWithSurplusBlanks += 1
        }
        if let wrong = converter.append(fields, of: bytes) {
            let span = fields[wrong.field]
            throw .invalidValue(
                at: CSVPosition(line: startLine, byte: bufferOffset + span.start),
                column: converter.mapping.header[wrong.field], index: wrong.field + 1,
                expected: schema.columns[wrong.column].type, got: Self.excerpt(bytes[span.start..<span.end], limit: 80),
                record: Self.excerpt(bytes[start..<position])
            )
        }
        report.rows += 1
        return true
    }

    /// Scans the next record and steps over it. Answers where it ends, or nil when it is not there (yet).
    private mutating func advance(_ bytes: UnsafeBufferPointer<UInt8>) throws(CSVError) -> Int? {
        guard position < bytes.count else { return nil }
        let record = { (start: Int) in Self.excerpt(bytes[start...]) }
        let outcome = scanner.scan(bytes, from: position, isLast: isFinished)
        let place = CSVPosition(line: line, byte: bufferOffset + position)
        switch outcome {
        case .record(let next, _) where next - position > options.maximumRecordBytes:
            throw .recordTooLong(at: place, limit: options.maximumRecordBytes, record: record(position))
        case .record(let next, let innerNewlines):
            position = next
            line += 1 + innerNewlines
            return next
        case .incomplete:
            guard bytes.count - position <= options.maximumRecordBytes else {
                throw .recordTooLong(at: place, limit: options.maximumRecordBytes, record: record(position))
            }
            return nil
        case .unterminatedQuote(let at):
            throw .unterminatedQuote(at: CSVPosition(line: line, byte: bufferOffset + at), record: record(position))
        case .textAfterQuote(let at):
            throw .textAfterQuote(at: CSVPosition(line: line, byte: bufferOffset + at), record: record(position))
        }
    }

    private static func name(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, hasEscapes: Bool) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let unescaped =
            hasEscapes ? text.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\"") : text
        return String(unescaped.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// The first line of some bytes as printable text, cut after `limit` bytes.
    private static func excerpt(_ bytes: some Collection<UInt8>, limit: Int = 240) -> String {
        let line = bytes.prefix(limit).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let text = String(decoding: line, as: UTF8.self).unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : Character(scalar)
        }
        return String(text) + (line.count == limit && bytes.count > limit ? "…" : "")
    }
}
