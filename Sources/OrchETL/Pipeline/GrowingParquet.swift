import Crypto
import GoogleCloud
import Synchronization
import TableFormats

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A month's Parquet file on its way into a lake: `TaxiDataset.writeParquet(from:to:provenance:)` writes it while
/// `LakeSink.write(_:of:facts:)` sends what is there of it.
///
/// It lies in a file of this machine, which is gone with this object: so a transfer that breaks off goes on, or starts
/// anew, without another conversion. Written once; sent as often as need be.
public final class GrowingParquet: Sendable {
    /// Where it lies meanwhile.
    public var path: String { file.path }
    /// How far it is.
    let file: GrowingFile
    private let state = Mutex(State())

    private struct State {
        var descriptor: Int32 = -1
        var schema: TableSchema?
        var length: Int64 = 0
        var checksum = CRC32C()
        var hash = SHA256()
        var outcome: Outcome?
    }

    /// What is known of a file that is whole.
    struct Outcome: Sendable {
        var figures: ConversionFigures
        var bytes: Int64
        var sha256: String
    }

    /// A file of which nothing is there yet.
    /// - Parameter path: where it shall lie; what has that name is replaced.
    public init(_ path: String) {
        file = GrowingFile(path)
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(path)
    }

    /// Waits until the first rows are there.
    /// - Returns: the columns.
    /// - Throws: what the writer failed with, or `CancellationError`.
    func schema() async throws -> TableSchema {
        try await file.beginning()
        return state.withLock { $0.schema } ?? TableSchema([])
    }

    /// Waits until the file is whole.
    /// - Throws: what the writer failed with, or `CancellationError`.
    func outcome() async throws -> Outcome {
        let whole = try await file.whole()
        guard let outcome = state.withLock({ $0.outcome }) else {
            throw ETLError.wrongLength(path, expected: whole.length, got: 0)
        }
        return outcome
    }
}

extension GrowingParquet {
    /// Begins the file.
    /// - Throws: `ETLError.file`.
    func begin(_ schema: TableSchema) throws {
        try FileSystem.makeFolder(of: path)
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "create", code: errno) }
        state.withLock { ($0.descriptor, $0.schema) = (descriptor, schema) }
    }

    /// Appends buffers, as if they were one; from then on they may be sent.
    /// - Throws: `ETLError.file`, such as for a full disk.
    func append(_ buffers: [[UInt8]]) throws {
        let length = try state.withLock { state in
            let code = GatheredWrite.append(buffers, to: state.descriptor)
            guard code == 0 else { throw ETLError.file(path: path, operation: "write", code: code) }
            for buffer in buffers {
                state.checksum.update(buffer)
                state.hash.update(data: buffer)
                state.length += Int64(buffer.count)
            }
            return state.length
        }
        file.grew(to: length)
    }

    /// Says that the file is whole: before that, no object appears.
    func finish(_ figures: ConversionFigures) {
        let checksum = state.withLock { state in
            state.outcome = Outcome(
                figures: figures, bytes: state.length, sha256: state.hash.finalize().hexadecimal)
            return state.checksum
        }
        file.finish(checksum: checksum)
    }

    /// Says that the file will never be whole.
    func fail(_ error: any Error) { file.fail(error) }
}
