import OrchModel

/// Gives the turn to runs that a limit held back.
enum SlotRelease {
    /// A run holds no slots any more, or needs none: the first that waits for each of its limits has its turn, and so has the
    /// next run that the same one waits for.
    ///
    /// - Parameter number: the run's row.
    static func release(_ number: Int64, _ db: any SQLSession) throws {
        guard try db.row("SELECT 1 FROM run_limit LIMIT 1") != nil,
            let run = try RunKeys.load([number], db)[number]
        else { return }
        // One that parks a run at this moment has counted this one, and is waited for.
        let limits = try limits(among: run.keys, db.dialect.forShare, db)
        for key in run.keys where limits[key] != nil { try wake(blockedOn: key.description, atMost: 1, db) }
        guard run.isAwaited, let parent = run.parentID else { return }
        let sibling = try db.row(
            """
            SELECT number, work_queue FROM flow_run
            WHERE parent_id = ? AND is_awaited = 1 AND state_type = 'SCHEDULED' AND blocked_on IS NOT NULL
            ORDER BY claim_order, number LIMIT 1 \(db.dialect.forUpdateSkippingLocked)
            """, ["\(parent)"])
        if let sibling { try unblock([sibling], db) }
    }

    /// The limits of some keys, held in their order until the transaction ends.
    ///
    /// - Parameter locking: the words that hold the rows.
    static func limits(
        among keys: [LimitKey], _ locking: String, _ db: any SQLSession
    ) throws -> [LimitKey: RunLimitGate.Limit] {
        guard !keys.isEmpty else { return [:] }
        let list = SQLList(Set(keys).map(\.description).sorted())
        var limits: [LimitKey: RunLimitGate.Limit] = [:]
        let rows = try db.rows(
            "SELECT key, slots, strategy FROM run_limit WHERE key IN \(list.marks) ORDER BY key \(locking)",
            list.arguments)
        for row in rows {
            var reader = RowReader(row, table: "run_limit")
            guard let key = LimitKey(try reader.next(String.self)) else { continue }
            limits[key] = RunLimitGate.Limit(
                slots: try reader.next(), strategy: try reader.word(CollisionStrategy.self))
        }
        return limits
    }

    /// Lets the first runs that wait for something have their turn, in the order of their turns, with the priorities of their
    /// queues; those of paused queues would not use it.
    static func wake(blockedOn key: String, atMost count: Int, _ db: any SQLSession) throws {
        guard count > 0 else { return }
        var left = count
        for turn in try turns(blockedOn: key, count + spareTurns, db) where left > 0 {
            let row = try db.row(
                """
                SELECT number, work_queue FROM flow_run
                WHERE number = ? AND blocked_on = ? AND state_type = 'SCHEDULED' \(db.dialect.forUpdateSkippingLocked)
                """, [turn.number, key])
            guard let row else { continue }
            try unblock([row], db)
            left -= 1
        }
    }

    /// How many more runs are looked at than are to have their turn, as others may hold some.
    private static let spareTurns = 16

    /// The first runs that wait for something, queue by queue, as only the first rows of each are looked at then. Those of queues
    /// that nobody polls come last, as nobody would take them.
    private static func turns(blockedOn key: String, _ count: Int, _ db: any SQLSession) throws -> [DueRuns.Turn] {
        let waits = "blocked_on = ?1 AND state_type = 'SCHEDULED'"
        let queues = try db.rows(
            """
            WITH RECURSIVE waiting (name) AS (
                SELECT min(work_queue) FROM flow_run WHERE \(waits)
                UNION ALL
                SELECT (SELECT min(work_queue) FROM flow_run WHERE \(waits) AND work_queue > waiting.name)
                FROM waiting WHERE waiting.name IS NOT NULL)
            SELECT waiting.name, coalesce(work_queue.priority, 0) FROM waiting
            LEFT JOIN work_queue ON work_queue.name = waiting.name
            WHERE waiting.name IS NOT NULL AND work_queue.paused_at IS NULL
            """, [key])
        let polling = queues.count > 1 ? try PollingAgent.lately(db) : []
        var (polled, others): ([DueRuns.Turn], [DueRuns.Turn]) = ([], [])
        for row in queues {
            var reader = RowReader(row, table: "work_queue")
            let (name, priority): (String, Int64) = (try reader.next(), try reader.next())
            let turns = try db.rows(
                """
                SELECT claim_order, number FROM flow_run WHERE \(waits) AND work_queue = ?2
                ORDER BY claim_order, number LIMIT ?3
                """, [key, name, count]
            ).map { row in
                var reader = RowReader(row, table: "flow_run")
                return DueRuns.Turn(
                    time: try reader.next() + priority * DueRuns.step, number: try reader.next())
            }
            if polling.contains(where: { $0.selector.matches(name) }) { polled += turns } else { others += turns }
        }
        return Array((polled.sorted() + others.sorted()).prefix(count))
    }

    /// Lets runs have their turn.
    ///
    /// - Parameter rows: number and queue of each.
    private static func unblock(_ rows: [SQLRow], _ db: any SQLSession) throws {
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let number: Int64 = try reader.next()
            try db.post("UPDATE flow_run SET blocked_on = NULL WHERE number = ?", [number])
            db.wake(try reader.next(String.self))
        }
    }
}
