import Crypto
import Synchronization
import TableFormats

/// Reads a CSV file, gzip where its name ends in `.gz`, block by block. Its memory does not grow with the file.
final class CSVTripReader: TripReader {
    /// The file as far as it is read; used by one thread at a time.
    private final class Source {
        private let file: ReadableFile
        private let inflater: GzipInflater?
        private var blocks: CSVBlockReader
        private var hash = SHA256()
        /// The block that came with the header.
        private var first: CSVBlock?
        private(set) var bytesRead: Int64 = 0
        private(set) var isAtEnd = false

        init(_ file: ReadableFile, isGzip: Bool, _ options: CSVOptions) throws {
            self.file = file
            inflater = isGzip ? try GzipInflater() : nil
            blocks = CSVBlockReader(schema: TableSchema([]), options: options)
        }

        /// The header's names; the block after it is kept for later.
        func names() throws -> [String] {
            while blocks.mapping == nil, !isAtEnd { first = try cut() }
            guard let names = blocks.mapping?.header else { throw CSVError.empty }
            return names
        }

        func next() throws -> CSVBlock? {
            if let block = first {
                first = nil
                return block
            }
            return try cut()
        }

        func sha256() -> String { hash.finalize().hexadecimal }

        private func cut() throws -> CSVBlock? {
            while true {
                if let block = try blocks.nextBlock() { return block }
                if isAtEnd { return nil }
                try readMore()
            }
        }

        private func readMore() throws {
            if let inflater, let plain = try inflater.pull() {
                blocks.push(plain)
                return
            }
            let bytes = try file.read()
            bytesRead += Int64(bytes.count)
            hash.update(data: bytes)
            if bytes.isEmpty {
                try inflater?.finish()
                isAtEnd = true
                blocks.finish()
            } else if let inflater {
                inflater.push(bytes)
            } else {
                blocks.push(bytes)
            }
        }
    }

    let schema: TableSchema
    let mapping: HeaderMapping
    let header: FileHeader
    let length: Int64
    private let options: CSVOptions
    private let source: Mutex<Source>

    /// Opens the file and reads its header.
    /// - Throws: `ETLError.file`, `ETLError.anotherColor`, `CSVError`, `GzipError`.
    init(_ file: TripFile) throws {
        var options = CSVOptions()
        options.badRecords = file.options.badRecords.ofRecords
        self.options = options
        let readable = try ReadableFile(file.path)
        length = try readable.length()
        let source = try Source(
            readable, isGzip: file.path.lowercased().hasSuffix(".gz"), options)
        let names = try source.names()
        header = FileHeader(csv: names)
        try file.dataset.checkColor(of: header, file: file.shown)
        schema = file.dataset.fileSchema(of: header, under: file.options.drift)
        mapping = try HeaderMapping(header: names, schema: schema)
        self.source = Mutex(source)
    }

    var bytesRead: Int64 { source.withLock { $0.bytesRead } }

    func next() throws -> TripBlock? {
        try source.withLock { try $0.next() }.map { .csv($0) }
    }

    func sha256() throws -> String { source.withLock { $0.sha256() } }

    func makeParser() -> (TripBlock) throws -> TripRows {
        let parser = CSVBlockParser(schema: schema, mapping: mapping, options: options)
        return { block in
            guard case .csv(let block) = block else { preconditionFailure("a CSV reader makes CSV blocks") }
            let parsed = try parser.parse(block)
            let rejects = parsed.rejects.map { reject in
                TripReject(
                    line: reject.position.line, byte: reject.position.byte, column: reject.column,
                    reason: reject.reason, record: reject.record)
            }
            return TripRows(batch: parsed.batch, report: parsed.report, rejects: rejects)
        }
    }
}
