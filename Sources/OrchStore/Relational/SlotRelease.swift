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

    /// Lets the first runs that wait for something have their turn, in their order; those of paused queues would not use it.
    ///
    /// - Returns: how many have it.
    @discardableResult
    static func wake(blockedOn key: String, atMost count: Int, _ db: any SQLSession) throws -> Int {
        guard count > 0 else { return 0 }
        let rows = try db.rows(
            """
            SELECT number, work_queue FROM flow_run
            WHERE blocked_on = ? AND state_type = 'SCHEDULED'
                AND work_queue NOT IN (SELECT name FROM work_queue WHERE paused_at IS NOT NULL)
            ORDER BY claim_order, number LIMIT ? \(db.dialect.forUpdateSkippingLocked)
            """, [key, count])
        try unblock(rows, db)
        return rows.count
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
