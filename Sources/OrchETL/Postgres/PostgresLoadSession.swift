import Postgres

/// The steps of one load, on one connection and in one transaction.
struct PostgresLoadSession {
    /// Rows that are in the database and that nobody else sees yet.
    struct Staged {
        /// Where, as SQL.
        let place: String
        /// The names of their columns there, which are those of the table.
        let columns: [String]
        /// Where they lie in a table that can become the month's partition.
        let partition: PostgresPartition?
        let rows: Int
    }

    /// What became of the table.
    struct Published {
        var rowsReplaced = 0
        var columnsAdded: [String] = []
    }

    let connection: PostgresConnection
    let table: PostgresTable
    /// The table, as people write it.
    let shown: String
    let mode: WriteMode
    let locks: PostgresLocks

    private var catalog: PostgresCatalog { PostgresCatalog(connection: connection) }

    /// What each load begins with, whatever the server's or the role's settings are: every statement sees what was
    /// committed before it, and the bounds of partitions are printed as we compare them.
    ///
    /// After 15 s of silence the server asks whether we are there, and gives us up 15 s later. A container that is killed goes
    /// with its network, so that nobody may tell the server, which would hold the month's lock for two hours otherwise.
    static let begin = """
        BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL DateStyle TO 'ISO, YMD'; \
        SET LOCAL tcp_keepalives_idle = 15; SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 3
        """

    private var ledger: PostgresLedger {
        PostgresLedger(connection: connection, table: table.name, month: table.month, locks: locks)
    }

    /// Waits for other loads of the same month; the turn ends with the transaction.
    func takeTurn() async throws {
        try await locks.turn(of: table.name, table.month, shownAs: shown)
    }

    /// The load of a source that still counts, where there is one: since then the month was not replaced, and has rows.
    func earlier(source: String) async throws -> PostgresLedger.Earlier? {
        guard let earlier = try await ledger.earlier(source: source), let relation = try await relation() else {
            return nil
        }
        let month = PostgresConnection.quoted(try PostgresFit(table, in: relation, shownAs: shown).fileMonth)
        let isThere = try await glance(
            "SELECT EXISTS (SELECT FROM \(relation.name.sql) WHERE \(month) = DATE \(table.monthLiteral))")
        return isThere == "t" ? earlier : nil
    }

    /// A query's first value; the locks that it needs are given back.
    private func glance(_ sql: String) async throws -> String? {
        try await connection.query("SAVEPOINT orch_glance")
        let value = try await connection.query(sql).firstValue
        try await connection.query("ROLLBACK TO SAVEPOINT orch_glance; RELEASE SAVEPOINT orch_glance")
        return value
    }

    /// The table as it is now, or nil.
    private func relation() async throws -> PostgresRelation? {
        try await catalog.relation(table.name, month: table.month, shownAs: shown)
    }

    /// Copies rows into a place of their own: a table that can become the month's partition where that is possible, else
    /// a temporary one. No lock of the table itself is held, so that loads of several months do not meet.
    /// - Parameters:
    ///   - mark: tells this load's table from others'.
    ///   - next: the rows as binary COPY, as `PostgresConnection.copyIn` wants them.
    func stage(
        mark: String, _ next: @escaping @Sendable () throws -> [UInt8]?
    ) async throws -> Staged {
        let relation = try await relation()
        let fit = try relation.map { try PostgresFit(table, in: $0, shownAs: shown) }
        let columns = (fit?.names ?? table.columns.map(\.name)).map { PostgresConnection.quoted($0) }
        guard relation?.takesPartition(in: mode) ?? true else {
            let definitions = zip(columns, table.columns).map { "\($0) \($1.type)" }
            try await connection.query(
                "CREATE TEMPORARY TABLE orch_staging (\(definitions.joined(separator: ", "))) ON COMMIT DROP")
            let rows = try await copy(to: "pg_temp.orch_staging", columns, next)
            return Staged(place: "pg_temp.orch_staging", columns: columns, partition: nil, rows: rows)
        }
        let partition = PostgresPartition(of: table, mark: mark)
        var checks: [String] = []
        if let relation { checks = try await catalog.checks(of: relation.id) }
        try await connection.query(
            partition.creation(like: relation, additions: fit?.additions ?? [], checks: checks))
        // Nobody can have seen the table without them, so rows may be as if they had always been there: a transaction
        // that began before us and comes to the table after us finds the month's rows, not a month without any.
        let rows = try await copy(to: partition.name.sql, columns, next, options: ", FREEZE")
        if let relation {
            for statement in try await catalog.companions(of: relation, for: partition.name) {
                try await connection.query(statement)
            }
        }
        return Staged(place: partition.name.sql, columns: columns, partition: partition, rows: rows)
    }

    private func copy(
        to place: String, _ columns: [String], _ next: @escaping @Sendable () throws -> [UInt8]?, options: String = ""
    ) async throws -> Int {
        do {
            return try await connection.copyIn(
                "COPY \(place) (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary\(options))", next: next)
        } catch PostgresError.copySource(let error) {
            // What is wrong is the file, not the database.
            throw error
        }
    }

    /// Brings staged rows into the table and writes the load down. What others see changes with the transaction's end,
    /// all at once.
    func publish(_ staged: Staged, source: String, run: String?) async throws -> Published {
        try await ledger.record(source: source, run: run, mode: mode, rows: staged.rows)
        try await locks.shape(of: table.name, shownAs: shown)
        // It may have been made or changed since.
        if try await relation() == nil { try await connection.query(table.creation) }
        guard let relation = try await relation() else { throw ETLError.notATable(shown) }
        let fit = try PostgresFit(table, in: relation, shownAs: shown)
        var published = Published(columnsAdded: fit.additions.map(\.name))
        if let partition = staged.partition, relation.takesPartition(in: mode) {
            published.rowsReplaced = try await exchange(partition, in: relation, fit)
        } else {
            published.rowsReplaced = try await insert(staged, into: relation, fit)
        }
        return published
    }

    private func exchange(
        _ partition: PostgresPartition, in relation: PostgresRelation, _ fit: PostgresFit
    ) async throws -> Int {
        var replaced = 0
        if let old = relation.partition?.name {
            let count = try await glance("SELECT count(*) FROM ONLY \(old.sql)")
            replaced = count.flatMap { Int($0) } ?? 0
        }
        let isTaken = try await catalog.exists(partition.finalName)
        let isNameFree = !isTaken || relation.partition?.name == partition.finalName
        let isQuiet = relation.partition == nil && fit.additions.isEmpty
        try await locks.run(
            partition.exchange(in: relation, additions: fit.additions, isNameFree: isNameFree),
            locking: [relation.name, relation.partition?.name].compactMap(\.self),
            besides: isQuiet ? ["AccessShareLock", "RowShareLock", "RowExclusiveLock"] : [], shownAs: shown)
        return replaced
    }

    private func insert(
        _ staged: Staged, into relation: PostgresRelation, _ fit: PostgresFit
    ) async throws -> Int {
        let name = relation.name.sql
        if fit.additions.isEmpty {
            try await locks.run(
                "LOCK TABLE ONLY \(name) IN ROW EXCLUSIVE MODE", locking: [relation.name],
                besides: ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"],
                shownAs: shown)
        } else {
            try await locks.run(
                "LOCK TABLE \(name) IN ACCESS EXCLUSIVE MODE; \(PostgresPartition.widening(name, fit.additions))",
                locking: [relation.name], shownAs: shown)
        }
        var replaced = 0
        if mode == .replaceMonth {
            let month = PostgresConnection.quoted(fit.fileMonth)
            replaced = try await connection.query(
                "DELETE FROM \(name) WHERE \(month) = DATE \(table.monthLiteral)"
            ).affectedRows
        }
        let columns = fit.names.map { PostgresConnection.quoted($0) }.joined(separator: ", ")
        let source = staged.columns.joined(separator: ", ")
        try await connection.query("INSERT INTO \(name) (\(columns)) SELECT \(source) FROM \(staged.place)")
        if staged.partition != nil { try await connection.query("DROP TABLE \(staged.place)") }
        return replaced
    }
}
