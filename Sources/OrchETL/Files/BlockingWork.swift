import Dispatch
import Synchronization

/// Runs work that reads disks or computes for long on threads outside of the cooperative pool.
enum BlockingWork {
    private static let threads = DispatchQueue(label: "orch.etl.work", attributes: .concurrent)

    /// Runs the work; `check` inside throws `CancellationError` once the surrounding task was cancelled.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable (_ check: () throws -> Void) throws -> Value
    ) async throws -> Value {
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                threads.async { continuation.resume(with: Result { try work(flag.check) }) }
            }
        } onCancel: {
            flag.set()
        }
    }
}

/// Whether a task was cancelled, for code that runs on no task.
private final class CancellationFlag: Sendable {
    private let isSet = Mutex(false)

    func set() { isSet.withLock { $0 = true } }

    func check() throws {
        if isSet.withLock({ $0 }) { throw CancellationError() }
    }
}
