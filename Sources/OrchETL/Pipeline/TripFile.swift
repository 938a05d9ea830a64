package import TableFormats

/// A month's file on this machine, CSV (gzip where its name ends in `.gz`) or Parquet (`.parquet`), to be read once or
/// more.
package struct TripFile: Sendable {
    /// Where it lies.
    package let path: String
    /// What it is called in messages: the address it came from. Defaults to the path.
    package let shown: String
    /// What it holds.
    package let dataset: TaxiDataset
    /// How it is read.
    package let options: TripOptions

    /// Names a file; nothing is opened.
    package init(_ path: String, shown: String? = nil, of dataset: TaxiDataset, options: TripOptions = TripOptions()) {
        self.path = path
        self.shown = shown ?? path
        self.dataset = dataset
        self.options = options
    }

    /// Reads the file's rows and makes a part of each batch, on as many threads as there are cores; the parts come in
    /// the order of the file. The header or footer is read before this returns.
    /// - Parameter make: is called on several threads at once, with batches whose columns are those of the stream's
    ///   `schema`.
    /// - Throws: `ETLError`.
    package func parts<Part: Sendable>(
        _ make: @escaping @Sendable (ColumnBatch) throws -> Part
    ) throws -> PartStream<Part> {
        try PartStream(self, make)
    }

    /// A reader of the file's blocks.
    func reader() throws -> any TripReader {
        do {
            return path.lowercased().hasSuffix(".parquet") ? try ParquetTripReader(self) : try CSVTripReader(self)
        } catch {
            throw told(error)
        }
    }

    /// The error as one that names the file; those that name theirs already and cancellations stay as they are.
    func told(_ error: any Error) -> any Error {
        switch error {
        case is CSVError, is GzipError, is ParquetReadError, is CoercionError:
            ETLError.unreadable(file: shown, cause: error)
        default: error
        }
    }
}
