import Crypto
import Synchronization
import TableFormats

/// Reads a Parquet file some rows at a time; the columns that are needed, each on a thread of its own. Its memory grows
/// neither with the file nor with its row groups.
final class ParquetTripReader: TripReader {
    /// Rows of a block.
    private static let blockRows = 32_768
    /// Bytes that are hashed at a time.
    private static let hashedBytes: Int64 = 1 << 20

    private struct State {
        var firstRow: Int64 = 0
        var bytesRead: Int64 = 0
    }

    /// Some rows of one column.
    private struct Piece: Sendable {
        let source: Int
        let values: Column
        let bad: [ParquetBadValue]
    }

    /// One column's values as they come; used by one thread at a time.
    private final class Feed: Sendable {
        let source: Int
        private let cursor: Mutex<ParquetColumnCursor>

        init(_ source: Int, _ cursor: sending ParquetColumnCursor) {
            self.source = source
            self.cursor = Mutex(cursor)
        }

        func next() throws -> Piece {
            let (values, bad) = try cursor.withLock { try $0.nextTakingAll(rows: ParquetTripReader.blockRows) }
            return Piece(source: source, values: values, bad: bad)
        }
    }

    let schema: TableSchema
    let mapping: HeaderMapping
    let header: FileHeader
    private let file: PositionedFile
    private let rowCount: Int64
    private let feeds: [Feed]
    private let decoding: OrderedWork<Feed, Piece>
    private let coercion: BatchCoercion
    private let policy: TableFormats.BadRecordPolicy
    private let state = Mutex(State())

    /// Opens the file and reads its footer.
    /// - Throws: `ETLError.file`, `ETLError.anotherColor`, `ParquetReadError`, `CoercionError`.
    init(_ trips: TripFile) throws {
        let file = try PositionedFile(trips.path)
        self.file = file
        policy = trips.options.badRecords.ofRecords
        let read: ParquetFile.Read = { try file.read($0) }
        let parquet = try ParquetFile(length: file.length, read: read)
        rowCount = parquet.rowCount
        header = FileHeader(parquet: parquet.columns.map { FileHeader.Column($0) })
        try trips.dataset.checkColor(of: header, file: trips.shown)
        schema = trips.dataset.fileSchema(of: header, under: trips.options.drift)
        mapping = try HeaderMapping(header: header.names, schema: schema)
        for source in mapping.sources.joined() {
            if let problem = parquet.columns[source].problem { throw problem }
        }
        coercion = try BatchCoercion(schema: schema, mapping: mapping, types: header.types)
        feeds = try coercion.sources.map { source in
            Feed(source, try ParquetColumnCursor(parquet, column: source, read: read))
        }
        decoding = try OrderedWork(width: trips.options.width, pending: max(1, feeds.count), name: "orch-parquet") {
            { feed in try feed.next() }
        }
    }

    deinit { decoding.cancel() }

    var length: Int64 { file.length }
    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() throws -> TripBlock? {
        let firstRow = state.withLock { $0.firstRow }
        let count = Int(min(Int64(Self.blockRows), rowCount - firstRow))
        guard count > 0 else {
            state.withLock { $0.bytesRead = file.length }
            return nil
        }
        // All columns of these rows before any of the next: a column's values come in one order only.
        for feed in feeds {
            guard decoding.put(feed) else { throw CancellationError() }
        }
        var (columns, bad): ([Int: Column], [Int: [ParquetBadValue]]) = ([:], [:])
        for _ in feeds {
            guard let piece = try decoding.take() else { throw CancellationError() }
            columns[piece.source] = piece.values
            if !piece.bad.isEmpty { bad[piece.source] = piece.bad }
        }
        state.withLock { state in
            state.firstRow += Int64(count)
            // Pages of different columns lie apart: the share of rows is the truest measure there is.
            state.bytesRead = Int64(Double(file.length) * Double(state.firstRow) / Double(rowCount))
        }
        return .columns(columns, bad: bad, rowCount: count, firstRow: firstRow)
    }

    func sha256() throws -> String {
        var hash = SHA256()
        var offset: Int64 = 0
        while case let bytes = try file.read(offset..<min(offset + Self.hashedBytes, file.length)), !bytes.isEmpty {
            hash.update(data: bytes)
            offset += Int64(bytes.count)
        }
        return hash.finalize().hexadecimal
    }

    func makeParser() -> (TripBlock) throws -> TripRows {
        let (coercion, policy) = (coercion, policy)
        return { block in
            guard case .columns(let columns, let bad, let rowCount, let firstRow) = block else {
                preconditionFailure("a Parquet reader makes blocks of columns")
            }
            let outcome = coercion.apply(rowCount: rowCount, badValues: bad) { source in
                columns[source] ?? .nulls(.text, count: rowCount)
            }
            let batch = try outcome.rows(under: policy, firstRow: firstRow)
            var report = CSVReport()
            report.rows = rowCount
            if policy == .null { report.nulledValues = outcome.refusals.count }
            report.nanValues = outcome.nanCount
            report.rejectedRecords = rowCount - batch.rowCount
            return TripRows(
                batch: batch, report: report,
                rejects: policy == .reject ? Self.rejects(outcome.refusals, firstRow) : [])
        }
    }

    /// One reject for each refused row, with the first of its values to blame.
    private static func rejects(_ refusals: [BatchCoercion.Refusal], _ firstRow: Int64) -> [TripReject] {
        Dictionary(grouping: refusals, by: \.row).sorted { $0.key < $1.key }.compactMap { row, refusals in
            guard let first = refusals.first else { return nil }
            return TripReject(
                line: Int(firstRow) + row + 1, byte: nil, column: first.column,
                reason: "expected \(first.expected), got \"\(first.value)\"", record: Array(first.value.utf8))
        }
    }
}
