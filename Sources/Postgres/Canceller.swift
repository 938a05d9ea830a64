import CLibpq
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Waits on behalf of one statement; once the statement is cancelled, asks the server to stop it and then gives it a
/// limited time to do so.
struct Canceller {
    private let session: LibpqSession
    private let cancellation: StatementCancellation?
    private var request: CancelRequest?
    private var deadline: ContinuousClock.Instant?
    private var hasTimedOut = false

    /// - Parameter deadline: when to give up even without a cancellation. Defaults to never.
    init(
        session: LibpqSession, cancellation: StatementCancellation?, deadline: ContinuousClock.Instant? = nil
    ) {
        self.session = session
        self.cancellation = cancellation
        self.deadline = deadline
    }

    /// Whether the server was asked to stop.
    var wasSent: Bool { request != nil }

    /// Waits for the socket. Answers false when the statement did not end in time after it was cancelled.
    mutating func wait(for events: Int32) -> Bool {
        while true {
            if cancellation?.isCancelled == true, request == nil { send() }
            switch session.wait(for: events, until: deadline) {
            case .ready: return true
            case .interrupted: continue
            case .timedOut:
                hasTimedOut = true
                return false
            }
        }
    }

    /// Waits until a request to cancel has left, so that it cannot hit the next statement.
    mutating func settle() -> Bool {
        while let request, !request.isFinished {
            if case .timedOut = session.wait(for: 0, until: deadline) {
                hasTimedOut = true
                return false
            }
        }
        return true
    }

    /// The error after a wait or a read that failed; the connection is closed.
    func failure(_ sql: String) -> PostgresError {
        if hasTimedOut {
            session.close()
            return .cancelled(statement: sql)
        }
        return session.lost(sql)
    }

    private mutating func send() {
        request = CancelRequest(session)
        deadline = ContinuousClock.now + session.cancelGrace
    }
}

/// A request to the server to stop the running statement, made on a thread of its own: it opens a connection, which
/// blocks. https://www.postgresql.org/docs/current/libpq-cancel.html
///
/// SAFETY: `handle` is a copy made by libpq for exactly this use from another thread; only that thread touches it.
final class CancelRequest: @unchecked Sendable {
    private let handle: OpaquePointer?
    private let finished = Mutex(false)

    init(_ session: LibpqSession) {
        handle = PQgetCancel(session.connection)
        let interrupt = session.interrupt
        let run: @Sendable () -> Void = { [self] in
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(handle, &message, Int32(message.count))
            finished.withLock { $0 = true }
            interrupt.signal()
        }
        if ConnectionThread.detach(run) != 0 { run() }
    }

    deinit { PQfreeCancel(handle) }

    var isFinished: Bool { finished.withLock { $0 } }
}
