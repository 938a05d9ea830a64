import GRDB
package import OrchModel

/// A SQLite database in memory whose transactions run on the calling thread, one after the other: what a simulation
/// needs, in which nothing may depend on threads.
package struct MemoryDatabase: Sendable {
    /// What a store hears of its transactions; an error ends the call with it.
    package struct Watch: Sendable {
        /// Before one begins; nothing of it is done where this throws.
        package var willBegin: @Sendable () throws -> Void
        /// Once one that writes is committed; the states that runs entered by it, in order.
        package var didCommit: @Sendable (_ entered: [(run: Identifier, state: StateType)]) throws -> Void

        /// A watch.
        package init(
            willBegin: @escaping @Sendable () throws -> Void,
            didCommit: @escaping @Sendable ([(run: Identifier, state: StateType)]) throws -> Void
        ) {
            self.willBegin = willBegin
            self.didCommit = didCommit
        }
    }

    private let queue: DatabaseQueue

    /// An empty database with the tables of this version.
    package init() throws {
        queue = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        for (name, sql) in StoreSchema.migrations { migrator.registerMigration(name) { try $0.execute(sql: sql) } }
        try migrator.migrate(queue)
    }

    /// Removes every row but that of the passes of retention, which is there from the start.
    package func clear() throws {
        try queue.write { db in
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema
                    WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                        AND name NOT IN ('grdb_migrations', 'retention_pass')
                    """)
            // Children go with their parents, or refer to none.
            for table in tables where table != "work_queue" { try db.execute(sql: "DELETE FROM \(table)") }
            try db.execute(sql: "DELETE FROM work_queue WHERE name <> 'default'")
            try db.execute(sql: "UPDATE work_queue SET priority = 0, paused_at = NULL, paused_by = NULL")
        }
    }

    /// Removes runs that have ended, with all that is of them.
    package func removeEnded() throws {
        try queue.write { try $0.execute(sql: "DELETE FROM flow_run WHERE ended_at IS NOT NULL") }
    }

    /// A store over this database; any number of them may share it.
    ///
    /// - Parameters:
    ///   - identity: the identity of a store that has none yet.
    ///   - watch: hears of its transactions. Defaults to nobody, who costs nothing.
    package func store(identity: Identifier, watch: Watch? = nil) throws -> RelationalStore {
        let identity = try queue.write { try RelationalStore.identity(orNew: identity, SQLiteSession(db: $0)) }
        return RelationalStore(
            database: Inline(queue: queue, watch: watch), identity: identity,
            logLimit: RelationalStore.defaultLogLimit)
    }

    private struct Inline: SQLDatabase {
        let queue: DatabaseQueue
        let watch: Watch?

        func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
            try watch?.willBegin()
            // Nobody else is there to be kept out; GRDB's own read would have every statement prepared anew.
            return try synchronously { try $0.unsafeRead { try body(SQLiteSession(db: $0)) } }
        }

        func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value
        {
            guard let watch else { return try synchronously { try $0.write { try body(SQLiteSession(db: $0)) } } }
            try watch.willBegin()
            let (value, entered) = try synchronously { queue in
                try queue.write { db in
                    let last = try Self.lastState(db)
                    let value = try body(SQLiteSession(db: db))
                    return (value, try Self.lastState(db) == last ? [] : try Self.entered(after: last, db))
                }
            }
            try watch.didCommit(entered)
            return value
        }

        /// Picks GRDB's functions that do not suspend.
        private func synchronously<Value>(_ body: (DatabaseQueue) throws -> Value) rethrows -> Value {
            try body(queue)
        }

        private static func lastState(_ db: Database) throws -> Int64 {
            try Int64.fetchOne(try db.cachedStatement(sql: "SELECT max(position) FROM run_state")) ?? 0
        }

        private static func entered(
            after position: Int64, _ db: Database
        ) throws -> [(run: Identifier, state: StateType)] {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT flow_run.id, run_state.type FROM run_state JOIN flow_run ON flow_run.number = run_state.run
                    WHERE position > ? ORDER BY position
                    """)
            return try Row.fetchAll(statement, arguments: [position]).compactMap { row in
                guard let run = Identifier(row[0] as String), let state = StateType(rawValue: row[1]) else {
                    return nil
                }
                return (run, state)
            }
        }

        func structuralProblems() -> [String] { [] }
        func giveBackSpace() -> SpaceReturn { SpaceReturn(bytes: 0, hasMore: false) }
        /// What is announced would have to reach other processes: here no hint ever does.
        var isShared: Bool { false }
        func announce(_ texts: [String]) {}
        func announcements(_ body: @escaping @Sendable ([String]) -> Void) {}
        func close() {}
    }
}
