import FoundationEssentials
import Orch
import OrchETL

extension FlowContext {
    /// Downloads a month's file into the run's scratch directory, as a task that is tried again where that may help.
    func extract(_ dataset: TaxiDataset, from template: String?) async throws -> WebSource.Download {
        let source = try WebSource(url: TaxiSource.url(template, of: dataset))
        // Readers tell gzip by the name.
        let ending = source.shownURL.lowercased().hasSuffix(".gz") ? "csv.gz" : "csv"
        let path = try scratch.appending(path: "\(dataset.fileStem).\(ending)").path
        let logger = logger
        return try await transientlyFailingTask("extract") {
            logger.info("Downloading \(source.shownURL)")
            let download = try await source.download(to: path)
            logger.info("Downloaded \(download.bytes) bytes, SHA-256 \(download.sha256)")
            metric("source_bytes", Double(download.bytes))
            return download
        }
    }

    /// A task that is tried again three times where its error may pass: after 2, 4 and 8 s.
    func transientlyFailingTask<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        try await task(
            name, retries: 3, retryDelay: .exponential(from: .seconds(2)), retryOn: TransientFailure.isTransient, body)
    }

    /// Tells where a file's columns differ from the declared ones.
    func warn(missing: [String], unknown: [String]) {
        if !missing.isEmpty { logger.warning("The file lacks \(missing.joined(separator: ", "))") }
        if !unknown.isEmpty { logger.warning("The file has more, left out: \(unknown.joined(separator: ", "))") }
    }
}
