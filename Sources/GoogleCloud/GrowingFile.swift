import Synchronization

/// A file that is sent while it is written: who writes says how far the file is, who sends waits for more.
///
/// What lies before the length that was told stays as it is. All calls may come from any thread; several may send.
package final class GrowingFile: Sendable {
    /// Where it lies.
    package let path: String
    private let state = Mutex(State())

    /// A file of which nothing is there yet.
    package init(_ path: String) {
        self.path = path
    }

    /// Says that the file has so many bytes now.
    package func grew(to length: Int64) {
        wake { $0.length = length }
    }

    /// Says that the file is whole: nothing before this lets an object appear.
    /// - Parameter checksum: of all its bytes.
    package func finish(checksum: CRC32C) {
        wake { $0.end = .success(checksum) }
    }

    /// Says that the file will never be whole; those who send it throw the error. Later calls are without effect.
    package func fail(_ error: any Error) {
        wake { $0.end = .failure(error) }
    }

    /// Waits until the file is whole.
    /// - Returns: its length in bytes, and its checksum.
    /// - Throws: the writer's error, or `CancellationError`.
    package func whole() async throws -> (length: Int64, checksum: CRC32C) {
        let extent = try await extent(beyond: .max)
        return (extent.length, extent.checksum ?? CRC32C())
    }

    /// Waits until something of the file is there.
    /// - Throws: the writer's error, or `CancellationError`.
    package func beginning() async throws {
        _ = try await extent(beyond: 0)
    }

    /// Waits until the file has more than `offset` bytes, or is whole.
    /// - Throws: the writer's error, or `CancellationError`.
    func extent(beyond offset: Int64) async throws -> FileExtent {
        let mark = state.withLock { $0.nextMark() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state in
                    // A cancellation came before this, and found nobody to wake, or finds who is kept here.
                    let known = Task.isCancelled ? .failure(CancellationError()) : state.extent(beyond: offset)
                    if known == nil { state.waiting[mark] = Waiting(offset: offset, continuation: continuation) }
                    return known
                }
                if let known { continuation.resume(with: known) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: mark) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func wake(_ change: @Sendable (inout State) -> Void) {
        let woken = state.withLock { state in
            guard state.end == nil else { return [(Waiting, Result<FileExtent, any Error>)]() }
            change(&state)
            return state.takeReady()
        }
        for (waiting, result) in woken { waiting.continuation.resume(with: result) }
    }
}

/// How much of a file is there.
struct FileExtent: Sendable {
    /// In bytes.
    var length: Int64
    /// Of all bytes; nil where the file may still grow, or nobody knows it yet.
    var checksum: CRC32C?
    /// Whether the file ends here.
    var isWhole: Bool

    /// What `Content-Range` says of the whole: a number, or `*` for one that is not known yet.
    var total: String { isWhole ? "\(length)" : "*" }
}

private struct Waiting: Sendable {
    let offset: Int64
    let continuation: CheckedContinuation<FileExtent, any Error>
}

private struct State: Sendable {
    var length: Int64 = 0
    var end: Result<CRC32C, any Error>?
    var waiting: [Int: Waiting] = [:]
    private var marks = 0

    mutating func nextMark() -> Int {
        marks += 1
        return marks
    }

    /// What there is; nil for one who waits for more.
    func extent(beyond offset: Int64) -> Result<FileExtent, any Error>? {
        switch end {
        case .success(let checksum):
            .success(FileExtent(length: length, checksum: checksum, isWhole: true))
        case .failure(let error): .failure(error)
        case nil: length > offset ? .success(FileExtent(length: length, isWhole: false)) : nil
        }
    }

    /// Those who waited for what is there now.
    mutating func takeReady() -> [(Waiting, Result<FileExtent, any Error>)] {
        var ready: [(Waiting, Result<FileExtent, any Error>)] = []
        for (mark, one) in waiting {
            guard let result = extent(beyond: one.offset) else { continue }
            waiting[mark] = nil
            ready.append((one, result))
        }
        return ready
    }
}
