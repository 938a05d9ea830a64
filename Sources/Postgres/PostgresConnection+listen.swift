import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PostgresConnection {
    /// Gives `body` the payload of each notification of a channel, in the order they come, until the task is cancelled.
    ///
    /// The connection serves for nothing else meanwhile. See <https://www.postgresql.org/docs/current/sql-listen.html>.
    ///
    /// - Parameter body: is called on the connection's own thread.
    /// - Throws: `connectionLost` when the connection breaks, `server` where LISTEN is refused, `cancelled`.
    package func listen(to channel: String, _ body: @escaping @Sendable (String) -> Void) async throws {
        let statement = "LISTEN \(Self.quoted(channel))"
        try await query(statement)
        try await run(statement) { session, cancellation in
            session.notifications(statement, cancellation, body)
        }
    }
}

extension LibpqSession {
    /// Reads notifications until the statement is cancelled.
    fileprivate func notifications(
        _ statement: String, _ cancellation: StatementCancellation, _ body: (String) -> Void
    ) -> Result<Void, PostgresError> {
        while true {
            guard connection != nil else { return .failure(.closed) }
            while let notification = PQnotifies(connection) {
                body(String(cString: notification.pointee.extra))
                PQfreemem(notification)
            }
            if cancellation.isCancelled { return .failure(.cancelled(statement: statement)) }
            switch wait(for: POLLIN) {
            case .ready:
                // At the end of the connection this reads nothing for ever, without an error.
                guard PQconsumeInput(connection) == 1, PQstatus(connection) == CONNECTION_OK else {
                    return .failure(lost(statement))
                }
            case .interrupted, .timedOut: continue
            }
        }
    }
}
