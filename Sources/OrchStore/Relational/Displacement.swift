import OrchModel

/// Makes room under a limit whose new runs end the old ones: of those that hold a slot or wait for one the newest stay, as many
/// as there are slots, and so do the runs that made those, as their end would be that of both.
struct Displacement {
    let key: LimitKey
    let slots: Int
    let at: Timestamp

    /// Ends what is too much; safe to repeat.
    ///
    /// - Returns: runs that have ended, and live ones that are to end.
    func apply(_ db: any SQLSession) throws -> (ended: [FlowRun], cancelled: [FlowRun]) {
        var (ended, cancelled): ([FlowRun], [FlowRun]) = ([], [])
        // Where none may start, none ends for another.
        guard slots > 0 else { return (ended, cancelled) }
        let waiting = try numbers(
            "blocked_on = ? AND state_type = 'SCHEDULED'", SQLArguments([key.description.sqlValue]), db)
        guard let newest = waiting.last, let new = try RunKeys.load([newest], db)[newest] else {
            return (ended, cancelled)
        }
        let stay = try newestAndTheirAncestors(db)
        for number in waiting.dropLast(slots) where !stay.contains(number) {
            try end(number, for: new, &ended, &cancelled, db)
        }
        let own = key.condition("flow_run")
        let arguments = SQLArguments([own.argument].compactMap { $0?.sqlValue })
        let holding = "\(LimitKey.holds("flow_run")) AND \(own.sql)"
        let asked = try numbers("\(holding) AND cancel_at IS NOT NULL", arguments, db).count
        let others = try numbers("\(holding) AND cancel_at IS NULL", arguments, db)
        let free = slots - asked - others.count
        let needed = min(waiting.count, slots) - max(0, free) - asked
        guard needed > 0 else { return (ended, cancelled) }
        for number in others.filter({ !stay.contains($0) }).prefix(needed) {
            try end(number, for: new, &ended, &cancelled, db)
        }
        return (ended, cancelled)
    }

    /// The newest that wait, as many as there are slots, and the runs that made them, and those that made these.
    private func newestAndTheirAncestors(_ db: any SQLSession) throws -> Set<Int64> {
        let rows = try db.rows(
            """
            WITH RECURSIVE family (number, parent_id) AS (
                SELECT number, parent_id FROM (
                    SELECT number, parent_id FROM flow_run WHERE blocked_on = ?1 AND state_type = 'SCHEDULED'
                    ORDER BY number DESC LIMIT ?2) AS newest
                UNION
                SELECT parent.number, parent.parent_id
                FROM flow_run AS parent JOIN family ON parent.id = family.parent_id)
            SELECT number FROM family
            """, [key.description, slots])
        return Set(
            try rows.map { row in
                var reader = RowReader(row, table: "flow_run")
                return try reader.next(Int64.self)
            })
    }

    private func numbers(_ condition: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> [Int64] {
        try db.rows("SELECT number FROM flow_run WHERE \(condition) ORDER BY number", arguments).map { row in
            var reader = RowReader(row, table: "flow_run")
            return try reader.next()
        }
    }

    private func end(
        _ number: Int64, for new: RunKeys, _ ended: inout [FlowRun], _ cancelled: inout [FlowRun],
        _ db: any SQLSession
    ) throws {
        // One that is being changed ends at the next look.
        let held = try db.row(
            "SELECT number FROM flow_run WHERE number = ? \(db.dialect.forUpdateSkippingLocked)", [number])
        guard held != nil, let row = try RunRow.locked(number: number, db) else { return }
        let request = CancellationRequest(
            by: "the limit of \(new.label(of: key)) (\(CollisionStrategy.cancelRunning.rawValue)), for run \(new.name)",
            at: at)
        for run in try row.cancelFamily(request, actor: "server", db).all {
            if run.state.type.isTerminal { ended.append(run) } else { cancelled.append(run) }
        }
    }
}
