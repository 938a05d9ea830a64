import OrchInfrastructure
import ServiceLifecycle
import Synchronization

/// Does something that a graceful shutdown cancels.
///
/// The library's function of this purpose starts tasks that belong to nobody when it is cancelled; here all are children
/// of the caller's, and run where it runs.
func untilShutdown<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws(CancellationError) -> Value
) async throws(CancellationError) -> Value {
    let shutdown = Shutdown()
    let result = await withGracefulShutdownHandler {
        await withTaskGroup(of: Result<Value, CancellationError>?.self) { group in
            group.addTask {
                do throws(CancellationError) { return .success(try await operation()) } catch { return .failure(error) }
            }
            group.addTask {
                // Cancelled where the operation has ended.
                do throws(CancellationError) { try await shutdown.wait() } catch { return nil }
                return nil
            }
            var result: Result<Value, CancellationError>?
            while let next = await group.next() {
                result = result ?? next
                group.cancelAll()
            }
            return result ?? .failure(CancellationError())
        }
    } onGracefulShutdown: {
        shutdown.begin()
    }
    return try result.get()
}

/// Whether a shutdown has begun.
private final class Shutdown: Sendable {
    private let hasBegun = Mutex(false)
    private let gate = Gate()

    func begin() {
        hasBegun.withLock { $0 = true }
        gate.open()
    }

    func wait() async throws(CancellationError) {
        try await gate.wait { hasBegun.withLock { !$0 } }
    }
}
