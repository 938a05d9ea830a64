import Synchronization
package import TableFormats
import Threads

/// What was made of a file's batches, in the order of the file. Single-pass; one caller at a time.
package final class PartStream<Part: Sendable>: Sendable {
    /// What a worker makes of a block.
    private struct Product: Sendable {
        var part: Part
        var rows: TripTransform.Counts
        var report: CSVReport
        var rejects: [TripReject]
        var sample: DriftSample
    }

    private struct State: ~Copyable {
        var figures: TripFigures
        var sample = DriftSample()
        let rejects: RejectsFile?
        var isCancelled = false
    }

    /// The columns of the batches, `file_month` among them.
    package let schema: TableSchema
    private let file: TripFile
    private let reader: any TripReader
    private let work: OrderedWork<TripBlock, Product>
    private let state: Mutex<State>

    /// Starts to read.
    /// - Throws: `ETLError`; `ETLError.drift` where the columns alone are reason to refuse the file.
    init(_ file: TripFile, _ make: @escaping @Sendable (ColumnBatch) throws -> Part) throws {
        let rejects = try file.options.rejects.map { path in
            guard !FileSystem.areSame(path, file.path) else { throw ETLError.sourceIsTarget(path: path) }
            return try RejectsFile(path)
        }
        let reader = try file.reader()
        self.file = file
        self.reader = reader
        schema = reader.schema.adding(TaxiDataset.fileMonth)
        let drift = DriftReport(
            file.dataset, header: reader.header, mapping: reader.mapping, under: file.options.drift)
        state = Mutex(State(figures: TripFigures(drift: drift), rejects: rejects))
        try Self.check(drift, file)
        work = try OrderedWork(width: file.options.width, pending: 2 * file.options.width + 1, name: "orch-rows") {
            let parse = reader.makeParser()
            return { block in try Self.product(of: try parse(block), file, make) }
        }
        let code = DetachedThread.start(name: "orch-read") { [work] in
            do {
                while let block = try reader.next() {
                    guard work.put(block) else { return }
                }
                work.finish()
            } catch {
                work.finish(throwing: error)
            }
        }
        guard code == 0 else {
            work.cancel()
            throw ETLError.noThread(code: code)
        }
    }

    deinit { work.cancel() }

    /// The next part, or nil after the last. It waits until that is there, so it belongs on a thread that may.
    /// - Throws: `ETLError`, what `make` threw, or `CancellationError` after `cancel()`.
    func take() throws -> Part? {
        do {
            guard let product = try work.take() else {
                // The end of the work is not that of the file; and the reader may be in the middle of a read.
                guard !state.withLock({ $0.isCancelled }) else { throw CancellationError() }
                try finish()
                return nil
            }
            try state.withLock { state in
                state.figures.rows.add(product.rows)
                state.figures.report.add(product.report)
                state.sample.add(product.sample)
                try state.rejects?.write(product.rejects)
            }
            file.options.progress?(min(reader.bytesRead, reader.length), reader.length)
            return product.part
        } catch {
            cancel()
            throw file.told(error)
        }
    }

    /// Wakes whoever waits, reads no more, and leaves no half of a file of rejects. After the last part it does nothing.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.rejects?.abandon()
        }
        work.cancel()
    }

    /// What was read so far; whole, with drift and SHA-256, after the last part.
    package var figures: TripFigures { state.withLock { $0.figures } }

    private func finish() throws {
        let digest = try reader.sha256()
        try state.withLock { state in
            state.figures.sourceBytes = reader.bytesRead
            state.figures.sourceSHA256 = digest
            state.figures.drift.add(state.sample, of: file.dataset, mapping: reader.mapping)
            state.figures.drift.add(state.figures.report)
            // First of all, so that whoever is refused can look what the matter is.
            try state.rejects?.commit()
            try Self.checkRows(state.figures, state.sample, file)
            try Self.checkMonth(state.figures.drift, file)
            try Self.check(state.figures.drift, file)
        }
    }

    /// Makes sure that there is a month to put in the place of what is there.
    private static func checkRows(_ figures: TripFigures, _ sample: DriftSample, _ file: TripFile) throws {
        let (rejected, dropped) = (figures.report.rejectedRecords, figures.rows.dropped)
        guard figures.rows.kept > 0 else {
            guard rejected + dropped > 0 else { throw ETLError.noRows(file: file.shown) }
            throw ETLError.nothingLeft(
                file: file.shown, rejected: rejected, dropped: dropped,
                rejects: file.options.rejects.map { file.options.shownRejects ?? $0 })
        }
        let pickup = file.dataset.pickupColumn
        guard sample.filled[pickup] ?? 0 > 0 else {
            throw ETLError.noTimes(file: file.shown, column: pickup, rows: figures.rows.kept + dropped)
        }
    }

    /// Makes sure that another month's file does not take the month's place, unless that is wanted.
    private static func checkMonth(_ drift: DriftReport, _ file: TripFile) throws {
        guard file.options.drift != .warn, let other = drift.mostRowsMonth else { return }
        throw ETLError.anotherMonth(
            file: file.shown, expected: file.dataset.month, found: other.month, rows: other.rows, of: drift.rows)
    }

    private static func product(
        of parsed: TripRows, _ file: TripFile, _ make: (ColumnBatch) throws -> Part
    ) throws -> Product {
        let dataset = file.dataset
        let sample = DriftSample(parsed.batch, month: dataset.month, pickup: dataset.pickupColumn)
        var transform = TripTransform()
        let batch = file.options.dropsEmptyTrips ? transform.apply(parsed.batch) : parsed.batch
        var rows = transform.counts
        rows.rejected = parsed.report.rejectedRecords
        rows.read = parsed.batch.rowCount + rows.rejected
        return Product(
            part: try make(dataset.withFileMonth(batch)), rows: rows, report: parsed.report, rejects: parsed.rejects,
            sample: sample)
    }

    private static func check(_ drift: DriftReport, _ file: TripFile) throws {
        let reasons = drift.reasonsToRefuse(under: file.options.drift)
        guard reasons.isEmpty else { throw ETLError.drift(file: file.shown, findings: reasons) }
    }
}

/// What was read of a file.
package struct TripFigures: Sendable, Equatable {
    /// Rows read, dropped, kept and blank.
    package var rows = TripTransform.Counts()
    /// What the reader met.
    package var report = CSVReport()
    /// How the file differs from what is declared for its month.
    package var drift: DriftReport
    /// Bytes of the file read, as they lie on the disk.
    package var sourceBytes: Int64 = 0
    /// SHA-256 of the file as it lies on the disk, in hexadecimal digits; empty until the end.
    package var sourceSHA256 = ""

    init(drift: DriftReport) {
        self.drift = drift
    }
}
