import Logging
import OrchInfrastructure
import OrchModel
import Synchronization

extension Agent {
    /// Removes containers that this agent made and nobody needs any more, now and then.
    func reap() async {
        guard configuration.reapGrace > .zero else { return }
        while await pause(configuration.reapInterval) {
            // Before the first comparison of attempts and containers nothing is known to be of no use.
            guard registry.hasPassed else { continue }
            for (kind, engine) in engines.all { await reapOnce(engine, orphans[kind] ?? OrphanMemory()) }
        }
    }

    private func reapOnce(_ engine: any ContainerEngine, _ orphans: OrphanMemory) async {
        let pass = ReapingPass(
            engine: engine, api: api, grace: configuration.reapGrace, keeping: configuration.keptFor, now: now)
        do {
            let decisions = try await pass.decisions(
                agents: [configuration.name], isKnown: registry.isKnown,
                age: { orphans.age(of: $0, since: $1, now: now()) })
            orphans.keep(only: Set(decisions.map(\.container.id)))
            for decision in decisions where decision.action != .keep {
                logger.notice(
                    "a container that nobody needs goes",
                    metadata: [
                        "container": "\(decision.container.name)", "action": "\(decision.action.rawValue)",
                        "reason": "\(decision.reason)",
                    ])
                try await pass.carryOut(decision)
            }
        } catch {
            logger.debug("nothing was reaped", metadata: ["reason": "\(error)"])
        }
    }
}

/// Since when containers have been seen to be of no use.
final class OrphanMemory: Sendable {
    private let seen = Mutex<[String: Timestamp]>([:])

    /// How long a container has been of no use: no longer than it was seen to be.
    ///
    /// A run of days that ended a moment ago leaves a container of days behind, which its runner is about to remove.
    func age(of id: String, since: Timestamp, now: Timestamp) -> Duration {
        seen.withLock { seen in
            let first = seen[id] ?? now
            seen[id] = first
            return now - max(first, since)
        }
    }

    /// Forgets all containers but these.
    func keep(only ids: Set<String>) {
        seen.withLock { seen in seen = seen.filter { ids.contains($0.key) } }
    }
}
