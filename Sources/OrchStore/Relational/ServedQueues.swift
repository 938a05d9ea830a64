import OrchModel

/// The queues whose runs an agent may be given now.
struct ServedQueues {
    /// The priority of each; those that are paused are missing.
    var priorities: [String: Int] = [:]

    /// - Parameters:
    ///   - texts: names and patterns, as the agent has them.
    ///   - checks: whether a name without a queue is refused, or means runs that name it all the same.
    /// - Throws: ``StoreError/unknownQueue(_:known:)``.
    init(_ texts: [String], checks: Bool, _ db: any SQLSession) throws {
        let selector = QueueSelector(texts)
        var known: Set<String> = []
        for row in try db.rows("SELECT name, priority, paused_at FROM work_queue") {
            var reader = RowReader(row, table: "work_queue")
            let name: String = try reader.next()
            known.insert(name)
            let priority: Int = try reader.next()
            guard try reader.optionalTime() == nil, selector.matches(name) else { continue }
            priorities[name] = priority
        }
        for name in selector.names.subtracting(known).sorted() {
            guard !checks else { throw StoreError.unknownQueue(name, known: known.sorted()) }
            priorities[name] = 0
        }
    }

    /// Those in which something may be due, by name; where there are few, all.
    func busy(at: Timestamp, _ db: any SQLSession) throws -> [String] {
        try those("\(DueRuns.areClaimable) AND claim_order <= ?", [at.microseconds + DueRuns.furthest], db)
    }

    /// Those in which runs wait for a limit, by name; where there are few, all.
    func waiting(for key: LimitKey, _ db: any SQLSession) throws -> [String] {
        try those("blocked_on = ? AND state_type = 'SCHEDULED'", [key.description], db)
    }

    private func those(_ condition: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> [String] {
        guard priorities.count > 8 else { return priorities.keys.sorted() }
        let rows = try db.rows(
            """
            SELECT name FROM work_queue WHERE EXISTS (
                SELECT 1 FROM flow_run WHERE flow_run.work_queue = work_queue.name AND \(condition))
            """, arguments)
        let names = try rows.map { row in
            var reader = RowReader(row, table: "work_queue")
            return try reader.next(String.self)
        }
        return names.filter { priorities[$0] != nil }.sorted()
    }
}
