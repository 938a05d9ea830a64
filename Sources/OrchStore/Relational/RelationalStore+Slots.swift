package import OrchModel

/// Slots of tags, taken by tasks in containers. A slot is held for as long as its attempt is live, so that none outlives a
/// container; nothing counts them. Whoever changes something holds the lock of all slots, and gives what became free to those
/// that wait, in the same transaction.
extension RelationalStore {
    package func takeSlots(_ draft: SlotDraft, at: Timestamp) async throws -> SlotChange<SlotAnswer> {
        try await write { db in
            try db.lock(Self.slotLock)
            guard let run = try Self.liveRun(draft.attempt, db) else {
                throw StoreError.missingRun("\(draft.attempt.runID)")
            }
            let limits = try Self.limits(db)
            try Self.forgetGoneSlots(at: at, db)
            let isLimited = draft.tags.contains { limits[$0] != nil }
            guard var own = try Self.slot(draft.id, of: run, db) else {
                // Nothing is noted of the many that no limit concerns.
                guard isLimited else { return SlotChange(.unlimited) }
                let position = try Self.insert(draft, run: run, at: at, db)
                let granted = try Self.grant(limits, at: at, db)
                return try Self.answer(draft, position, granted, limits, at: at, db)
            }
            guard own.heldSince == nil else {
                try Self.confirm(own.position, at: at, db)
                return SlotChange(.granted)
            }
            own.askedAt = at
            try db.run("UPDATE concurrency_slot SET seen_at = ? WHERE position = ?", [at.microseconds, own.position])
            let granted = try Self.grant(limits, at: at, db)
            return try Self.answer(draft, own.position, granted, limits, at: at, db)
        }
    }

    package func giveBackSlots(_ id: Identifier, of attempt: AttemptKey, at: Timestamp) async throws -> [Identifier] {
        try await write { db in
            try db.lock(Self.slotLock)
            let removed = try db.run(
                """
                DELETE FROM concurrency_slot WHERE id = ? AND attempt = ?
                    AND run = (SELECT number FROM flow_run WHERE id = ?)
                """, ["\(id)", attempt.attempt, "\(attempt.runID)"])
            return removed == 0 ? [] : try Self.grantAll(at: at, db)
        }
    }

    package func grantFreeSlots(at: Timestamp) async throws -> [Identifier] {
        let isNeeded = try await read { db in
            try db.row("SELECT 1 FROM concurrency_slot WHERE granted_at IS NULL LIMIT 1") != nil
        }
        guard isNeeded else { return [] }
        return try await write { db in
            try db.lock(Self.slotLock)
            return try Self.grantAll(at: at, db)
        }
    }

    // MARK: - Limits

    package func saveConcurrencyLimit(
        _ tag: String, _ limit: Int, at: Timestamp
    ) async throws -> SlotChange<ConcurrencyLimit?> {
        try await write { db in
            try db.lock(Self.slotLock)
            try db.run(
                """
                INSERT INTO concurrency_limit (tag, slots, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
                ON CONFLICT (tag) DO UPDATE SET slots = excluded.slots, updated_at = excluded.updated_at
                """, [tag, limit, at.microseconds])
            let granted = try Self.grantAll(at: at, db)
            return SlotChange(try Self.limit(tag, db), granted: granted)
        }
    }

    package func concurrencyLimits() async throws -> [ConcurrencyLimit] {
        try await read { db in
            try db.rows("\(Self.limitColumns) ORDER BY tag").map { try Self.limit($0) }
        }
    }

    package func concurrencyLimit(_ tag: String) async throws -> ConcurrencyLimitStatus? {
        try await read { db in
            guard let limit = try Self.limit(tag, db) else { return nil }
            return ConcurrencyLimitStatus(
                limit: limit, holders: try Self.slots(tag, "granted_at IS NOT NULL", "granted_at, position", db),
                waiters: try Self.slots(tag, "granted_at IS NULL", "position", db))
        }
    }

    package func deleteConcurrencyLimit(_ tag: String, at: Timestamp) async throws -> SlotChange<Bool> {
        try await write { db in
            try db.lock(Self.slotLock)
            let removed = try db.run("DELETE FROM concurrency_limit WHERE tag = ?", [tag])
            return SlotChange(removed > 0, granted: removed == 0 ? [] : try Self.grantAll(at: at, db))
        }
    }

    package func resetConcurrencyLimit(_ tag: String, at: Timestamp) async throws -> SlotChange<ConcurrencyReset?> {
        try await write { db in
            try db.lock(Self.slotLock)
            guard try Self.limit(tag, db) != nil else { return SlotChange(nil) }
            let freed = try db.run(
                """
                DELETE FROM concurrency_slot WHERE granted_at IS NOT NULL
                    AND position IN (SELECT slot FROM concurrency_slot_tag WHERE tag = ?)
                """, [tag])
            return SlotChange(ConcurrencyReset(freed: freed), granted: try Self.grantAll(at: at, db))
        }
    }

    // MARK: - Parts

    private static let slotLock = "concurrency slots"

    /// Whether the attempt of a slot is still to be reckoned with: its run is live, no later attempt has begun, and it has an
    /// agent. An agent that has not been heard from leaves its containers at work.
    private static let isOfLiveAttempt = """
        EXISTS (SELECT 1 FROM flow_run WHERE flow_run.number = concurrency_slot.run
            AND flow_run.attempt = concurrency_slot.attempt AND flow_run.agent IS NOT NULL
            AND flow_run.\(StoreSchema.isLive))
        """

    private struct OwnSlot {
        var position: Int64
        var askedAt: Timestamp
        var heldSince: Timestamp?
    }

    private static func liveRun(_ key: AttemptKey, _ db: any SQLSession) throws -> Int64? {
        let row = try db.row(
            """
            SELECT number FROM flow_run WHERE id = ? AND attempt = ? AND agent IS NOT NULL AND root_number IS NULL
                AND \(StoreSchema.isLive)
            """, ["\(key.runID)", key.attempt])
        guard let row else { return nil }
        var reader = RowReader(row, table: "flow_run")
        return try reader.next()
    }

    private static func limits(_ db: any SQLSession) throws -> [String: Int] {
        var limits: [String: Int] = [:]
        for row in try db.rows("SELECT tag, slots FROM concurrency_limit") {
            var reader = RowReader(row, table: "concurrency_limit")
            limits[try reader.next()] = try reader.next(Int.self)
        }
        return limits
    }

    private static func slot(_ id: Identifier, of run: Int64, _ db: any SQLSession) throws -> OwnSlot? {
        let row = try db.row(
            "SELECT position, seen_at, granted_at FROM concurrency_slot WHERE id = ? AND run = ?", ["\(id)", run])
        guard let row else { return nil }
        var reader = RowReader(row, table: "concurrency_slot")
        return OwnSlot(
            position: try reader.next(), askedAt: try reader.time(), heldSince: try reader.optionalTime())
    }

    private static func insert(
        _ draft: SlotDraft, run: Int64, at: Timestamp, _ db: any SQLSession
    ) throws -> Int64 {
        let row = try db.row(
            """
            INSERT INTO concurrency_slot (id, run, attempt, task_run_id, task_name, tags, asked_at, seen_at, confirmed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING position
            """,
            [
                "\(draft.id)", run, draft.attempt.attempt, "\(draft.taskRunID)", draft.taskName,
                try JSONText.encode(draft.tags), at.microseconds, at.microseconds,
            ])
        guard let row else { throw StoreError.corrupt(table: "concurrency_slot", column: "position", value: "none") }
        var reader = RowReader(row, table: "concurrency_slot")
        let position: Int64 = try reader.next()
        for tag in Set(draft.tags).sorted() {
            try db.post("INSERT INTO concurrency_slot_tag (tag, slot) VALUES (?, ?)", [tag, position])
        }
        return position
    }

    /// Notes that a task knows of its slots.
    private static func confirm(_ position: Int64, at: Timestamp, _ db: any SQLSession) throws {
        try db.run(
            "UPDATE concurrency_slot SET confirmed = 1, seen_at = ? WHERE position = ?", [at.microseconds, position])
    }

    /// Removes what is of attempts that are over, and of tasks that have not asked for long and never knew of slots.
    private static func forgetGoneSlots(at: Timestamp, _ db: any SQLSession) throws {
        let silentSince = at - .seconds(SlotLimits.patience)
        try db.run(
            "DELETE FROM concurrency_slot WHERE confirmed = 0 AND seen_at < ? OR NOT \(isOfLiveAttempt)",
            [silentSince.microseconds])
    }

    /// Gives what is free to those that wait, once those that are gone are forgotten.
    private static func grantAll(at: Timestamp, _ db: any SQLSession) throws -> [Identifier] {
        try forgetGoneSlots(at: at, db)
        return try grant(try limits(db), at: at, db)
    }

    private static func grant(
        _ limits: [String: Int], at: Timestamp, _ db: any SQLSession
    ) throws -> [Identifier] {
        var ids: [Int64: Identifier] = [:]
        let waiters = try db.rows(
            "SELECT position, id, tags FROM concurrency_slot WHERE granted_at IS NULL ORDER BY position"
        ).map { row in
            var reader = RowReader(row, table: "concurrency_slot")
            let position: Int64 = try reader.next()
            ids[position] = try reader.identifier()
            return SlotQueue.Waiter(position: position, tags: try reader.json())
        }
        guard !waiters.isEmpty else { return [] }
        var queue = SlotQueue(limits: limits, held: try heldSlots(db))
        return try queue.grant(waiters).compactMap { position in
            try db.post(
                "UPDATE concurrency_slot SET granted_at = ?1, seen_at = ?1 WHERE position = ?2",
                [at.microseconds, position])
            return ids[position]
        }
    }

    /// Slots that are held, by tag.
    private static func heldSlots(_ db: any SQLSession) throws -> [String: Int] {
        var held: [String: Int] = [:]
        let rows = try db.rows(
            """
            SELECT tag, count(*) FROM concurrency_slot_tag
            JOIN concurrency_slot ON concurrency_slot.position = concurrency_slot_tag.slot
            WHERE granted_at IS NOT NULL GROUP BY tag
            """)
        for row in rows {
            var reader = RowReader(row, table: "concurrency_slot_tag")
            held[try reader.next()] = try reader.next(Int.self)
        }
        return held
    }

    private static func answer(
        _ draft: SlotDraft, _ position: Int64, _ granted: [Identifier], _ limits: [String: Int], at: Timestamp,
        _ db: any SQLSession
    ) throws -> SlotChange<SlotAnswer> {
        if granted.contains(draft.id) {
            try confirm(position, at: at, db)
            return SlotChange(.granted, granted: granted.filter { $0 != draft.id })
        }
        let held = try heldSlots(db)
        let shortages = try Set(draft.tags).sorted().compactMap { tag -> SlotShortage? in
            guard let limit = limits[tag] else { return nil }
            let ahead = try count(
                """
                SELECT count(*) FROM concurrency_slot_tag
                JOIN concurrency_slot ON concurrency_slot.position = concurrency_slot_tag.slot
                WHERE tag = ? AND granted_at IS NULL AND concurrency_slot.position < ?
                """, [tag, position], db)
            guard limit == 0 || held[tag, default: 0] + ahead >= limit else { return nil }
            let holder = try slots(tag, "granted_at IS NOT NULL", "granted_at, position", limit: 1, db).first
            return SlotShortage(
                tag: tag, limit: limit, held: held[tag, default: 0], ahead: ahead,
                holder: holder.map { "\($0.taskName) of \($0.runName)" })
        }
        return SlotChange(.waiting(shortages), granted: granted)
    }

    private static func count(_ sql: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> Int {
        guard let row = try db.row(sql, arguments) else { return 0 }
        var reader = RowReader(row, table: "concurrency_slot")
        return try reader.next()
    }

    private static func slots(
        _ tag: String, _ condition: String, _ order: String, limit: Int = 100, _ db: any SQLSession
    ) throws -> [ConcurrencySlot] {
        try db.rows(
            """
            SELECT concurrency_slot.id, flow_run.id, flow_run.name, concurrency_slot.attempt, task_run_id, task_name,
                tags, asked_at, granted_at
            FROM concurrency_slot_tag
            JOIN concurrency_slot ON concurrency_slot.position = concurrency_slot_tag.slot
            JOIN flow_run ON flow_run.number = concurrency_slot.run
            WHERE tag = ? AND \(condition) AND \(isOfLiveAttempt) ORDER BY \(order) LIMIT ?
            """, [tag, limit]
        ).map { row in
            var reader = RowReader(row, table: "concurrency_slot")
            return ConcurrencySlot(
                id: try reader.identifier(), runID: try reader.identifier(), runName: try reader.next(),
                attempt: try reader.next(), taskRunID: try reader.identifier(), taskName: try reader.next(),
                tags: try reader.json(), askedAt: try reader.time(), heldSince: try reader.optionalTime())
        }
    }

    private static let limitColumns = """
        SELECT tag, slots, created_at, updated_at, \(limitCount("granted_at IS NOT NULL")),
            \(limitCount("granted_at IS NULL")) FROM concurrency_limit
        """

    private static func limitCount(_ condition: String) -> String {
        """
        (SELECT count(*) FROM concurrency_slot_tag
            JOIN concurrency_slot ON concurrency_slot.position = concurrency_slot_tag.slot
            WHERE concurrency_slot_tag.tag = concurrency_limit.tag AND \(condition) AND \(isOfLiveAttempt))
        """
    }

    private static func limit(_ tag: String, _ db: any SQLSession) throws -> ConcurrencyLimit? {
        try db.row("\(limitColumns) WHERE tag = ?", [tag]).map { try limit($0) }
    }

    private static func limit(_ row: SQLRow) throws -> ConcurrencyLimit {
        var reader = RowReader(row, table: "concurrency_limit")
        return ConcurrencyLimit(
            tag: try reader.next(), limit: try reader.next(), createdAt: try reader.time(),
            updatedAt: try reader.time(), held: try reader.next(), waiting: try reader.next())
    }
}
