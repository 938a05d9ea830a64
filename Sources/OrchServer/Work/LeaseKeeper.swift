import Logging
import OrchModel
import OrchStore
import ServiceLifecycle

/// Looks after runs whose agent is silent: says so in their logs, and puts claimed ones that never began back. Makes runs
/// Late that no agent takes.
///
/// A run that has a container is never settled here: only its agent can ask the engine what became of it.
struct LeaseKeeper: Service {
    let store: any Store
    let wakeups: Wakeups
    let lease: Duration
    let grace: Duration
    let metrics: ControllerMetrics
    let logger: Logger
    var time = ServerTime.system

    func run() async throws {
        await cancelWhenGracefulShutdown { await keepLooking() }
    }

    /// Looks again and again until the surrounding task is cancelled.
    func keepLooking() async {
        // Leases that ran out while the controller was down prove nothing: agents get time to renew.
        var pause = lease
        while (try? await time.sleep(pause)) != nil {
            await look(at: time.now())
            pause = min(lease / 3, .seconds(5))
        }
    }

    /// Looks once.
    func look(at now: Timestamp) async {
        do {
            for id in try await store.markUnobserved(at: now) {
                logger.warning("nobody observes a run", metadata: ["run": "\(id)"])
                wakeups.signal(.run(id))
            }
            for run in try await store.markLate(at: now) {
                logger.warning("a run is late", metadata: ["run": "\(run.id)", "queue": "\(run.workQueue)"])
                metrics.late()
                wakeups.signal(.run(run.id))
            }
            for run in try await store.releaseLost(leaseExpiredBefore: now - grace, at: now) {
                logger.warning(
                    "a lost claim was released", metadata: ["run": "\(run.id)", "state": "\(run.state.name)"])
                if run.state.type.isTerminal { metrics.ended(run) }
                wakeups.signal(.queue(run.workQueue))
                wakeups.signal(.run(run.id))
            }
            try await store.releasePast()
            let since = now - OrchServerConfiguration.pollingWindow
            let outcome = try await store.fillSlots(polledSince: since, at: now)
            for run in outcome.ended + outcome.cancelled {
                if run.state.type.isTerminal { metrics.ended(run) }
                if let agent = run.agent { wakeups.signal(.agent(agent)) }
                wakeups.signal(.run(run.id))
            }
        } catch {
            logger.error("leases could not be checked; trying again", metadata: ["error": "\(error)"])
        }
    }
}
