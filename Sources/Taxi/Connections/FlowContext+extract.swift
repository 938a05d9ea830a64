import FoundationEssentials
import Orch
import OrchETL

extension FlowContext {
    /// Downloads a month's file into the run's scratch directory, as a task that is tried again where that may help; what
    /// has come stays there, and the next try goes on from it.
    func extract(_ dataset: TaxiDataset, from template: String?) async throws -> WebSource.Download {
        let source = try WebSource(url: TaxiSource.url(template, of: dataset))
        let path = try scratch.appending(path: "\(dataset.fileStem).\(Self.ending(of: source.shownURL))").path
        let logger = logger
        var options = DownloadOptions()
        options.cache = TaxiSource.cache()
        return try await transientlyFailingTask("extract") {
            logger.info("Downloading \(source.shownURL)")
            let download = try await source.download(to: path, options: options) { progress in
                guard let total = progress.total, progress.bytes < total else { return }
                logger.debug(Self.told(progress, total))
            }
            if let problem = download.cacheProblem { logger.warning(problem) }
            let origin = download.isFromCache ? "Taken from the cache:" : "Downloaded"
            let resumes = download.resumes > 0 ? ", resumed \(download.resumes) times" : ""
            logger.info("\(origin) \(download.bytes) bytes, SHA-256 \(download.sha256)\(resumes)")
            metric("source_bytes", Double(download.bytes))
            return download
        }
    }

    /// A task that is tried again three times where its error may pass: after 2, 4 and 8 s.
    func transientlyFailingTask<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        try await task(
            name, retries: 3, retryDelay: .exponential(from: .seconds(2)), retryOn: TransientFailure.isTransient, body)
    }

    /// Tells how a file differs from what is declared for its month.
    func tell(of drift: DriftReport) {
        for finding in drift.findings {
            switch finding.level {
            case .info: logger.info(finding.message)
            case .warning: logger.warning(finding.message)
            }
        }
        metric("rows_rejected", drift.counts.rejectedRecords)
        metric("values_nulled", drift.counts.nulledValues)
    }

    /// Tells what columns a table got.
    func tellOfColumns(_ added: [String], in table: String) {
        guard !added.isEmpty else { return }
        logger.warning("\(table) got the columns \(added.joined(separator: ", "))")
    }

    /// Readers tell the kind of a file by its name.
    private static func ending(of url: String) -> String {
        let url = url.lowercased()
        return url.hasSuffix(".parquet") ? "parquet" : url.hasSuffix(".gz") ? "csv.gz" : "csv"
    }

    private static func told(_ progress: WebSource.Progress, _ total: Int64) -> String {
        let rate = progress.bytesPerSecond.map { ", \(Int($0 / 1000)) kB/s" } ?? ""
        let left = progress.timeLeft.map { ", \($0.components.seconds) s left" } ?? ""
        return "\(progress.bytes) of \(total) bytes\(rate)\(left)"
    }
}
