import FoundationEssentials
import Orch
import OrchETL

extension FlowContext {
    /// How many lines of a file of rejects the log shows where it is kept nowhere else, its header among them.
    private static let shownLines = 21

    /// Puts the records that were left out into a lake, as `rejects/green/green_tripdata_2020-07.csv`, or takes away those
    /// of an earlier run where none was. Without a lake the log shows the first of them.
    /// - Parameter path: the file of rejects, if there are any.
    func keepRejects(_ path: String, of dataset: TaxiDataset, in lake: LakeSink?) async throws {
        guard let lake else { return try showRejects(path) }
        if FileManager.default.fileExists(atPath: path) {
            let written = try await lake.write(file: path, as: Self.object(of: dataset))
            logger.warning("The records that were left out are in \(written.uri)")
        } else {
            try await lake.delete(Self.object(of: dataset))
        }
        try await lake.delete(Self.object(of: dataset, isRefused: true))
    }

    /// Where the records are kept that tell why nothing is left of a month, as errors shall call it.
    static func placeOfRefusal(_ dataset: TaxiDataset, in lake: LakeSink?) throws -> String {
        try lake?.uri(of: object(of: dataset, isRefused: true)) ?? "the run's log"
    }

    /// Does the work; where it ends as nothing is left of the month, keeps the records that tell why apart from those of
    /// the month that stays, as `rejects/green/green_tripdata_2020-07.refused.csv`, and throws an error that names it.
    func keepingRejectsOfRefusal<Value>(
        _ path: String, of dataset: TaxiDataset, in lake: LakeSink?, _ work: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await work()
        } catch let error as ETLError {
            guard case .nothingLeft(let file, let rejected, let dropped, _) = error,
                FileManager.default.fileExists(atPath: path)
            else { throw error }
            if let lake {
                _ = try await lake.write(file: path, as: Self.object(of: dataset, isRefused: true))
            } else {
                try showRejects(path)
            }
            throw ETLError.nothingLeft(
                file: file, rejected: rejected, dropped: dropped,
                rejects: try Self.placeOfRefusal(dataset, in: lake))
        }
    }

    private static func object(of dataset: TaxiDataset, isRefused: Bool = false) -> String {
        "rejects/\(dataset.color.rawValue)/\(dataset.fileStem)\(isRefused ? ".refused" : "").csv"
    }

    private func showRejects(_ path: String) throws {
        let lines = try RejectsExcerpt.lines(of: path, atMost: Self.shownLines)
        guard !lines.isEmpty else { return }
        logger.warning("The first of the records that were left out; name a lake as rejects to keep them all:")
        for line in lines { logger.warning("\(line)") }
    }
}
