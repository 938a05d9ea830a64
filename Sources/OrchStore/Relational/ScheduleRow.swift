import OrchModel

/// A row of `schedule`.
enum ScheduleRow {
    static let columns = """
        id, deployment_id, spec, is_active, revision, cursor_at, cursor_slot, next_at, caught_up_at, failures, \
        failures_since, pause_reason, paused_at, resumed_at, past_reason, created_at, updated_at
        """

    static func read(_ row: SQLRow) throws -> StoredSchedule {
        var reader = RowReader(row, table: "schedule")
        let (id, deploymentID) = (try reader.identifier(), try reader.identifier())
        let spec: ScheduleSpec = try reader.json()
        let isActive = try reader.next(Int.self) == 1
        let revision: Int64 = try reader.next()
        let cursorAt = try reader.time()
        let cursor = try reader.optional(String.self).flatMap(ScheduleSlot.init)
        let (nextAt, caughtUpAt) = (try reader.optionalTime(), try reader.time())
        let failures: Int = try reader.next()
        let failuresSince = try reader.time()
        let reason: String? = try reader.optional()
        let (pausedAt, resumedAt) = (try reader.optionalTime(), try reader.optionalTime())
        let pastReason: String? = try reader.optional()
        return StoredSchedule(
            id: id, deploymentID: deploymentID, spec: spec, isActive: isActive, revision: revision, cursorAt: cursorAt,
            cursor: cursor, nextAt: nextAt, caughtUpAt: caughtUpAt, failures: failures, failuresSince: failuresSince,
            pauseReason: reason,
            lastPause: pausedAt.map { PastPause(start: $0, end: resumedAt, reason: pastReason) },
            createdAt: try reader.time(), updatedAt: try reader.time())
    }

    /// The rows of a condition.
    static func all(
        where condition: String, _ arguments: SQLArguments, _ db: any SQLSession
    ) throws -> [StoredSchedule] {
        try db.rows("SELECT \(columns) FROM schedule WHERE \(condition)", arguments).map(read)
    }

    /// The rows of a condition, by deployment and slug, those that cannot be read apart.
    ///
    /// - Parameter locks: whether they are to be changed: who wants the same rows waits.
    static func list(
        where condition: String, _ arguments: SQLArguments, locks: Bool = false, _ db: any SQLSession
    ) throws -> ScheduleList {
        var list = ScheduleList()
        let order = "ORDER BY deployment_id, slug \(locks ? db.dialect.forUpdate : "")"
        for row in try db.rows("SELECT \(columns), slug FROM schedule WHERE \(condition) \(order)", arguments) {
            do {
                list.readable.append(try read(row))
            } catch let error as StoreError {
                guard case .corrupt = error, let slug = row.values.last.flatMap(String.init) else { throw error }
                var reader = RowReader(row, table: "schedule")
                list.unreadable.append(
                    ScheduleList.Unreadable(
                        id: try reader.next(), deploymentID: try reader.next(), slug: slug, reason: "\(error)"))
            }
        }
        return list
    }

    /// Notes that a schedule is paused, or goes on, before its row says so.
    static func notePause(
        _ id: Identifier, isPaused: Bool, reason: String? = nil, at: Timestamp, _ db: any SQLSession
    ) throws {
        if isPaused {
            try db.run(
                """
                UPDATE schedule SET paused_at = ?, resumed_at = NULL, past_reason = ? WHERE id = ? AND is_active = 1
                """, [at.microseconds, reason, "\(id)"])
        } else {
            try db.run(
                "UPDATE schedule SET resumed_at = ? WHERE id = ? AND is_active = 0", [at.microseconds, "\(id)"])
        }
    }

    static func find(_ id: Identifier, _ db: any SQLSession) throws -> StoredSchedule? {
        try all(where: "id = ?", ["\(id)"], db).first
    }

    /// Adds a schedule that is looked at at once.
    static func insert(
        _ spec: ScheduleSpec, of deployment: Identifier, at: Timestamp, _ db: any SQLSession
    ) throws -> Identifier {
        let id = Identifier.new()
        let isActive = spec.isActive ?? true
        try db.run(
            """
            INSERT INTO schedule (id, deployment_id, slug, spec, is_active, revision, cursor_at, cursor_slot, next_at,
                caught_up_at, failures, failures_since, pause_reason, slot_rows, created_at, updated_at, paused_at)
            VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, NULL, ?7, ?8, 0, ?8, NULL, 0, ?8, ?8, ?9)
            """,
            [
                "\(id)", "\(deployment)", spec.slug, try text(of: spec), isActive ? 1 : 0,
                spec.catchup ? beginning : at.microseconds, isActive ? at.microseconds : nil, at.microseconds,
                isActive ? nil : at.microseconds,
            ])
        try saveLimit(of: id, spec, at: at, db)
        return id
    }

    /// Gives a schedule another content. A rule that has changed begins now; a pause changes where the content says it.
    static func update(
        _ known: StoredSchedule, to spec: ScheduleSpec, at: Timestamp, _ db: any SQLSession
    ) throws {
        let isActive = spec.isActive ?? known.isActive
        var (before, after) = (known.spec, spec)
        (before.isActive, after.isActive) = (nil, nil)
        let isSameTime =
            before.rule == after.rule && before.timezone == after.timezone && before.starts == after.starts
            && before.catchup == after.catchup
        try notePause(known.id, isPaused: !isActive, at: at, db)
        var moved = known
        if !isSameTime {
            moved.cursor = nil
            moved.cursorAt = after.catchup ? Timestamp(microseconds: beginning) : at
            moved.caughtUpAt = at
        }
        try db.run(
            """
            UPDATE schedule SET spec = ?, is_active = ?, revision = revision + 1, cursor_at = ?, cursor_slot = ?,
                caught_up_at = ?, next_at = ?, failures = 0, failures_since = ?, pause_reason = ?, updated_at = ?
            WHERE id = ?
            """,
            [
                try text(of: spec), isActive ? 1 : 0, moved.cursorAt.microseconds, moved.cursor?.description,
                moved.caughtUpAt.microseconds, isActive ? at.microseconds : nil, at.microseconds,
                isActive ? nil : known.pauseReason, at.microseconds, "\(known.id)",
            ])
        try saveLimit(of: known.id, spec, at: at, db)
    }

    static func delete(_ id: Identifier, _ db: any SQLSession) throws -> Bool { try delete("\(id)", db) }

    /// The same of a row whose other columns may not be readable.
    static func delete(_ id: String, _ db: any SQLSession) throws -> Bool {
        _ = try RelationalStore.deleteRunLimit(.schedule(id), db)
        return try db.run("DELETE FROM schedule WHERE id = ?", [id]) > 0
    }

    /// Before every slot, in microseconds since 1970: the first day of the calendar.
    private static let beginning: Int64 = -62_135_596_800_000_000

    private static func text(of spec: ScheduleSpec) throws -> String {
        var spec = spec
        spec.isActive = nil
        return try JSONText.encode(spec)
    }

    /// One run of a schedule is live at once where runs of it may wait for each other. Where a slot is skipped while a run has not
    /// ended there is nothing to hold back.
    private static func saveLimit(
        of id: Identifier, _ spec: ScheduleSpec, at: Timestamp, _ db: any SQLSession
    ) throws {
        let key = LimitKey.schedule("\(id)")
        let letsWait = spec.overlap != .skip || spec.missed == .all || spec.catchup
        if spec.overlap == .allow || !letsWait {
            _ = try RelationalStore.deleteRunLimit(key, db)
        } else {
            try RelationalStore.saveRunLimit(key, slots: 1, strategy: .enqueue, at: at, db)
        }
    }
}
