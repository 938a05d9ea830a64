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
    /// The copy is of one moment; it is written beside `target` and appears there whole.
    ///
    /// - Throws: ``StoreError/exists(path:)`` where there is a file already, ``StoreError/unusable(path:reason:)``,
    ///   ``StoreError/full(path:)``, ``StoreError/damaged(path:reason:)``.
    package static func backUpSQLite(_ path: String, to target: String) async throws {
        try await SQLiteDatabase.offPool {
            guard FileManager.default.fileExists(atPath: path) else { throw StoreError.missing(path: path) }
            guard !FileManager.default.fileExists(atPath: target) else { throw StoreError.exists(path: target) }
            let partial = target + ".part"
            defer { removeFiles(partial) }
            do {
                removeFiles(partial)
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
    /// - Throws: ``StoreError/damaged(path:reason:)`` where the backup is no sound database of ours; then nothing has
    ///   changed.
    package static func restoreSQLite(_ path: String, from backup: String, at: String) async throws -> String? {
        guard FileManager.default.fileExists(atPath: backup) else { throw StoreError.missing(path: backup) }
        let incoming = path + ".incoming"
        defer { removeFiles(incoming) }
        removeFiles(incoming)
        try await backUpSQLite(backup, to: incoming)
        guard try await isOurs(incoming) else {
            throw StoreError.damaged(path: backup, reason: "it holds none of orch's tables")
        }
        let store = try await openSQLite(path: incoming)
        let problems = try await store.problems()
        try await store.close()
        guard problems.isEmpty else {
            throw StoreError.damaged(path: backup, reason: problems.prefix(3).joined(separator: "; "))
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

    /// Whether a database was made by orch: an empty file is a sound one too, and would be filled with empty tables.
    private static func isOurs(_ path: String) async throws -> Bool {
        try await SQLiteDatabase.offPool {
            let queue = try DatabaseQueue(path: path, configuration: readOnly)
            defer { try? queue.close() }
            return try queue.read { try $0.tableExists("store") && $0.tableExists("flow_run") }
        }
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
