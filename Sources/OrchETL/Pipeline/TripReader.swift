import TableFormats

/// What a reader hands to the workers.
enum TripBlock: Sendable {
    /// Records of a CSV file.
    case csv(CSVBlock)
    /// Rows of a Parquet file: its own columns, by their place in it, as many as are needed; and those of their values
    /// that could not be read, which are NULL there.
    case columns([Int: Column], bad: [Int: [ParquetBadValue]], rowCount: Int, firstRow: Int64)
}

/// What a worker finds in a block.
struct TripRows: Sendable {
    /// The rows; there may be none.
    var batch: ColumnBatch
    /// What was met.
    var report: CSVReport
    /// The records that were left out, in the order of the file.
    var rejects: [TripReject]
}

/// A record that was left out.
struct TripReject: Sendable, Equatable {
    /// The line of a CSV file on which it begins; the row of a Parquet file. Counted from 1.
    var line: Int
    /// The byte of the decompressed CSV file at which it begins, counted from 0; nil for Parquet.
    var byte: Int?
    /// The column whose value is none, where one is to blame.
    var column: String?
    /// What is wrong with it.
    var reason: String
    /// The record as it stands in the file; of Parquet the value alone.
    var record: [UInt8]
}

/// Reads a file block by block. Its functions block, and are called by one thread at a time.
protocol TripReader: Sendable {
    /// The columns of the rows, without `file_month`.
    var schema: TableSchema { get }
    /// How the file's columns feed the declared ones.
    var mapping: HeaderMapping { get }
    /// What the file says of its columns.
    var header: FileHeader { get }
    /// How long the file is, in bytes.
    var length: Int64 { get }
    /// Bytes read so far.
    var bytesRead: Int64 { get }

    /// The next block, or nil at the end.
    func next() throws -> TripBlock?
    /// The SHA-256 of the whole file, in hexadecimal digits; after the last block.
    func sha256() throws -> String
    /// What a thread turns blocks into rows with; it is called once on each.
    func makeParser() -> (TripBlock) throws -> TripRows
}
