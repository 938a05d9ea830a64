import OrchModel
import OrchStore

/// What has to be there still for runs that have ended to be tried again.
struct RetryChecks: Sendable {
    let store: any Store

    /// - Parameter name: what the runs are called, for messages.
    /// - Throws: 404 where a queue of the runs is gone; 422 where blocks are that they were made with.
    func check(_ runs: [FlowRun], called name: String) async throws {
        for queue in Set(runs.map(\.workQueue)).sorted() { try await store.checkQueue(queue) }
        let missing = try await missingBlocks(of: runs)
        guard missing.isEmpty else {
            throw APIFailure.invalid("\(name) needs blocks that do not exist", details: missing)
        }
    }

    /// Blocks that the runs were made with and that are gone: their deployment may be another one now, or gone as well.
    func missingBlocks(of runs: [FlowRun]) async throws -> [String] {
        var keys: Set<BlockKey> = []
        for run in runs {
            guard let launch = try await store.launch(of: run.id) else { continue }
            keys.formUnion(launch.blocks.compactMap { $0.key(run.parameters) })
            if let key = launch.infrastructure.blockKey { keys.insert(key) }
        }
        var missing: [String] = []
        for key in keys where try await store.block(key) == nil {
            missing.append("block \(key): create it with `orch block create \(key.type) \(key.name)`")
        }
        return missing.sorted()
    }

    /// Why a run has to be made anew, as another attempt of it would have no log; nil where it has its log.
    static func lostLog(of run: FlowRun) -> String? {
        run.logsRemovedAt.map {
            "the log of run \(run.name) was removed on \($0) by retention: make a new run"
        }
    }
}
