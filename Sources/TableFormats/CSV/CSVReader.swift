/// Reads CSV as it streams by, on one thread: push bytes in chunks of any size, pull batches of typed columns out.
///
///     reader.push(chunk)
///     while let batch = try reader.nextBatch() { … }   // after every push
///     reader.finish()
///     while let batch = try reader.nextBatch() { … }   // the rest
///
/// `CSVBlockReader` and `CSVBlockParser` do the same on several threads. After an error the reader is of no more use.
package struct CSVReader: ~Copyable {
    /// What was met on the way that is no error.
    package typealias Report = CSVReport

    /// How the file's columns feed the declared ones; nil until the header was read.
    package var mapping: HeaderMapping? { blocks.mapping }
    /// What was met so far.
    package private(set) var report = CSVReport()

    private let schema: TableSchema
    private let options: CSVOptions
    private var blocks: CSVBlockReader
    private var parser: CSVBlockParser?
    private var rejects: [CSVReject] = []

    /// A reader of files whose columns are mapped to `schema`.
    package init(schema: TableSchema, options: CSVOptions = CSVOptions()) {
        self.schema = schema
        self.options = options
        blocks = CSVBlockReader(schema: schema, options: options)
    }

    /// Hands over the next bytes of the file.
    package mutating func push(_ chunk: some Collection<UInt8>) {
        blocks.push(Array(chunk))
    }

    /// Says that all bytes were pushed, so that the last record may end without a newline.
    package mutating func finish() {
        blocks.finish()
    }

    /// The rows of the next block that holds any. Nil when there are none (yet).
    /// - Throws: `CSVError`, when the file is no CSV, its header does not fit, or a record is wrong and the policy is
    ///   `fail`.
    package mutating func nextBatch() throws(CSVError) -> ColumnBatch? {
        while let block = try blocks.nextBlock() {
            guard let mapping = blocks.mapping else { return nil }
            let parser = self.parser ?? CSVBlockParser(schema: schema, mapping: mapping, options: options)
            self.parser = parser
            let parsed = try parser.parse(block)
            report.add(parsed.report)
            rejects += parsed.rejects
            if parsed.batch.rowCount > 0 { return parsed.batch }
        }
        return nil
    }

    /// The records that were left out since the last call.
    package mutating func takeRejects() -> [CSVReject] {
        defer { rejects = [] }
        return rejects
    }
}
