#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A thread of its own for one connection, on which blocking calls run one after another.
///
/// SAFETY: `jobs` and `isStopping` are touched only while `lock` is held; both pointers live as long as this object,
/// which the thread keeps alive until it ends.
final class ConnectionThread: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [@Sendable () -> Void] = []
    private var isStopping = false

    /// - Throws: `noThread` when the system has none left.
    init() throws(PostgresError) {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(wakeUp, nil)
        let code = Self.detach { [self] in work() }
        guard code == 0 else { throw .noThread(code: code) }
    }

    deinit {
        pthread_cond_destroy(wakeUp)
        pthread_mutex_destroy(lock)
        wakeUp.deallocate()
        lock.deallocate()
    }

    /// Runs a call on the thread and waits for it without blocking the caller's.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Result<Value, PostgresError>
    ) async throws(PostgresError) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, PostgresError>, Never>) in
            if !enqueue({ continuation.resume(returning: body()) }) {
                continuation.resume(returning: .failure(.closed))
            }
        }
        return try result.get()
    }

    /// Runs a last call, after those that wait, and ends the thread. Later calls fail with `closed`.
    /// Answers false, and runs nothing, when the thread was stopped before.
    @discardableResult
    func stop(_ last: @escaping @Sendable () -> Void) -> Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard !isStopping else { return false }
        jobs.append(last)
        isStopping = true
        pthread_cond_signal(wakeUp)
        return true
    }

    private func enqueue(_ job: @escaping @Sendable () -> Void) -> Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard !isStopping else { return false }
        jobs.append(job)
        pthread_cond_signal(wakeUp)
        return true
    }

    private func work() {
        while let job = nextJob() { job() }
    }

    private func nextJob() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while jobs.isEmpty {
            if isStopping { return nil }
            pthread_cond_wait(wakeUp, lock)
        }
        return jobs.removeFirst()
    }

    /// Starts a thread that nobody waits for. Answers 0, or the system's error number when there is none left.
    static func detach(_ body: @escaping @Sendable () -> Void) -> Int32 {
        final class Start: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Signals belong to the threads that handle them; the new thread inherits this mask.
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        if code != 0 { start.release() }
        return code
    }
}
