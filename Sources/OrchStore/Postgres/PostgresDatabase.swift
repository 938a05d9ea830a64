package import OrchModel
import Postgres

/// A database of a PostgreSQL server, which several controllers may share.
struct PostgresDatabase: SQLDatabase {
    /// How often a transaction is tried that the server could not order among others, or whose connection had broken: after
    /// a restart of the server all that are idle have, and each is found out once.
    private static let tries = 10

    let pool: PostgresPool
    /// Where it is, for messages; without a password.
    let address: String

    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await transaction("BEGIN", body)
    }

    func close() async { await pool.close() }

    /// The server checks its own pages.
    func structuralProblems() -> [String] { [] }

    var isShared: Bool { true }

    /// The channel on which controllers tell each other what changed; each schema has one of its own.
    private static let channel = "'orch_' || md5(current_schema())"
    /// A notification holds less than 8,000 bytes.
    /// https://www.postgresql.org/docs/current/sql-notify.html
    private static let longestPayload = 7_900

    func announce(_ texts: [String]) async throws {
        for payload in Self.payloads(texts) {
            try await pool.withConnection { connection in
                try await connection.perform("an announcement") { statements in
                    _ = try statements.execute("SELECT pg_notify(\(Self.channel), $1)", [.text(payload)])
                }
            }
        }
    }

    func announcements(_ body: @escaping @Sendable ([String]) -> Void) async throws {
        try await PostgresConnection.with(pool.configuration) { connection in
            let channel = try await connection.query("SELECT \(Self.channel)").firstValue ?? "orch"
            try await connection.listen(to: channel) { payload in
                body(payload.split(separator: "\n").map(String.init))
            }
        }
    }

    /// The texts a line each, in as few payloads as hold them; one that is too long for any is left out.
    static func payloads(_ texts: [String]) -> [String] {
        var payloads: [String] = []
        for text in texts where text.utf8.count <= longestPayload {
            if let last = payloads.last, last.utf8.count + 1 + text.utf8.count <= longestPayload {
                payloads[payloads.count - 1] = last + "\n" + text
            } else {
                payloads.append(text)
            }
        }
        return payloads
    }

    private func transaction<Value: Sendable>(
        _ begin: String, _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        var tried = 1
        while true {
            do {
                return try await pool.withConnection { connection in
                    try await connection.perform("a transaction") { try Self.run(begin, body, $0) }
                }
            } catch let error as PostgresError {
                let mayPass = Self.isPassing(error) || Self.isLost(error)
                guard mayPass, tried < Self.tries else { throw Self.storeError(error, address) }
                tried += 1
            } catch let error as Undecided {
                throw StoreError.unavailable(
                    address: address,
                    reason: "it broke off while a change was committed, which may have been kept: \(error.cause)")
            }
        }
    }

    /// The connection broke while a change was committed: nobody here knows whether it was.
    private struct Undecided: Error {
        var cause: PostgresError
    }

    private static func run<Value>(
        _ begin: String, _ body: (any SQLSession) throws -> Value, _ statements: PostgresStatements
    ) throws -> Value {
        let session = PostgresSession(statements: statements, begin: begin)
        let value: Value
        do {
            value = try body(session)
        } catch {
            try rollBack(after: error, statements)
            throw error
        }
        do throws(PostgresError) {
            try session.commit()
        } catch {
            switch error {
            case .server: break
            // What was stopped came before the commit.
            case .cancelled(let statement) where statement != PostgresSession.commit: break
            default: throw Undecided(cause: error)
            }
            try rollBack(after: error, statements)
            throw error
        }
        return value
    }

    /// Ends a transaction that has failed. Where that fails too the connection is broken, and the server does it by itself.
    private static func rollBack(after error: any Error, _ statements: PostgresStatements) throws {
        do { try statements.runDespiteCancellation("ROLLBACK") } catch let broken {
            throw error is StoreError ? error : broken
        }
    }

    /// Serialization failures and deadlocks: the same transaction may succeed at once.
    private static func isPassing(_ error: PostgresError) -> Bool {
        guard case .server(let refusal) = error else { return false }
        return ["40001", "40P01"].contains(refusal.sqlState)
    }

    /// The server went away before anything was committed, such as in a restart: an idle connection tells it late.
    private static func isLost(_ error: PostgresError) -> Bool {
        switch error {
        case .connectionLost, .closed: true
        case .server(let refusal): ["57P01", "57P02"].contains(refusal.sqlState)
        default: false
        }
    }

    /// What the server or libpq says in words about the store.
    static func storeError(_ error: PostgresError, _ address: String) -> any Error {
        if case .cancelled = error { return CancellationError() }
        if case .server(let refusal) = error {
            if refusal.sqlState.hasPrefix("53") { return StoreError.full(path: address) }
            guard ["57P01", "57P02", "57P03"].contains(refusal.sqlState) else { return error }
        }
        return StoreError.unavailable(address: address, reason: "\(error)")
    }
}

extension RelationalStore {
    /// Opens a database of a PostgreSQL server and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - url: `postgresql://user:password@host:port/database`, or libpq's keywords and values. What is missing comes
    ///     from the environment, as in every libpq program.
    ///   - connections: at most so many at a time. Defaults to 8.
    ///   - newIdentity: the identity a new store gets.
    ///   - logLimit: bytes of messages that the log of a run may have. Defaults to 1 GiB.
    /// - Throws: ``StoreError/newerSchema(path:unknown:)`` where a newer orch wrote it,
    ///   ``StoreError/unavailable(address:reason:)`` where it cannot be reached, `PostgresError` where the URL cannot be
    ///   read or the server refuses.
    package static func openPostgres(
        url: String, connections: Int = 8, newIdentity: Identifier = .new(), logLimit: Int64 = defaultLogLimit
    ) async throws -> RelationalStore {
        let (configuration, address) = try patient(url)
        return try await opened(PostgresPool(configuration, limit: connections), address) { pool in
            let identity = try await pool.withConnection { connection in
                try await connection.perform("the migration of \(address)") {
                    try PostgresMigrator(statements: $0, address: address).migrate(newIdentity: newIdentity)
                }
            }
            let store = RelationalStore(
                database: PostgresDatabase(pool: pool, address: address), identity: identity, logLimit: logLimit)
            try await store.moveLogRecords()
            return store
        }
    }

    /// Opens a PostgreSQL database to look at it: nothing in it is changed, its schema neither.
    ///
    /// - Returns: the store, and the migrations that it lacks.
    /// - Throws: ``StoreError/foreign(path:)`` where it is not one of ours, and what
    ///   ``openPostgres(url:connections:newIdentity:logLimit:)`` throws.
    package static func lookAtPostgres(url: String) async throws -> (store: RelationalStore, missing: [String]) {
        let (configuration, address) = try patient(url)
        return try await opened(PostgresPool(configuration, limit: 1), address) { pool in
            let (identity, missing) = try await pool.withConnection { connection in
                try await connection.perform("a look at \(address)") {
                    try PostgresMigrator(statements: $0, address: address).look()
                }
            }
            let database = PostgresDatabase(pool: pool, address: address)
            return (RelationalStore(database: database, identity: identity, logLimit: defaultLogLimit), missing)
        }
    }

    /// A database's configuration, and its address as it may be shown.
    private static func patient(_ url: String) throws -> (configuration: PostgresConfiguration, address: String) {
        var configuration = try PostgresConfiguration(url: url)
        // A server whose host has gone away says nothing: without these a statement would wait for it for hours.
        for (keyword, value) in [
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ] where configuration.keywords[keyword] == nil {
            configuration.keywords[keyword] = value
        }
        return (configuration, "\(configuration)")
    }

    /// What is made of a pool, which is closed where that fails.
    private static func opened<Value>(
        _ pool: PostgresPool, _ address: String, _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        do {
            return try await body(pool)
        } catch {
            await pool.close()
            guard let error = error as? PostgresError else { throw error }
            throw PostgresDatabase.storeError(error, address)
        }
    }
}
