import Synchronization
import TableFormats

/// Reads a month's CSV file batch by batch and yields the bytes of a binary COPY.
final class CopyFeed: Sendable {
    private struct State {
        var reader: CSVFileReader
        var stage = Stage.header
    }

    private enum Stage { case header, rows, end }

    private let dataset: TaxiDataset
    private let state: Mutex<State>

    init(_ path: String, _ dataset: TaxiDataset) throws {
        self.dataset = dataset
        let reader = try CSVFileReader(path, schema: dataset.fileSchema)
        state = Mutex(State(reader: reader))
    }

    /// The next bytes, or nil after the last.
    func next() async throws -> [UInt8]? {
        try await BlockingWork.run { [self] _ in
            try state.withLock { state in
                switch state.stage {
                case .header:
                    state.stage = .rows
                    return BinaryCopyEncoder.header
                case .rows:
                    if let batch = try state.reader.next() {
                        return BinaryCopyEncoder.encode(dataset.withFileMonth(batch))
                    }
                    state.stage = .end
                    return BinaryCopyEncoder.trailer
                case .end:
                    return nil
                }
            }
        }
    }

    /// The declared columns that the file lacks, those it has beside them, and its SHA-256; after the last bytes.
    func summary() -> (missing: [String], unknown: [String], sha256: String) {
        state.withLock { state in
            (state.reader.mapping?.missing ?? [], state.reader.mapping?.unknown ?? [], state.reader.sha256)
        }
    }
}
