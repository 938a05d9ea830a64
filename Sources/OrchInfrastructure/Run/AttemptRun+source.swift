import OrchModel
import Synchronization

extension AttemptRun {
    /// Gets the files of the run's git source.
    ///
    /// - Returns: the end of the attempt, where they cannot be had; nil where all is there.
    func supplySource(for spec: inout ContainerSpec) async throws -> Ending? {
        guard let source = claimed.source else { return nil }
        guard let cache = runner.settings.sources else {
            return neverStarted("the source \(source): this agent keeps no sources")
        }
        let found = Found()
        let isDone = try await untilOrdered {
            do throws(SourceFault) { await found.take(.success(try await cache.tree(of: source))) } catch {
                await found.take(.failure(error))
            }
        }
        try Task.checkCancellation()
        guard isDone, let result = await found.result else {
            return neverStarted("\(order.obstacle ?? "stopped") while its source was fetched")
        }
        do throws(SourceFault) {
            let tree = try result.get()
            spec.source = tree
            commit.note(tree.commit)
            await remark(.info, "the source \(source) is commit \(tree.commit), \(tree.entries.count) entries")
            return nil
        } catch {
            return neverStarted("the source \(source) cannot be had: \(error)")
        }
    }

    private actor Found {
        private(set) var result: Result<SourceTree, SourceFault>?

        func take(_ result: Result<SourceTree, SourceFault>) { self.result = result }
    }
}

/// The commit of an attempt's source, once it is known.
final class SourceCommit: Sendable {
    private let commit = Mutex<String?>(nil)

    func note(_ name: String) { commit.withLock { $0 = name } }

    var name: String? { commit.withLock { $0 } }
}
