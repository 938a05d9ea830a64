import Synchronization
import TableFormats

/// A month's file as the bytes of a binary COPY.
final class CopyFeed: Sendable {
    private enum Stage { case header, rows, end }

    private let stream: PartStream<[UInt8]>
    private let stage = Mutex(Stage.header)

    /// Starts to read; the header or footer is read when this returns.
    init(_ file: TripFile) throws {
        stream = try file.parts { BinaryCopyEncoder.encode($0) }
    }

    /// The columns of the rows.
    var schema: TableSchema { stream.schema }
    /// What was read, whole after the last bytes.
    var figures: TripFigures { stream.figures }

    /// The next bytes, or nil after the last. It waits until they are there, so it belongs on a thread that may.
    func next() throws -> [UInt8]? {
        switch stage.withLock({ $0 }) {
        case .header:
            stage.withLock { $0 = .rows }
            return BinaryCopyEncoder.header
        case .rows:
            if let rows = try stream.take() { return rows }
            stage.withLock { $0 = .end }
            return BinaryCopyEncoder.trailer
        case .end:
            return nil
        }
    }

    /// Ends a `next()` that waits, and reads no more.
    func cancel() { stream.cancel() }
}
