import Dispatch
import GRDB
package import OrchModel

/// One SQLite file beside the controller: WAL, one writer, many readers. Writes that meet are committed together.
///
/// Statements run on the database's own threads and are kept prepared. A commit survives the end of the process; the
/// last ones may be lost when the whole machine loses its power (`synchronous = NORMAL`).
struct SQLiteDatabase: SQLDatabase {
    let pool: DatabasePool
    let writes: GroupCommit

    init(pool: DatabasePool) {
        self.pool = pool
        writes = GroupCommit(pool: pool)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await saying { try await pool.read { try body(SQLiteSession(db: $0)) } }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await saying { try await writes.write { try body(SQLiteSession(db: $0)) } }
    }

    /// The data directory is held by one controller.
    var isShared: Bool { false }
    func announce(_ texts: [String]) {}
    func announcements(_ body: @escaping @Sendable ([String]) -> Void) {}

    func close() async throws {
        let pool = pool
        try await Self.offPool { try pool.close() }
    }

    /// Turns what SQLite says of its file into words about the store.
    private func saying<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw Self.storeError(error, path: pool.path)
        }
    }

    static func storeError(_ error: DatabaseError, path: String) -> any Error {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL: return StoreError.full(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: return StoreError.locked(path: path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return StoreError.damaged(path: path, reason: reason)
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
            return StoreError.unusable(path: path, reason: reason)
        default: return error
        }
    }

    /// Runs a blocking call on a thread that may block.
    static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}

extension RelationalStore {
    /// Opens or makes the SQLite database at `path` and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - newIdentity: the identity a new store gets.
    ///   - logLimit: bytes of messages that the log of a run may have. Defaults to 1 GiB.
    /// - Throws: ``StoreError/newerSchema(path:unknown:)`` where a newer orch wrote it;
    ///   ``StoreError/damaged(path:reason:)`` where it is no database, ``StoreError/locked(path:)`` or
    ///   ``StoreError/unusable(path:reason:)`` where it cannot be opened.
    package static func openSQLite(
        path: String, newIdentity: Identifier = .new(), logLimit: Int64 = defaultLogLimit
    ) async throws -> RelationalStore {
        let store = try await SQLiteDatabase.offPool { () throws -> RelationalStore in
            do {
                let pool = try DatabasePool(path: path, configuration: settings)
                try migrate(pool, path: path)
                try SQLiteDatabase.trackFreePages(pool)
                let identity = try pool.write { try Self.identity(orNew: newIdentity, SQLiteSession(db: $0)) }
                return RelationalStore(
                    database: SQLiteDatabase(pool: pool), identity: identity, logLimit: logLimit)
            } catch let error as DatabaseError {
                throw SQLiteDatabase.storeError(error, path: path)
            }
        }
        try await store.moveLogRecords()
        return store
    }

    private static var settings: Configuration {
        var settings = Configuration()
        settings.label = "orch.store"
        settings.busyMode = .timeout(5)
        settings.maximumReaderCount = 4
        settings.prepareDatabase { db in
            // Counts for a new file only, and only before anything is written into it.
            if !db.configuration.readonly {
                try db.execute(sql: "PRAGMA auto_vacuum = \(SQLiteDatabase.incremental)")
            }
        }
        return settings
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        _ = try missingMigrations(pool, path: path)
        try migrator.migrate(pool)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (name, sql) in StoreSchema.migrations {
            migrator.registerMigration(name) { try $0.execute(sql: sql) }
        }
        return migrator
    }

    /// The migrations that a database lacks.
    ///
    /// - Throws: ``StoreError/newerSchema(path:unknown:)`` where it has others than ours.
    static func missingMigrations(_ pool: DatabasePool, path: String) throws -> [String] {
        let applied = try pool.read { try migrator.appliedIdentifiers($0) }
        return try StoreSchema.missing(from: applied, path: path)
    }
}
