import Dispatch
import GRDB
package import OrchModel

/// The store in one SQLite file beside the controller: WAL, one writer, many readers.
///
/// Statements run on the database's own threads and are kept prepared. A commit survives the end of the process; the
/// last ones may be lost when the whole machine loses its power (`synchronous = NORMAL`).
package final class SQLiteStore: Store {
    private let pool: DatabasePool
    private let identity: Identifier

    private init(pool: DatabasePool, identity: Identifier) {
        self.pool = pool
        self.identity = identity
    }

    /// Opens or makes the database at `path` and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - newIdentity: the identity a new store gets.
    /// - Throws: ``StoreError/newerSchema(path:unknown:)`` where a newer orch wrote it;
    ///   ``StoreError/unusable(path:reason:)`` where it cannot be opened or is no database.
    package static func open(path: String, newIdentity: Identifier = .new()) async throws -> SQLiteStore {
        try await offPool {
            do {
                let pool = try DatabasePool(path: path, configuration: settings)
                let identity = try SQLiteSchema.migrate(pool, path: path, newIdentity: newIdentity)
                return SQLiteStore(pool: pool, identity: identity)
            } catch let error as DatabaseError {
                throw StoreError.unusable(
                    path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
            }
        }
    }

    private static var settings: Configuration {
        var settings = Configuration()
        settings.label = "orch.store"
        settings.busyMode = .timeout(5)
        settings.maximumReaderCount = 4
        return settings
    }

    package func instance() -> Identifier { identity }

    package func close() async throws {
        let pool = pool
        try await Self.offPool { try pool.close() }
    }

    /// Runs `body` in a read transaction, beside others.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await pool.read(body)
    }

    /// Runs `body` in a write transaction, one after the other; rolled back where it throws.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await pool.write(body)
    }

    /// Runs a blocking call on a thread that may block.
    private static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
