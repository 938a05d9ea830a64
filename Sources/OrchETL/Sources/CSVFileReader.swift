import Crypto
import TableFormats

/// Reads a CSV file, gzip where its name ends in `.gz`, in batches of typed columns. Its memory does not grow with
/// the file. It blocks, and belongs to one thread at a time.
final class CSVFileReader {
    private let file: ReadableFile
    private let inflater: GzipInflater?
    private var reader: CSVReader
    private var hash = SHA256()
    private var isAtEnd = false
    /// Bytes read from the disk so far.
    private(set) var bytes: Int64 = 0
    /// How long the file is, in bytes.
    let length: Int64

    /// - Throws: `ETLError.file`.
    init(_ path: String, schema: TableSchema) throws {
        file = try ReadableFile(path)
        length = try file.length()
        inflater = path.lowercased().hasSuffix(".gz") ? try GzipInflater() : nil
        reader = CSVReader(schema: schema)
    }

    /// What the reader met so far.
    var report: CSVReader.Report { reader.report }
    /// How the file's columns feed the declared ones; nil before the first batch.
    var mapping: HeaderMapping? { reader.mapping }
    /// The SHA-256 of the file, once the last batch was read, in hexadecimal digits.
    var sha256: String { hash.finalize().hexadecimal }

    /// The next rows, or nil at the end.
    /// - Throws: `ETLError.unreadable` with a `CSVError` or `GzipError`, `ETLError.file`.
    func next() throws -> ColumnBatch? {
        do {
            while true {
                if let batch = try reader.nextBatch() { return batch }
                if isAtEnd { return nil }
                try readMore()
            }
        } catch let error as ETLError {
            throw error
        } catch {
            throw ETLError.unreadable(file: file.path, cause: error)
        }
    }

    private func readMore() throws {
        if let inflater, let plain = try inflater.pull() {
            reader.push(plain)
            return
        }
        let block = try file.read()
        bytes += Int64(block.count)
        hash.update(data: block)
        if block.isEmpty {
            try inflater?.finish()
            isAtEnd = true
            reader.finish()
        } else if let inflater {
            inflater.push(block)
        } else {
            reader.push(block)
        }
    }
}
