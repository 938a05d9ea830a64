package import TableFormats
import Synchronization

/// A month's file on this machine, CSV (gzip or not) or Parquet, to be read once or more.
package struct TripFile: Sendable {
    /// Where it lies.
    package let path: String
    /// What it holds.
    package let dataset: TaxiDataset
    /// How it is read.
    package let options: TripOptions

    /// Names a file; nothing is opened.
    package init(_ path: String, of dataset: TaxiDataset, options: TripOptions = TripOptions()) {
        self.path = path
        self.dataset = dataset
        self.options = options
    }

    /// Reads the file's rows with the columns of `dataset.tableSchema` and makes a part of each batch, on as many
    /// threads as there are cores; the parts come in the order of the file.
    /// - Throws: `ETLError`.
    package func parts<Part: Sendable>(
        _ make: @escaping @Sendable (ColumnBatch) throws -> Part
    ) throws -> PartStream<Part> {
        try PartStream(self, make)
    }
}

/// How a file of trips is read.
package struct TripOptions: Sendable {
    /// Whether trips without passengers are left out. Defaults to false.
    package var dropsEmptyTrips = false

    /// The defaults.
    package init() {}
}

/// What was made of a file's batches, in order. Single-pass.
package final class PartStream<Part: Sendable>: Sendable {
    private struct State {
        var reader: CSVFileReader
        var transform = TripTransform()
    }

    private let state: Mutex<State>
    private let file: TripFile
    private let make: @Sendable (ColumnBatch) throws -> Part

    init(_ file: TripFile, _ make: @escaping @Sendable (ColumnBatch) throws -> Part) throws {
        self.file = file
        self.make = make
        let reader = try CSVFileReader(file.path, schema: file.dataset.fileSchema)
        state = Mutex(State(reader: reader))
    }

    /// The next part, or nil after the last.
    package func next() async throws -> Part? {
        try await BlockingWork.run { [self] _ in
            try state.withLock { state in
                guard let batch = try state.reader.next() else { return nil }
                let kept = file.options.dropsEmptyTrips ? state.transform.apply(batch) : batch
                return try make(file.dataset.withFileMonth(kept))
            }
        }
    }

    /// What was read, whole after the last part.
    package var figures: TripFigures {
        state.withLock { state in
            TripFigures(
                rows: state.transform.counts, sourceBytes: state.reader.bytes, sourceSHA256: state.reader.sha256)
        }
    }
}

/// What was read of a file.
package struct TripFigures: Sendable, Equatable {
    /// Rows read, dropped, kept and blank.
    package var rows: TripTransform.Counts
    /// Length of the file as it lies on the disk, in bytes.
    package var sourceBytes: Int64
    /// SHA-256 of the file as it lies on the disk, in hexadecimal digits.
    package var sourceSHA256: String
}
