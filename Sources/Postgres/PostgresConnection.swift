import Synchronization

/// A connection to a PostgreSQL server. It runs one statement at a time, on a thread of its own; a second statement
/// meanwhile fails with `busy`. Cancelling the surrounding task stops the statement on the server. The connection is
/// closed by `close()`, and for certain when the last reference goes.
package final class PostgresConnection: Sendable {
    private let session: LibpqSession
    private let thread: ConnectionThread
    private let isBusy = Mutex(false)

    /// Connects.
    /// - Throws: `refused`, `unknownHost`, `connectTimeout`, `authenticationFailed`, `unknownDatabase`,
    ///   `connectFailed`, or `cancelled`.
    package static func connect(
        _ configuration: PostgresConfiguration
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = try PostgresConnection()
        try await connection.run("connecting to \(configuration)") { session, cancellation in
            session.connect(configuration, cancellation)
        }
        return connection
    }

    /// Connects, lets `body` work and closes, however `body` ends.
    /// - Throws: what connecting or `body` throws.
    package static func with<Value>(
        _ configuration: PostgresConfiguration, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connect(configuration)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    private init() throws(PostgresError) {
        session = LibpqSession(try Interrupt())
        thread = try ConnectionThread()
    }

    deinit {
        let session = session
        thread.stop { session.close() }
    }

    /// Closes the connection once the running statement has ended. Safe to repeat.
    package func close() async {
        let session = session
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isFirst = thread.stop {
                session.close()
                continuation.resume()
            }
            if !isFirst { continuation.resume() }
        }
    }

    /// Runs one statement with parameters `$1`, `$2`, …, or several statements without parameters, and returns the
    /// last result. Values travel as text.
    /// - Throws: `server` when the server refuses, `connectionLost`, `cancelled`, `busy`, `closed`.
    @discardableResult
    package func query(_ sql: String, _ parameters: [String?] = []) async throws(PostgresError) -> PostgresResult {
        try await run(sql) { session, cancellation in session.execute(sql, parameters, cancellation) }
    }

    /// Runs a statement to its end even if the task was cancelled, for what must be put in order again.
    @discardableResult
    package func queryDespiteCancellation(_ sql: String) async throws(PostgresError) -> PostgresResult {
        try await run(sql, isCancellable: false) { session, _ in session.execute(sql, [], nil) }
    }

    /// Runs a `COPY … FROM STDIN` with the bytes that `next` yields, until it yields nil. If `next` throws or the task is
    /// cancelled, no row is kept.
    /// - Parameter next: is called on the connection's own thread, which it may block; each time only once the bytes
    ///   before were sent. Whoever cancels the task must see to it that a call that blocks ends, too.
    /// - Returns: the number of rows.
    /// - Throws: `copySource` with the error of `next`, `cancelled`, or as `query`.
    package func copyIn(
        _ sql: String, next: @escaping @Sendable () throws -> [UInt8]?
    ) async throws(PostgresError) -> Int {
        try await run(sql) { session, cancellation in session.copy(sql, cancellation, next: next) }
    }

    /// Runs `body` between BEGIN and COMMIT; if it throws, or the task is cancelled, between BEGIN and ROLLBACK.
    /// - Parameter begin: the statements that begin the transaction. Defaults to `BEGIN`.
    /// - Throws: what `body` throws, or the error of BEGIN or COMMIT.
    @discardableResult
    package func transaction<Value>(
        _ begin: String = "BEGIN", _ body: () async throws -> Value
    ) async throws -> Value {
        try await query(begin)
        do {
            let value = try await body()
            let committed = try await query("COMMIT")
            // A transaction that has failed is rolled back by COMMIT, which is no error to the server.
            guard committed.command == "COMMIT" else {
                throw PostgresError.unexpectedAnswer(statement: "COMMIT", got: committed.command)
            }
            return value
        } catch {
            // If even this fails the connection is broken, and the server rolls back by itself.
            _ = try? await queryDespiteCancellation("ROLLBACK")
            throw error
        }
    }

    func run<Value: Sendable>(
        _ statement: String, isCancellable: Bool = true,
        _ body: @escaping @Sendable (LibpqSession, StatementCancellation) -> Result<Value, PostgresError>
    ) async throws(PostgresError) -> Value {
        if isCancellable, Task.isCancelled { throw .cancelled(statement: statement) }
        let isFree = isBusy.withLock { busy in
            defer { busy = true }
            return !busy
        }
        guard isFree else { throw .busy(statement: statement) }
        defer { isBusy.withLock { $0 = false } }
        let cancellation = StatementCancellation(session.interrupt)
        let (session, thread) = (session, thread)
        let outcome = await withTaskCancellationHandler {
            await Self.outcome { () async throws(PostgresError) in
                try await thread.run { body(session, cancellation) }
            }
        } onCancel: {
            if isCancellable { cancellation.cancel() }
        }
        return try outcome.get()
    }

    private static func outcome<Value>(
        _ body: () async throws(PostgresError) -> Value
    ) async -> Result<Value, PostgresError> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

extension PostgresConnection {
    /// A name as SQL takes it whatever it holds: in double quotes, inner ones doubled.
    /// https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    package static func quoted(_ identifier: String) -> String {
        "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A text as an SQL literal.
    package static func quoted(literal text: String) -> String {
        let quotes = text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        // With a backslash inside, the escape form means the same whatever standard_conforming_strings says.
        guard text.contains("\\") else { return "'\(quotes)'" }
        return " E'" + quotes.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\") + "'"
    }
}
