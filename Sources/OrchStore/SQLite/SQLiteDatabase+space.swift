import GRDB

extension SQLiteDatabase {
    /// What is given back in one transaction, in bytes.
    private static let step: Int64 = 1 << 20

    /// Takes some free pages from the end of the file; where none is left, the log beside it is emptied too.
    ///
    /// A file that was made without `auto_vacuum` keeps its free pages for what comes, until it is compacted.
    func giveBackSpace() async throws -> SpaceReturn {
        do {
            return try await pool.writeWithoutTransaction { db in
                let page = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
                let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                guard try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == Self.incremental, free > 0 else {
                    // Readers that are at work keep it from being cut; a later pass does it.
                    do { try db.checkpoint(.truncate) } catch let error as DatabaseError {
                        guard error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED else {
                            throw error
                        }
                    }
                    return SpaceReturn(bytes: 0, hasMore: false)
                }
                try db.execute(sql: "PRAGMA incremental_vacuum(\(max(1, Self.step / page)))")
                let left = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                // The last step comes once more, for the log.
                return SpaceReturn(bytes: (free - left) * page, hasMore: free > left)
            }
        } catch let error as DatabaseError {
            throw Self.storeError(error, path: pool.path)
        }
    }

    /// `PRAGMA auto_vacuum`: free pages are kept in a list that allows to cut them off.
    static let incremental = 2

    /// Files of so many bytes are rewritten at once when they are opened, to have their free pages given back from then
    /// on: it takes a second or two.
    static let smallFile: Int64 = 64 << 20

    /// Has a small file that was made without it keep track of its free pages.
    static func trackFreePages(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            guard try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") != incremental else { return }
            let bytes = try Int64.fetchOne(
                db, sql: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            guard let bytes, bytes <= smallFile else { return }
            do { try compact(db) } catch let error as DatabaseError {
                // Somebody else reads it; the next start tries again.
                guard error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED else { throw error }
            }
        }
    }

    /// Writes the file anew without free pages.
    private static func compact(_ db: Database) throws {
        try db.execute(sql: "PRAGMA auto_vacuum = \(incremental)")
        try db.execute(sql: "VACUUM")
        try db.checkpoint(.truncate)
    }
}

extension RelationalStore {
    /// Writes the SQLite database at `path` anew without its free space, which is given back by itself from then on.
    ///
    /// Takes about as long as copying the file, and as much room beside it until it is done; nobody may use it meanwhile.
    ///
    /// - Returns: the file's size before and after, in bytes.
    package static func compactSQLite(_ path: String) async throws -> (before: Int64, after: Int64) {
        try await SQLiteDatabase.offPool {
            do {
                let queue = try DatabaseQueue(path: path)
                defer { try? queue.close() }
                return try queue.writeWithoutTransaction { db in
                    func size() throws -> Int64 {
                        try Int64.fetchOne(
                            db, sql: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()") ?? 0
                    }
                    let before = try size()
                    try db.execute(sql: "PRAGMA auto_vacuum = \(SQLiteDatabase.incremental)")
                    try db.execute(sql: "VACUUM")
                    return (before, try size())
                }
            } catch let error as DatabaseError {
                throw SQLiteDatabase.storeError(error, path: path)
            }
        }
    }
}
