package import OrchModel

/// Results of tasks. Transactions that touch both change the lock before the result, so that none waits for another in a
/// circle.
extension RelationalStore {
    package func lookUp(_ request: CacheRequest, at: Timestamp) async throws -> CacheAnswer {
        try await write { db in
            if let hit = try Self.hit(request, at: at, db) { return hit }
            guard try Self.takeLock(for: request, at: at, db) else {
                return .busy(try Self.work(on: request.lock, at: at, db))
            }
            // Whoever held the lock before may have left the result between the two looks.
            if let hit = try Self.hit(request, at: at, db) {
                try Self.release(request.lock, db)
                return hit
            }
            return .miss(try Self.miss(request, db))
        }
    }

    package func keep(_ result: CachedResult, at: Timestamp) async throws {
        let entry = result.entry
        try await write { db in
            try Self.release(CacheLock(flow: entry.flowName, key: entry.key, holder: result.holder), db)
            try db.run(
                """
                INSERT INTO task_result (flow_name, key, subject, task_name, code_version, bytes, run_id, run_name,
                    made_at, expires_at, hits, last_hit_at, used_at, value)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, ?, ?)
                ON CONFLICT (flow_name, key) DO UPDATE SET subject = excluded.subject, task_name = excluded.task_name,
                    code_version = excluded.code_version, bytes = excluded.bytes, run_id = excluded.run_id,
                    run_name = excluded.run_name, made_at = excluded.made_at, expires_at = excluded.expires_at,
                    hits = 0, last_hit_at = NULL, used_at = excluded.used_at, value = excluded.value
                """,
                [
                    entry.flowName, entry.key, result.subject, entry.taskName, entry.codeVersion, result.value.count,
                    "\(entry.runID)", entry.runName, at.microseconds, entry.expiresAt.microseconds, at.microseconds,
                    result.value,
                ])
        }
    }

    package func renew(_ lock: CacheLock, until: Timestamp) async throws -> Bool {
        try await write { db in
            try db.run(
                "UPDATE task_result_lock SET expires_at = ? WHERE flow_name = ? AND key = ? AND holder = ?",
                [until.microseconds, lock.flow, lock.key, lock.holder]) > 0
        }
    }

    package func release(_ lock: CacheLock) async throws {
        try await write { try Self.release(lock, $0) }
    }

    package func results(matching filter: CacheFilter, limit: Int, at: Timestamp) async throws -> [CacheEntry] {
        let (condition, arguments) = Self.condition(filter, at: at)
        return try await read { db in
            try db.rows(
                """
                SELECT \(ResultRow.columns) FROM task_result WHERE \(condition) ORDER BY made_at DESC, key DESC LIMIT ?
                """, arguments + [limit]
            ).map { try ResultRow($0).entry }
        }
    }

    /// Results of a flow by their keys.
    static func results(
        of flow: String, keys: some Collection<String>, _ db: any SQLSession
    ) throws -> [String: CacheEntry] {
        var found: [String: CacheEntry] = [:]
        var rest = Array(Set(keys))
        while let last = rest.last {
            let chunk = rest.suffix(resultChunk)
            rest.removeLast(chunk.count)
            // Always as many places, so that the question stays prepared.
            let texts = [flow] + chunk + Array(repeating: last, count: resultChunk - chunk.count)
            for row in try db.rows(resultsByKey, SQLArguments(texts.map { .text($0) })) {
                let entry = try ResultRow(row).entry
                found[entry.key] = entry
            }
        }
        return found
    }

    private static let resultChunk = 100
    private static let resultsByKey = """
        SELECT \(ResultRow.columns) FROM task_result WHERE flow_name = ?1
            AND key IN (\((2..<2 + resultChunk).map { "?\($0)" }.joined(separator: ", ")))
        """

    package func countResults(matching filter: CacheFilter, at: Timestamp) async throws -> CacheRemovals {
        let (condition, arguments) = Self.condition(filter, at: at)
        return try await read { db in
            let row = try db.row(
                """
                SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM task_result WHERE \(condition)
                """, arguments)
            guard let row else { return CacheRemovals() }
            var reader = RowReader(row, table: "task_result")
            return CacheRemovals(entries: try reader.next(), bytes: try reader.next())
        }
    }

    package func removeResults(
        matching filter: CacheFilter, limit: Int, at: Timestamp
    ) async throws -> CacheRemovals {
        let (condition, arguments) = Self.condition(filter, at: at)
        return try await write { try Self.removeResults(condition, arguments, limit: limit, $0) }
    }

    // MARK: - Retention

    /// For how long after its time a result is still there, so that a miss can say when it was over.
    static let expiredResultAge = Duration.seconds(86_400)

    /// Removes some results whose time has been over for long; where there are none, some of those that were not taken for
    /// longest, as many as the excess has bytes. And the locks of those who went away.
    static func retireResults(at: Timestamp, excess: Int64, _ db: any SQLSession) throws -> CacheRemovals {
        try db.run("DELETE FROM task_result_lock WHERE expires_at <= ?", [at.microseconds])
        let expired = try removeResults(
            "expires_at < ?", [(at - expiredResultAge).microseconds], limit: 100, db)
        guard expired.entries == 0, excess > 0 else { return expired }
        return try removeResults("TRUE ORDER BY used_at", [], limit: 100, bytes: excess, db)
    }

    /// What a pass would remove.
    static func dueResults(at: Timestamp, limit: Int64?, _ db: any SQLSession) throws -> CacheRemovals {
        let cutoff = (at - expiredResultAge).microseconds
        let row = try db.row(
            "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM task_result WHERE expires_at < ?", [cutoff])
        guard let row else { return CacheRemovals() }
        var reader = RowReader(row, table: "task_result")
        var due = CacheRemovals(entries: try reader.next(), bytes: try reader.next())
        guard let limit else { return due }
        let total = try resultBytes(db)
        guard total - due.bytes > limit else { return due }
        for row in try db.rows("SELECT bytes FROM task_result WHERE expires_at >= ? ORDER BY used_at", [cutoff])
        where total - due.bytes > limit {
            var reader = RowReader(row, table: "task_result")
            due.bytes += try reader.next(Int64.self)
            due.entries += 1
        }
        return due
    }

    /// Bytes of all results.
    static func resultBytes(_ db: any SQLSession) throws -> Int64 {
        guard let row = try db.row("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM task_result") else { return 0 }
        var reader = RowReader(row, table: "task_result")
        return try reader.next()
    }

    /// Bytes after which a transaction removes no further result.
    private static let largestStep: Int64 = 4 << 20

    private static func removeResults(
        _ condition: String, _ arguments: SQLArguments, limit: Int, bytes: Int64 = largestStep, _ db: any SQLSession
    ) throws -> CacheRemovals {
        let rows = try db.rows(
            """
            SELECT flow_name, key, bytes FROM task_result WHERE \(condition) LIMIT ?
            \(db.dialect.forUpdateSkippingLocked)
            """, arguments + [limit])
        var removed = CacheRemovals()
        for row in rows where removed.bytes < min(bytes, largestStep) {
            var reader = RowReader(row, table: "task_result")
            let (flow, key): (String, String) = (try reader.next(), try reader.next())
            removed.bytes += try reader.next(Int64.self)
            removed.entries += 1
            try db.post("DELETE FROM task_result WHERE flow_name = ? AND key = ?", [flow, key])
        }
        return removed
    }

    // MARK: - Parts of a look

    /// The result that is kept, and counts; noted as taken.
    private static func hit(
        _ request: CacheRequest, at: Timestamp, _ db: any SQLSession
    ) throws -> CacheAnswer? {
        guard !request.refresh else { return nil }
        let lock = request.lock
        let found = try db.row(
            """
            SELECT \(ResultRow.columns), value FROM task_result
            WHERE flow_name = ? AND key = ? AND expires_at > ? AND made_at >= ?
            """, [lock.flow, lock.key, at.microseconds, request.since?.microseconds ?? Int64.min])
        guard let found else { return nil }
        var row = try ResultRow(found)
        let value = String(decoding: try row.reader.next([UInt8].self), as: UTF8.self)
        try db.post(
            "UPDATE task_result SET hits = hits + 1, last_hit_at = ?, used_at = ? WHERE flow_name = ? AND key = ?",
            [at.microseconds, at.microseconds, lock.flow, lock.key])
        return .hit(value: value, entry: row.entry)
    }

    /// Takes the lock where nobody has it, or whoever has it went away.
    private static func takeLock(for request: CacheRequest, at: Timestamp, _ db: any SQLSession) throws -> Bool {
        try db.run(
            """
            INSERT INTO task_result_lock (flow_name, key, holder, run_id, run_name, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (flow_name, key) DO UPDATE SET holder = excluded.holder, run_id = excluded.run_id,
                run_name = excluded.run_name, expires_at = excluded.expires_at
            WHERE task_result_lock.expires_at <= ? OR task_result_lock.holder = excluded.holder
            """,
            [
                request.lock.flow, request.lock.key, request.lock.holder, "\(request.runID)", request.runName,
                request.leaseUntil.microseconds, at.microseconds,
            ]) > 0
    }

    private static func release(_ lock: CacheLock, _ db: any SQLSession) throws {
        try db.run(
            "DELETE FROM task_result_lock WHERE flow_name = ? AND key = ? AND holder = ?",
            [lock.flow, lock.key, lock.holder])
    }

    private static func work(on lock: CacheLock, at: Timestamp, _ db: any SQLSession) throws -> CacheWork {
        let row = try db.row(
            "SELECT run_id, run_name, expires_at FROM task_result_lock WHERE flow_name = ? AND key = ?",
            [lock.flow, lock.key])
        // It may have ended a moment ago: the next look gets the lock.
        guard let row else { return CacheWork(runID: .new(), runName: "", leaseUntil: at) }
        var reader = RowReader(row, table: "task_result_lock")
        return CacheWork(
            runID: try reader.identifier(), runName: try reader.next(), leaseUntil: try reader.time())
    }

    /// Why there is no result that counts.
    private static func miss(_ request: CacheRequest, _ db: any SQLSession) throws -> CacheMiss {
        func find(_ condition: String, _ text: String) throws -> CacheEntry? {
            try db.row(
                """
                SELECT \(ResultRow.columns) FROM task_result WHERE flow_name = ? AND \(condition)
                ORDER BY made_at DESC LIMIT 1
                """, [request.lock.flow, text]
            ).map { try ResultRow($0).entry }
        }
        if let own = try find("key = ?", request.lock.key) {
            let isRefused = request.refresh || request.since.map { own.madeAt < $0 } ?? false
            return CacheMiss(isRefused ? .refresh : .expired, earlier: own)
        }
        if request.refresh { return CacheMiss(.refresh) }
        guard let other = try find("subject = ?", request.subject) else { return CacheMiss(.first) }
        return CacheMiss(.codeChanged, earlier: other)
    }

    private static func condition(_ filter: CacheFilter, at: Timestamp) -> (sql: String, arguments: SQLArguments) {
        var conditions = ["TRUE"]
        var arguments = SQLArguments()
        func narrow(_ condition: String, _ values: [any SQLBindable]) {
            conditions.append(condition)
            arguments += SQLArguments(values.map(\.sqlValue))
        }
        if let flow = filter.flow { narrow("flow_name = ?", [flow]) }
        if let task = filter.task { narrow("task_name = ?", [task]) }
        if let prefix = filter.keyPrefix { narrow("substr(key, 1, length(?)) = ?", [prefix, prefix]) }
        if filter.onlyExpired { narrow("expires_at <= ?", [at.microseconds]) }
        return (conditions.joined(separator: " AND "), arguments)
    }
}

/// A row of `task_result`.
private struct ResultRow {
    static let columns = """
        key, flow_name, task_name, code_version, bytes, run_id, run_name, made_at, expires_at, hits, last_hit_at
        """

    let entry: CacheEntry
    /// At the columns that follow.
    var reader: RowReader

    init(_ row: SQLRow) throws {
        var reader = RowReader(row, table: "task_result")
        entry = CacheEntry(
            key: try reader.next(), flowName: try reader.next(), taskName: try reader.next(),
            codeVersion: try reader.next(), bytes: try reader.next(), runID: try reader.identifier(),
            runName: try reader.next(), madeAt: try reader.time(), expiresAt: try reader.time(),
            hits: try reader.next(), lastHitAt: try reader.optionalTime())
        self.reader = reader
    }
}
