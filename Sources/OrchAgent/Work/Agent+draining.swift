import Logging
import OrchInfrastructure

extension Agent {
    /// Why an agent stopped to wait for its runs.
    package enum DrainEnd: Sendable, Hashable {
        /// All have ended and are reported.
        case idle
        /// Somebody would not wait any longer.
        case interrupted
        /// They took longer than they were given.
        case timedOut
    }

    /// Claims nothing from now on and waits until its runs have ended; they are followed, cancelled and reported as ever.
    ///
    /// - Parameters:
    ///   - patience: how long to wait; nil for as long as it takes.
    ///   - interruption: returns where somebody will not wait any longer.
    package func drain(
        patience: Duration?, interruption: @escaping @Sendable () async -> Void
    ) async -> DrainEnd {
        registry.close()
        logger.notice("the agent drains: it claims no more", metadata: ["running": "\(registry.count)"])
        let end = await withTaskGroup(of: DrainEnd.self) { group in
            group.addTask { [registry] in
                do {
                    // An answer on its way may hold another run.
                    try await registry.changed.wait { !registry.isIdle }
                    return .idle
                } catch {
                    return .interrupted
                }
            }
            group.addTask {
                await interruption()
                return .interrupted
            }
            if let patience {
                group.addTask { await self.pause(patience) ? .timedOut : .interrupted }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .interrupted
        }
        switch end {
        case .idle: logger.notice("the agent is drained: all its runs have ended")
        case .interrupted:
            logger.notice("the agent drains no longer, as it was told", metadata: ["running": "\(registry.count)"])
        case .timedOut:
            logger.notice("the agent drains no longer, as its time is up", metadata: ["running": "\(registry.count)"])
        }
        return end
    }
}
