import FoundationEssentials
import GRDB
import Glibc

extension SQLiteDatabase {
    func structuralProblems() async throws -> [String] {
        do {
            return try await pool.read { try Self.structuralProblems($0) }
        } catch let error as DatabaseError {
            return ["\(pool.path): \(error.message ?? "SQLite error \(error.resultCode.rawValue)")"]
        }
    }

    /// What SQLite finds wrong with the file, and rows that refer to none.
    private static func structuralProblems(_ db: Database) throws -> [String] {
        let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        let foreign = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row -> String in
            let (table, parent): (String?, String?) = (row[0], row[2])
            return "a row of \(table ?? "?") refers to a row of \(parent ?? "?") that is not there"
        }
        return integrity + foreign
    }
}

extension RelationalStore {
    /// Copies the SQLite database at `path`, which may be in use, into a new file.
    ///
    /// The copy is of one moment; it is written beside `target` and appears there whole. Its owner alone may read and
    /// write it, from its first byte on: it holds what the database holds.
    ///
    /// - Throws: ``StoreError/exists(path:)`` where there is a file already, ``StoreError/folder(path:)``,
    ///   ``StoreError/unusable(path:reason:)``, ``StoreError/full(path:)``, ``StoreError/damaged(path:reason:)``.
    package static func backUpSQLite(_ path: String, to target: String) async throws {
        try await SQLiteDatabase.offPool {
            try checkIsFile(path)
            guard !isFolder(target) else { throw StoreError.folder(path: target) }
            guard !FileManager.default.fileExists(atPath: target) else { throw StoreError.exists(path: target) }
            let partial = target + ".part"
            defer { removeFiles(partial) }
            do {
                removeFiles(partial)
                try makePrivateFile(partial, for: target)
                let source = try DatabaseQueue(path: path, configuration: readOnly)
                let copy = try DatabaseQueue(path: partial)
                try source.backup(to: copy)
                // One file, with no log beside it that could be left behind.
                try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
                try copy.close()
                try source.close()
            } catch let error as DatabaseError {
                throw SQLiteDatabase.storeError(error, path: target)
            }
            guard rename(partial, target) == 0 else {
                throw StoreError.unusable(path: target, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// Puts a backup in the place of the SQLite database at `path`, which nobody may use meanwhile.
    ///
    /// The backup is copied, checked and brought up to date first; the database that was there is kept beside it.
    ///
    /// - Returns: where the old database is now; nil where there was none.
    /// - Throws: ``StoreError/noBackup(path:reason:)`` where the backup is no sound database of ours,
    ///   ``StoreError/missing(path:)``, ``StoreError/folder(path:)``; then nothing has changed.
    package static func restoreSQLite(_ path: String, from backup: String, at: String) async throws -> String? {
        try checkIsFile(backup)
        let incoming = path + ".incoming"
        defer { removeFiles(incoming) }
        removeFiles(incoming)
        do {
            try await backUpSQLite(backup, to: incoming)
            guard try await isOurs(incoming) else {
                throw StoreError.noBackup(path: backup, reason: "it holds none of orch's tables")
            }
            let store = try await openSQLite(path: incoming)
            let problems = try await store.problems()
            try await store.close()
            guard problems.isEmpty else {
                throw StoreError.noBackup(path: backup, reason: problems.prefix(3).joined(separator: "; "))
            }
        } catch StoreError.damaged(_, let reason) {
            // Nobody knows the copy that was tried.
            throw StoreError.noBackup(path: backup, reason: reason)
        } catch let error as DatabaseError {
            throw StoreError.noBackup(path: backup, reason: error.message ?? "\(error.resultCode)")
        } catch StoreError.newerSchema(_, let unknown) {
            throw StoreError.newerSchema(path: backup, unknown: unknown)
        }
        let kept = "\(path).before-restore-\(at)"
        let hadOne = FileManager.default.fileExists(atPath: path)
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            guard rename(path + suffix, kept + suffix) == 0 else {
                throw StoreError.unusable(path: path + suffix, reason: String(cString: strerror(errno)))
            }
        }
        guard rename(incoming, path) == 0 else {
            throw StoreError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        return hadOne ? kept : nil
    }

    /// Opens the SQLite database at `path` to look at it: nothing in it is changed, its schema neither.
    ///
    /// - Returns: the store, and the migrations that it lacks.
    /// - Throws: ``StoreError/foreign(path:)`` where it is not one of ours, and what
    ///   ``openSQLite(path:newIdentity:logLimit:)`` throws.
    package static func lookAtSQLite(_ path: String) async throws -> (store: RelationalStore, missing: [String]) {
        try checkIsFile(path)
        return try await SQLiteDatabase.offPool {
            do {
                let pool = try DatabasePool(path: path, configuration: readOnly)
                guard try pool.read(isOurs) else { throw StoreError.foreign(path: path) }
                let missing = try missingMigrations(pool, path: path)
                let identity = try pool.read { try Self.identity(SQLiteSession(db: $0)) }
                let database = SQLiteDatabase(pool: pool)
                return (RelationalStore(database: database, identity: identity, logLimit: defaultLogLimit), missing)
            } catch let error as DatabaseError {
                throw SQLiteDatabase.storeError(error, path: path)
            }
        }
    }

    /// Whether a database was made by orch: an empty file is a sound one too, and would be filled with empty tables.
    private static func isOurs(_ db: Database) throws -> Bool {
        try db.tableExists("store") && db.tableExists("flow_run")
    }

    private static func isOurs(_ path: String) async throws -> Bool {
        try await SQLiteDatabase.offPool {
            let queue = try DatabaseQueue(path: path, configuration: readOnly)
            defer { try? queue.close() }
            return try queue.read(isOurs)
        }
    }

    private static func checkIsFile(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { throw StoreError.missing(path: path) }
        guard !isFolder(path) else { throw StoreError.folder(path: path) }
        // Opening a pipe would wait for somebody who writes to it.
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw StoreError.noFile(path: path) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    /// Makes an empty file of mode 0600; SQLite gives the files beside a database the same mode.
    private static func makePrivateFile(_ path: String, for target: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.unusable(path: target, reason: String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
    }

    private static var readOnly: Configuration {
        var settings = Configuration()
        settings.readonly = true
        settings.busyMode = .timeout(5)
        return settings
    }

    private static func removeFiles(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }
}
