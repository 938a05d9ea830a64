import OrchModel
import OrchStore
import Synchronization
import Testing

/// Queues that were heard of.
final class Woken: Sendable {
    private let queues = Mutex<Set<String>>([])

    var all: Set<String> { queues.withLock { $0 } }

    func add(_ more: Set<String>) { queues.withLock { $0.formUnion(more) } }
}

/// Agents that claim runs at the same time and end them, while others look whether more are live than a limit allows.
struct LimitedCrew {
    /// The store that is looked at.
    let store: any Store
    /// The stores of one database that are claimed from, in turn.
    let stores: [any Store]
    let runs: Int

    /// Works until all runs have been claimed.
    ///
    /// - Returns: their names.
    func work() async throws -> [String] {
        let taken = Taken()
        let (stores, runs) = (stores, runs)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<6 {
                group.addTask {
                    let own = stores[index % stores.count]
                    while taken.names.count < runs {
                        let claims = try await own.claim(Sample.claim("a\(index)", limit: 1 + index % 3))
                        try await check()
                        for claim in claims {
                            taken.add(claim.run.name)
                            let report = AttemptReport(token: "", state: Sample.state(.completed, at: 2))
                            _ = try await own.apply(report, to: claim.key, at: 2)
                        }
                        // Where a turn was passed over because its run was held by another transaction, the keeper gives it.
                        if claims.isEmpty {
                            _ = try await own.fillSlots(polledSince: Sample.at(0), at: Sample.at(2))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return taken.names
    }

    private final class Taken: Sendable {
        private let taken = Mutex<[String]>([])

        var names: [String] { taken.withLock { $0 } }

        func add(_ name: String) { taken.withLock { $0.append(name) } }
    }

    private func check() async throws {
        for limit in try await store.runLimits() {
            #expect(limit.held <= limit.limit, "\(limit.key): \(limit.held) of \(limit.limit)")
        }
    }
}
