import OrchModel

/// Makes room under a limit whose new runs end the old ones: of those that hold a slot or wait for one the newest stay, as many
/// as there are slots.
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
        for number in waiting.dropLast(slots) { try end(number, for: waiting.last, &ended, &cancelled, db) }
        let own = key.condition("flow_run")
        let arguments = SQLArguments([own.argument].compactMap { $0?.sqlValue })
        let holding = "\(LimitKey.holds("flow_run")) AND \(own.sql)"
        let asked = try numbers("\(holding) AND cancel_at IS NOT NULL", arguments, db).count
        let others = try numbers("\(holding) AND cancel_at IS NULL", arguments, db)
        let free = slots - asked - others.count
        let needed = min(waiting.count, slots) - max(0, free) - asked
        guard needed > 0 else { return (ended, cancelled) }
        for number in others.prefix(needed) { try end(number, for: waiting.last, &ended, &cancelled, db) }
        return (ended, cancelled)
    }

    private func numbers(_ condition: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> [Int64] {
        try db.rows("SELECT number FROM flow_run WHERE \(condition) ORDER BY number", arguments).map { row in
            var reader = RowReader(row, table: "flow_run")
            return try reader.next()
        }
    }

    private func end(
        _ number: Int64, for newest: Int64?, _ ended: inout [FlowRun], _ cancelled: inout [FlowRun],
        _ db: any SQLSession
    ) throws {
        // One that is being changed ends at the next look.
        let held = try db.row(
            "SELECT number FROM flow_run WHERE number = ? \(db.dialect.forUpdateSkippingLocked)", [number])
        guard held != nil, let row = try RunRow.locked(number: number, db), let newest,
            let new = try RunKeys.load([newest], db)[newest],
            // It would end with the one that it waits for.
            new.parentID != row.run.id
        else { return }
        let request = CancellationRequest(
            by: "the limit of \(new.label(of: key)) (\(CollisionStrategy.cancelRunning.rawValue)), for run \(new.name)",
            at: at)
        for run in try row.cancelFamily(request, actor: "server", db).all {
            if run.state.type.isTerminal { ended.append(run) } else { cancelled.append(run) }
        }
    }
}
