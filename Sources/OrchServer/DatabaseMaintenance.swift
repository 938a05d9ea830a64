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

    /// What is wrong with what the database holds, a sentence for each; empty where nothing is. Nothing is changed, and the
    /// controller may run.
    package func problems() async throws -> [String] {
        let (store, missing): (RelationalStore, [String])
        do {
            (store, missing) = try await look()
        } catch let error as StoreError {
            // What cannot even be opened is what this looks for.
            switch error {
            case .damaged, .foreign: return ["\(error)"]
            default: throw error
            }
        }
        do {
            // The statements are those of a schema that is up to date.
            let problems =
                missing.isEmpty ? try await keyProblems(store) + store.problems() : [Self.outdated(missing)]
            try await store.close()
            return problems
        } catch {
            try await store.close()
            throw error
        }
    }

    private static func outdated(_ missing: [String]) -> String {
        "the schema is that of an older orch (it lacks \(missing.joined(separator: ", "))), so nothing more was looked at: "
            + "make a backup, bring it up to date with `orch database migrate`, and check again"
    }

    /// What is wrong with the key that the database's secrets are sealed with.
    private func keyProblems(_ store: RelationalStore) async throws -> [String] {
        let path = "\(dataDirectory)/\(DataDirectory.keyName)"
        guard let sealing = try await store.keyIdentifier() else { return [] }
        guard let text = try SecretFile(path: path).read() else {
            // A database server may be looked at from a host without a controller.
            guard databaseURL == nil else { return [] }
            return ["\(OrchServerError.keyLost(path: path))"]
        }
        guard try ServerKeys(text: text, path: path).identifier == sealing else {
            return ["\(OrchServerError.otherKey(path: path))"]
        }
        return []
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

    private func look() async throws -> (store: RelationalStore, missing: [String]) {
        if let databaseURL { return try await RelationalStore.lookAtPostgres(url: databaseURL.reveal()) }
        return try await RelationalStore.lookAtSQLite(path)
    }

    private func open() async throws -> RelationalStore {
        if let databaseURL { return try await RelationalStore.openPostgres(url: databaseURL.reveal(), connections: 1) }
        guard DataDirectory.holdsFile(path) else { throw StoreError.missing(path: path) }
        return try await RelationalStore.openSQLite(path: path)
    }
}
