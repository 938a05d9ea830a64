import Logging
import OrchModel
import OrchStore
import ServiceLifecycle

/// Ends runs that have not ended by their deadlines, and says of runs that they take longer than expected.
struct DeadlineKeeper: Service {
    let store: any Store
    let canceller: RunCanceller
    let logger: Logger
    var time = ServerTime.system

    /// From one look to the next.
    static let interval = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await time.sleep(Self.interval)) != nil { await look(at: time.now()) }
        }
    }

    /// Looks once.
    func look(at now: Timestamp) async {
        do {
            for overdue in try await store.overdue(at: now) {
                logger.warning("a run has passed its deadline", metadata: ["run": "\(overdue.run)"])
                try await canceller.cancel(
                    overdue.run,
                    CancellationRequest(by: "its deadline of \(overdue.deadline), which it has passed", at: now))
                canceller.metrics.overdue()
            }
            for run in try await store.markSlow(at: now) {
                logger.warning("a run takes longer than expected", metadata: ["run": "\(run)"])
                canceller.metrics.slow()
                canceller.wakeups.signal(.run(run))
            }
        } catch {
            logger.error("deadlines could not be checked; trying again", metadata: ["error": "\(error)"])
        }
    }
}
