import Logging
import OrchModel
import OrchStore
import ServiceLifecycle
import Synchronization

/// The wall clock of a controller: that of its store's database, where several controllers share one.
///
/// Leases, due times and late runs compare times that different controllers wrote, so a host whose clock is wrong would
/// take runs from agents that live, or leave them waiting. What this host's clock differs by is measured at the start and
/// every few seconds; agents' clocks decide nothing.
final class StoreClock: Service {
    /// From one measurement to the next.
    private static let interval = Duration.seconds(10)
    /// From this difference on the log says so.
    private static let notable = Duration.seconds(2)

    private let store: any Store
    private let own: @Sendable () -> Timestamp
    private let logger: Logger
    private let difference = Mutex(Duration.zero)

    /// A clock that has not been compared yet.
    ///
    /// - Parameter own: this host's clock.
    init(store: any Store, own: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.store = store
        self.own = own
        self.logger = logger
    }

    /// The time now.
    func now() -> Timestamp { own() + difference.withLock { $0 } }

    func run() async throws {
        guard store.isShared else {
            // The group would end with the first of its services.
            return try await gracefulShutdown()
        }
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                // While the database does not answer, the last difference is the best guess.
                do { try await self.compare() } catch {
                    self.logger.debug("the database's clock could not be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Measures the difference, where the store has a clock of its own.
    func compare() async throws {
        let before = own()
        guard let told = try await store.clock() else { return }
        let after = own()
        // It was read at some moment between: what that leaves open is no difference.
        let measured = told < before ? told - before : told > after ? told - after : .zero
        let known = difference.withLock { difference in
            defer { difference = measured }
            return difference
        }
        let change = measured > known ? measured - known : known - measured
        if change >= Self.notable {
            logger.warning(
                "this host's clock and the database's differ; the database's counts",
                metadata: ["difference_s": "\((measured / .seconds(1) * 10).rounded() / 10)"])
        }
    }
}
