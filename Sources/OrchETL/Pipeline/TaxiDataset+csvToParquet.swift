import TableFormats

/// Where data came from and who made a file of it.
public struct Provenance: Sendable, Equatable {
    /// The address of the source; user, password and query are left out wherever it is written.
    public var source: String
    /// The run that makes the file.
    public var runID: String

    /// Names a source and a run.
    public init(source: String, runID: String) {
        self.source = source
        self.runID = runID
    }
}

/// What a conversion read and wrote.
public struct ConversionFigures: Sendable, Equatable {
    /// Rows read, dropped, kept and blank.
    public var rows: TripTransform.Counts
    /// Length of the CSV file as it lies on the disk, in bytes.
    public var sourceBytes: Int64
    /// SHA-256 of the CSV file as it lies on the disk, in hexadecimal digits.
    public var sourceSHA256: String
    /// Length of the Parquet file, in bytes.
    public var parquetBytes: Int64
    /// Declared columns that the file does not have; they are NULL in every row.
    public var missingColumns: [String]
    /// Columns of the file that are not declared, and were left out.
    public var unknownColumns: [String]
    /// Rows with more fields than the header, all surplus ones blank.
    public var rowsWithSurplusBlanks: Int
}

extension TaxiDataset {
    /// Turns the month's CSV file into a Parquet file (gzip): typed columns, no trips without passengers, `file_month`
    /// added. The Parquet file appears whole or not at all; memory does not grow with the file.
    /// - Parameters:
    ///   - csv: the path of the CSV file, gzip where its name ends in `.gz`.
    ///   - parquet: the path of the Parquet file; one that is there is replaced.
    ///   - provenance: goes into the file's metadata, as do the source's SHA-256 and the schema's version.
    ///   - progress: is told how many bytes of the CSV file are read, and how many there are.
    /// - Throws: `ETLError`, or `CancellationError`.
    public func csvToParquet(
        from csv: String, to parquet: String, provenance: Provenance,
        progress: (@Sendable (_ bytes: Int64, _ total: Int64) -> Void)? = nil
    ) async throws -> ConversionFigures {
        let dataset = self
        return try await BlockingWork.run { check in
            try dataset.convert(from: csv, to: parquet, provenance, progress: progress, check: check)
        }
    }

    private func convert(
        from csv: String, to parquet: String, _ provenance: Provenance,
        progress: (@Sendable (Int64, Int64) -> Void)?, check: () throws -> Void
    ) throws -> ConversionFigures {
        let input = try CSVFileReader(csv, schema: fileSchema)
        let output = try AtomicFile(parquet)
        var transform = TripTransform()
        var parquetBytes: Int64 = 0
        do {
            var writer = try ParquetWriter(schema: tableSchema)
            while let batch = try input.next() {
                try check()
                let kept = withFileMonth(transform.apply(batch))
                let bytes = try writer.append(kept)
                try output.write(bytes)
                parquetBytes += Int64(bytes.count)
                progress?(input.bytes, input.length)
            }
            guard transform.counts.read > 0 else { throw ETLError.noRows(file: csv) }
            let bytes = try writer.finish(metadata: metadata(provenance, sha256: input.sha256))
            try output.write(bytes)
            parquetBytes += Int64(bytes.count)
        } catch let error as ParquetError {
            throw ETLError.unwritable(file: parquet, cause: error)
        }
        try check()
        try output.commit()
        return ConversionFigures(
            rows: transform.counts, sourceBytes: input.bytes, sourceSHA256: input.sha256, parquetBytes: parquetBytes,
            missingColumns: input.mapping?.missing ?? [], unknownColumns: input.mapping?.unknown ?? [],
            rowsWithSurplusBlanks: input.report.rowsWithSurplusBlanks
        )
    }

    /// The batch with the month of its file in every row.
    func withFileMonth(_ batch: ColumnBatch) -> ColumnBatch {
        batch.adding(.repeating(date: month.days, count: batch.rowCount), as: Self.fileMonth)
    }

    private func metadata(_ provenance: Provenance, sha256: String) -> [(name: String, value: String)] {
        // An address that cannot be read is not ours to publish: it may hold a password anywhere.
        let source = (try? SourceAddress(provenance.source))?.shown ?? "unknown"
        return [
            ("orch.dataset", color.rawValue), ("orch.file_month", month.firstDay), ("orch.source", source),
            ("orch.source_sha256", sha256), ("orch.run_id", provenance.runID),
            ("orch.schema_version", Self.schemaVersion),
        ]
    }
}
