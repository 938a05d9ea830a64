/// Cuts CSV into blocks of whole records as it streams by: push bytes in chunks of any size, pull blocks out.
///
///     reader.push(chunk)
///     while let block = try reader.nextBlock() { … }   // after every push
///     reader.finish()
///     while let block = try reader.nextBlock() { … }   // the rest
///
/// Finding where records end is all that must happen in order; the blocks may be parsed anywhere. Memory is bounded by
/// one block, one chunk and one record. After an error the reader is of no more use.
package struct CSVBlockReader: ~Copyable {
    /// How the file's columns feed the declared ones; nil until the header was read.
    package internal(set) var mapping: HeaderMapping?

    let schema: TableSchema
    let options: CSVOptions
    var pending: [UInt8] = []
    /// Where in `pending` the next block begins.
    var start = 0
    /// Where in the file that is.
    var place = CSVPosition(line: 1, byte: 0)
    /// Fewer bytes than these were found to hold no whole record.
    var neededBytes = 0
    var isFinished = false
    var isSniffed = false
    /// Whether the rest of an oversized line is passed over.
    var isSkipping = false
    /// Finds where records with quotes end.
    let tokenizer: CSVTokenizer

    /// A reader of files whose columns are mapped to `schema`.
    package init(schema: TableSchema, options: CSVOptions = CSVOptions()) {
        self.schema = schema
        let options = options.bounded
        self.options = options
        tokenizer = CSVTokenizer(maximumRecordBytes: options.maximumRecordBytes)
    }

    /// Hands over the next bytes of the file.
    package mutating func push(_ chunk: [UInt8]) {
        precondition(!isFinished, "bytes pushed into a finished CSV reader")
        let chunk = isSkipping ? skip(chunk[...]) : chunk[...]
        if start > 0 {
            pending.removeSubrange(0..<start)
            start = 0
        }
        let needed = pending.count + chunk.count + CSVBlock.padding
        if needed > pending.capacity { pending.reserveCapacity(max(needed, pending.capacity * 2)) }
        pending.append(contentsOf: chunk)
    }

    /// Says that all bytes were pushed, so that the last record may end without a newline.
    package mutating func finish() {
        isFinished = true
    }

    /// The next block, or nil when more bytes are needed or all were read.
    /// - Throws: `CSVError`, when the file is no CSV or its header does not fit. What is wrong with a record, the
    ///   block's parser says.
    package mutating func nextBlock() throws(CSVError) -> CSVBlock? {
        if !isSniffed {
            guard isFinished || pending.count >= FormatSniffer.length else { return nil }
            try sniff()
        }
        if mapping == nil { try readHeader() }
        guard mapping != nil else { return nil }
        let available = pending.count - start
        guard available > 0, isFinished || available >= max(options.blockBytes, neededBytes) else { return nil }
        if let end = lastRecordEnd() { return takeBlock(to: end.position, hasQuotes: end.hasQuotes) }
        guard available > options.maximumRecordBytes else {
            neededBytes = min(available * 2, options.maximumRecordBytes + 1)
            return nil
        }
        return takeOversized()
    }

    private mutating func sniff() throws(CSVError) {
        isSniffed = true
        guard !pending.isEmpty else { throw .empty }
        if let found = FormatSniffer.foreignFormat(pending.prefix(FormatSniffer.length)) {
            throw .notCSV(found: found, start: CSVExcerpt.text(pending, limit: 80))
        }
        if pending.starts(with: [0xEF, 0xBB, 0xBF]) { step(to: 3, newlines: 0) }
    }

    mutating func step(to end: Int, newlines: Int) {
        place.byte += end - start
        place.line += newlines
        start = end
        neededBytes = 0
    }
}
