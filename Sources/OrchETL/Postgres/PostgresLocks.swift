import Postgres

/// Waits for locks without being in anybody's way for long, and knows whom it waits for.
struct PostgresLocks {
    let connection: PostgresConnection
    let patience: PostgresPatience

    /// The month of a table: loads of it take turns, those of other months do not.
    func turn(of table: PostgresName, _ month: FileMonth, shownAs shown: String) async throws {
        try await advisory("orch load \(table.sql) \(month)", shownAs: "\(month) of \(shown)")
    }

    /// The shape of a table: who may make, widen or divide it. Held until the end of the transaction.
    func shape(of table: PostgresName, shownAs shown: String) async throws {
        try await advisory("orch shape \(table.sql)", shownAs: shown)
    }

    /// Whoever waits here is in nobody's way, so it is one long wait.
    private func advisory(_ key: String, shownAs shown: String) async throws {
        let hash = "hashtextextended(\(PostgresConnection.quoted(literal: key)), 0)"
        let begin = ContinuousClock.now
        guard
            try await attempt("SELECT pg_advisory_xact_lock(\(hash))", limit: patience.turn)
        else {
            let holders = try await holders(
                "l.locktype = 'advisory' AND (l.classid::bigint << 32 | l.objid::bigint) = \(hash)")
            throw ETLError.tableBusy(table: shown, holders: holders, waited: .now - begin)
        }
    }

    /// Runs statements that lock tables, as one: all of them, or none and again later.
    ///
    /// While a lock is waited for, everyone who comes later waits too, readers as well. So each attempt is short, and
    /// between two of them others have their way.
    /// - Parameters:
    ///   - tables: the numbers of the tables that are locked.
    ///   - statements: what to run, with semicolons between.
    ///   - ignored: modes of locks that are in nobody's way here, such as `AccessShareLock`.
    /// - Throws: `ETLError.tableBusy` once patience is at its end.
    func run(
        _ statements: String, locking tables: [PostgresName], besides ignored: [String] = [], shownAs shown: String
    ) async throws {
        let begin = ContinuousClock.now
        var limit = patience.firstAttempt
        while try await !attempt(statements, limit: limit) {
            let waited = ContinuousClock.now - begin
            if waited > patience.table {
                throw ETLError.tableBusy(
                    table: shown, holders: try await holders(of: tables, besides: ignored), waited: waited)
            }
            try await Task.sleep(for: limit * Double.random(in: 0.5...1))
            limit = min(limit * 2, patience.longestAttempt)
        }
    }

    /// Answers false, with nothing done, where a lock was not there in time or we were chosen to give way.
    private func attempt(_ statements: String, limit: Duration) async throws -> Bool {
        let milliseconds =
            limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000
        do {
            try await connection.query(
                """
                SAVEPOINT orch_attempt; SET LOCAL lock_timeout = \(max(milliseconds, 1)); \(statements); \
                SET LOCAL lock_timeout TO DEFAULT; RELEASE SAVEPOINT orch_attempt
                """)
            return true
        } catch {
            guard let state = error.sqlState, ["55P03", "40P01"].contains(state) else { throw error }
            try await connection.query("ROLLBACK TO SAVEPOINT orch_attempt; RELEASE SAVEPOINT orch_attempt")
            return false
        }
    }

    private func holders(of tables: [PostgresName], besides ignored: [String]) async throws -> [String] {
        let names = tables.map { "to_regclass(\(PostgresConnection.quoted(literal: $0.sql)))" }
        let modes = ignored.map { PostgresConnection.quoted(literal: $0) }
        return try await holders(
            "l.relation IN (\(names.joined(separator: ", "))) "
                + "AND l.mode <> ALL (ARRAY[\(modes.joined(separator: ", "))]::text[])")
    }

    /// Who holds locks: process, user, program, what it does and since when; not its query, which may hold anything.
    private func holders(_ condition: String) async throws -> [String] {
        let found = try await connection.query(
            """
            SELECT DISTINCT a.pid, a.usename, a.application_name, a.state,
                extract(epoch FROM clock_timestamp() - a.xact_start)::bigint
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.granted AND l.pid <> pg_backend_pid() AND \(condition)
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1
            """)
        return found.rows.map { row in
            let about = [
                row[1].map { "user \($0)" }, row[2].flatMap { $0.isEmpty ? nil : "program \($0)" }, row[3],
                row[4].map { "in a transaction for \($0) s" },
            ]
            return "process \(row[0] ?? "?") (\(about.compactMap(\.self).joined(separator: ", ")))"
        }
    }
}

/// How long a load waits for others.
struct PostgresPatience: Sendable {
    /// For another load of the same month. Defaults to an hour.
    var turn = Duration.seconds(3600)
    /// For those who read or write the table. Defaults to a minute.
    var table = Duration.seconds(60)
    /// The first attempt to lock the table. Defaults to 50 ms; each next one is twice as long.
    var firstAttempt = Duration.milliseconds(50)
    /// The longest attempt to lock the table. Defaults to 1.6 s: after one second the server sends a vacuum away that
    /// is in our way.
    var longestAttempt = Duration.milliseconds(1600)
}
