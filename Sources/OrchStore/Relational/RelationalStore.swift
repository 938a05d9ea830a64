package import OrchModel
import Synchronization

/// The store in a relational database: what every operation means, said once for SQLite and PostgreSQL.
///
/// A transaction that changes a run holds the row of the run in whose container it is, so what belongs to one container
/// is changed by one transaction at a time, in any number of controllers.
package final class RelationalStore: Store {
    let database: any SQLDatabase
    private let identity: Identifier
    /// Bytes of messages that the log of a run may have.
    let logLimit: Int64
    /// Days, counted from 1970, whose logs have room.
    private let preparedDays = Mutex<Set<Int64>>([])
    /// Who hears of queues whose runs have their turn.
    private let bell = Mutex<(@Sendable (Set<String>) -> Void)?>(nil)

    init(database: any SQLDatabase, identity: Identifier, logLimit: Int64) {
        self.database = database
        self.identity = identity
        self.logLimit = logLimit
    }

    /// Bytes of messages that the log of a run may have where nobody says otherwise: 1 GiB.
    package static var defaultLogLimit: Int64 { LogAppender.defaultLimit }

    package func instance() -> Identifier { identity }

    package var isShared: Bool { database.isShared }

    package func clock() async throws -> Timestamp? {
        guard isShared else { return nil }
        return try await read { db in
            guard let sql = db.dialect.clock, let row = try db.row(sql) else { return nil }
            var reader = RowReader(row, table: "clock")
            return try reader.time()
        }
    }

    package func announce(_ texts: [String]) async throws { try await database.announce(texts) }

    package func announcements(_ body: @escaping @Sendable ([String]) -> Void) async throws {
        try await database.announcements(body)
    }

    package func close() async throws { try await database.close() }

    /// Makes room for the logs of runs that are made on a day: by itself, as a transaction that changes runs would hold up
    /// others, and they it.
    func prepareLogs(of day: Int64) async throws {
        guard isShared, !preparedDays.withLock({ $0.contains(day) }) else { return }
        try await write { try $0.prepareLogs(of: day) }
        preparedDays.withLock { _ = $0.insert(day) }
    }

    package func isSealed(withKey id: String) async throws -> Bool {
        try await write { db in
            try db.run("UPDATE store SET key_id = ? WHERE key_id IS NULL", [id])
            guard let row = try db.row("SELECT key_id FROM store") else { return false }
            var reader = RowReader(row, table: "store")
            return try reader.next() == id
        }
    }

    /// Which key the store's secrets are sealed with, by ``isSealed(withKey:)``'s word for it; nil where there was none yet.
    package func keyIdentifier() async throws -> String? {
        try await read { db in
            guard let row = try db.row("SELECT key_id FROM store") else { return nil }
            var reader = RowReader(row, table: "store")
            return try reader.optional()
        }
    }

    /// Runs `body` in a read transaction, beside others.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await database.read(body)
    }

    /// Runs `body` in a write transaction; rolled back where it throws. Tells of queues whose runs have their turn by it.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        let (value, woken) = try await database.write { db in
            let session = BellSession(db)
            return (try body(session), session.woken)
        }
        if !woken.isEmpty, let tell = bell.withLock({ $0 }) { tell(woken) }
        return value
    }

    package func whenWoken(_ body: @escaping @Sendable (Set<String>) -> Void) {
        bell.withLock { $0 = body }
    }

    /// The store's identity, made where there is none.
    static func identity(orNew new: Identifier, _ db: any SQLSession) throws -> Identifier {
        try db.run("INSERT INTO store (singleton, instance) VALUES (1, ?) ON CONFLICT DO NOTHING", ["\(new)"])
        return try identity(db)
    }

    /// The store's identity.
    static func identity(_ db: any SQLSession) throws -> Identifier {
        guard let row = try db.row("SELECT instance FROM store") else {
            throw StoreError.corrupt(table: "store", column: "instance", value: "no row")
        }
        var reader = RowReader(row, table: "store")
        return try reader.identifier()
    }
}
