package import TableFormats

/// What a conversion read and wrote.
public struct ConversionFigures: Sendable, Equatable {
    /// Rows read, dropped, kept and blank.
    public var rows: TripTransform.Counts
    /// Records that could not be read and were left out.
    public var rejectedRecords: Int
    /// How the file differs from what is declared for its month.
    public var drift: DriftReport
    /// Length of the source as it lies on the disk, in bytes.
    public var sourceBytes: Int64
    /// SHA-256 of the source as it lies on the disk, in hexadecimal digits.
    public var sourceSHA256: String
    /// Length of the Parquet file, in bytes.
    public var parquetBytes: Int64
    /// The columns of the Parquet file.
    package var schema: TableSchema
}

extension TaxiDataset {
    /// Makes a Parquet file of the month's file: declared columns with their types, `file_month` added. The Parquet file
    /// appears whole or not at all; memory does not grow with the file.
    ///
    /// Reading, parsing, packing and writing go on at the same time, on as many threads as there are cores.
    /// - Parameters:
    ///   - source: the path of the month's file: CSV, gzip where its name ends in `.gz`, or Parquet (`.parquet`).
    ///   - parquet: the path of the Parquet file; one that is there is replaced.
    ///   - provenance: goes into the file's metadata, as do the source's SHA-256 and the schema's version; its source is
    ///     what the file is called in errors.
    ///   - options: how the file is read. Trips without passengers stay unless they say so.
    ///   - codec: what packs the pages. Defaults to `gzip`.
    /// - Throws: `ETLError`, or `CancellationError`.
    public func writeParquet(
        from source: String, to parquet: String, provenance: Provenance, options: TripOptions = TripOptions(),
        codec: ParquetCodec = .gzip
    ) async throws -> ConversionFigures {
        let conversion = try Conversion(of: self, from: source, to: parquet, provenance, options, codec)
        return try await conversion.run { stream, check in
            let output = try AtomicFile(parquet)
            let figures = try conversion.write(stream, check) { try output.write($0) }
            try output.commit()
            return figures
        }
    }

    /// Makes a Parquet file that is sent to a lake at the same time, see `writeParquet(from:to:provenance:)` of a path.
    ///
    /// Where this throws, or is cancelled, the file never becomes whole: no object appears, and those who send it throw
    /// the same error.
    public func writeParquet(
        from source: String, to parquet: GrowingParquet, provenance: Provenance, options: TripOptions = TripOptions(),
        codec: ParquetCodec = .gzip
    ) async throws -> ConversionFigures {
        do {
            let conversion = try Conversion(of: self, from: source, to: parquet.path, provenance, options, codec)
            let figures = try await conversion.run { stream, check in
                try parquet.begin(stream.schema)
                return try conversion.write(stream, check) { try parquet.append($0) }
            }
            parquet.finish(figures)
            return figures
        } catch {
            parquet.fail(error)
            throw error
        }
    }

    /// The batch with the month of its file in every row.
    func withFileMonth(_ batch: ColumnBatch) -> ColumnBatch {
        batch.adding(.repeating(date: month.days, count: batch.rowCount), as: Self.fileMonth)
    }

    fileprivate func metadata(_ provenance: Provenance, sha256: String) -> [(name: String, value: String)] {
        [
            ("orch.dataset", color.rawValue), ("orch.file_month", month.firstDay),
            ("orch.source", provenance.shownSource), ("orch.source_sha256", sha256),
            ("orch.run_id", provenance.runID), ("orch.schema_version", Self.schemaVersion),
        ]
    }
}

/// One file that is made of another.
private struct Conversion: Sendable {
    let file: TripFile
    /// Where the Parquet file will be, for errors.
    let parquet: String
    let provenance: Provenance
    let codec: ParquetCodec

    /// - Throws: `ETLError.sourceIsTarget`, `ETLError.sameTarget`.
    init(
        of dataset: TaxiDataset, from source: String, to parquet: String, _ provenance: Provenance,
        _ options: TripOptions, _ codec: ParquetCodec
    ) throws {
        guard !FileSystem.areSame(source, parquet) else { throw ETLError.sourceIsTarget(path: parquet) }
        if let rejects = options.rejects, rejects == parquet || FileSystem.areSame(rejects, parquet) {
            throw ETLError.sameTarget(path: parquet)
        }
        let shown = (try? SourceAddress(provenance.source))?.shown ?? source
        file = TripFile(source, shown: shown, of: dataset, options: options)
        (self.parquet, self.provenance, self.codec) = (parquet, provenance, codec)
    }

    /// Opens the source and does `body` with it, on a thread that may wait.
    func run(
        _ body: @escaping @Sendable (PartStream<ColumnBatch>, _ check: () throws -> Void) throws -> ConversionFigures
    ) async throws -> ConversionFigures {
        let stream = try await BlockingWork.run { [file] _ in try file.parts { $0 } }
        return try await withTaskCancellationHandler {
            try await BlockingWork.run { check in try body(stream, check) }
        } onCancel: {
            stream.cancel()
        }
    }

    /// Makes the bytes, and gives them to `write` in order.
    func write(
        _ stream: PartStream<ColumnBatch>, _ check: () throws -> Void, to write: ([[UInt8]]) throws -> Void
    ) throws -> ConversionFigures {
        // Whatever ends this, the reading ends with it.
        defer { stream.cancel() }
        var options = ParquetOptions()
        options.codec = codec.ofPages
        let writer = ParquetFileWriter(schema: stream.schema, options: options, width: file.options.width)
        let length: Int64
        do {
            length = try writer.write({ try stream.take() }) {
                file.dataset.metadata(provenance, sha256: stream.figures.sourceSHA256)
            } to: { pieces in
                try check()
                try write(pieces)
            }
        } catch let error as ParquetError {
            throw ETLError.unwritable(file: parquet, cause: error)
        }
        try check()
        let figures = stream.figures
        return ConversionFigures(
            rows: figures.rows, rejectedRecords: figures.report.rejectedRecords, drift: figures.drift,
            sourceBytes: figures.sourceBytes, sourceSHA256: figures.sourceSHA256, parquetBytes: length,
            schema: stream.schema)
    }
}
