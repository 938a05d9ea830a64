package import OrchModel
import OrchStore

/// What is done to a controller's database outside of its service: migrate, back up, restore, check.
package struct DatabaseMaintenance: Sendable {
    /// The controller's data directory.
    package var dataDirectory: String
    /// The PostgreSQL database that takes the place of the directory's SQLite file; nil where none does.
    package var databaseURL: Secret?

    package init(dataDirectory: String, databaseURL: Secret?) {
        self.dataDirectory = dataDirectory
        self.databaseURL = databaseURL
    }

    private var path: String { "\(dataDirectory)/\(DataDirectory.databaseName)" }

    /// Brings the schema up to date, as every start of a controller does. Nothing happens where it is.
    package func migrate() async throws {
        try await open().close()
    }

    /// What is wrong with what the database holds, a sentence for each; empty where nothing is.
    package func problems() async throws -> [String] {
        let store: RelationalStore
        do { store = try await open() } catch let error as StoreError {
            // What cannot even be opened is what this looks for.
            guard case .damaged = error else { throw error }
            return ["\(error)"]
        }
        let problems: [String]
        do { problems = try await store.problems() } catch {
            try await store.close()
            throw error
        }
        try await store.close()
        return problems
    }

    /// Writes the SQLite database anew without its free space; no controller may run on it.
    ///
    /// - Returns: its size before and after, in bytes.
    /// - Throws: ``OrchServerError/inUse(path:)`` while a controller runs.
    package func compact() async throws -> (before: Int64, after: Int64) {
        guard databaseURL == nil else {
            throw OrchServerError.elsewhere("vacuumdb --full --dbname \"$ORCH_DATABASE_URL\"")
        }
        guard DataDirectory.holdsFile(path) else { throw StoreError.missing(path: path) }
        return try await DataDirectory.exclusively(dataDirectory) { try await RelationalStore.compactSQLite(path) }
    }

    /// Copies the database, which may be in use, into a new file.
    ///
    /// - Throws: ``OrchServerError/elsewhere(_:)`` for PostgreSQL, which has tools of its own.
    package func backUp(to target: String) async throws {
        guard databaseURL == nil else {
            throw OrchServerError.elsewhere("pg_dump --format=custom --file FILE --dbname \"$ORCH_DATABASE_URL\"")
        }
        try await RelationalStore.backUpSQLite(path, to: target)
    }

    /// Puts a backup in the place of the database; no controller may run on it.
    ///
    /// - Returns: where the old database is now; nil where there was none.
    /// - Throws: ``OrchServerError/inUse(path:)`` while a controller runs.
    package func restore(from backup: String, at: Timestamp) async throws -> String? {
        guard databaseURL == nil else {
            throw OrchServerError.elsewhere(
                "pg_restore --clean --if-exists --single-transaction --dbname \"$ORCH_DATABASE_URL\" FILE")
        }
        return try await DataDirectory.exclusively(dataDirectory) {
            try await RelationalStore.restoreSQLite(path, from: backup, at: "\(at.microseconds)")
        }
    }

    private func open() async throws -> RelationalStore {
        if let databaseURL { return try await RelationalStore.openPostgres(url: databaseURL.reveal(), connections: 1) }
        guard DataDirectory.holdsFile(path) else { throw StoreError.missing(path: path) }
        return try await RelationalStore.openSQLite(path: path)
    }
}
