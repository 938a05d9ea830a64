import OrchModel

/// The runs that are due, in the order of their turns.
///
/// A run of priority p has its turn as if it were due p minutes later than it is, and so has one of a queue of priority p: the
/// urgent ones come first, and none waits for ever.
struct DueRuns {
    /// When a run has its turn, in microseconds; the earliest is the first.
    struct Turn: Comparable {
        var time: Int64
        var number: Int64

        static func < (left: Turn, right: Turn) -> Bool { (left.time, left.number) < (right.time, right.number) }
    }

    /// What a step of priority costs, in microseconds: a minute.
    static let step: Int64 = 60_000_000
    /// The furthest that a run's turn comes after it is due.
    static let furthest = Int64(WorkQueueRules.priorities.upperBound) * step
    /// Runs that wait for nothing but their time and an agent, as the index has them.
    static let areClaimable = "state_type = 'SCHEDULED' AND root_number IS NULL AND blocked_on IS NULL"

    let queues: ServedQueues
    /// What the runs ask of an agent, of which the present one has all.
    let placements: [String]
    let at: Timestamp

    /// The first rows; others pass them over as long as the transaction lasts.
    ///
    /// Queue by queue, as only the first rows of each are looked at then, however many wait.
    func first(_ count: Int, _ db: any SQLSession) throws -> [Turn] {
        var found: [Turn] = []
        for queue in try queues.busy(at: at, db) {
            let handicap = Int64(queues.priorities[queue] ?? 0) * Self.step
            for placement in placements {
                var rows = try rows(queue, placement, "", count, db)
                if rows.count < count { rows += try self.rows(queue, placement, Self.later, count - rows.count, db) }
                found += rows.map { Turn(time: $0.time + handicap, number: $0.number) }
            }
        }
        return Array(found.sorted().prefix(count))
    }

    /// Of the first rows that wait for a limit those that the agent may be given; others pass them over as long as the
    /// transaction lasts.
    func waiting(for key: LimitKey, _ count: Int, _ db: any SQLSession) throws -> [Turn] {
        var found: [Turn] = []
        for queue in try queues.waiting(for: key, db) {
            let handicap = Int64(queues.priorities[queue] ?? 0) * Self.step
            let rows = try db.rows(
                """
                SELECT claim_order, number, placement FROM flow_run
                WHERE blocked_on = ?1 AND state_type = 'SCHEDULED' AND work_queue = ?2 AND scheduled_for <= ?3
                ORDER BY claim_order, number LIMIT ?4 \(db.dialect.forUpdateSkippingLocked)
                """, [key.description, queue, at.microseconds, count])
            for row in rows {
                var reader = RowReader(row, table: "flow_run")
                let turn = Turn(time: try reader.next() + handicap, number: try reader.next())
                if placements.contains(try reader.next()) { found.append(turn) }
            }
        }
        return Array(found.sorted().prefix(count))
    }

    /// Those whose turn has not come but that are due: nobody else is there for the agent.
    private static let later = " AND priority > 0 AND claim_order > ?3"

    private func rows(
        _ queue: String, _ placement: String, _ condition: String, _ count: Int, _ db: any SQLSession
    ) throws -> [Turn] {
        let turn = condition.isEmpty ? " AND claim_order <= ?3" : condition
        return try db.rows(
            """
            SELECT claim_order, number FROM flow_run
            WHERE \(Self.areClaimable) AND work_queue = ?1 AND placement = ?2 AND scheduled_for <= ?3\(turn)
            ORDER BY claim_order, number LIMIT ?4 \(db.dialect.forUpdateSkippingLocked)
            """, [queue, placement, at.microseconds, count]
        ).map { row in
            var reader = RowReader(row, table: "flow_run")
            return Turn(time: try reader.next(), number: try reader.next())
        }
    }
}

extension Placement {
    /// Writes down what a run asks of an agent, so that claims know of it.
    static func note(_ text: String, _ db: any SQLSession) throws {
        guard !text.isEmpty else { return }
        try db.post("INSERT INTO run_placement (placement) VALUES (?) ON CONFLICT DO NOTHING", [text])
    }

    /// What runs ask of agents, of which an agent with these labels has all; first comes nothing at all, which is a container
    /// anywhere: an agent that says of itself that it has no engine does not get it.
    static func met(by labels: [String: JSONValue], _ db: any SQLSession) throws -> [String] {
        let texts = try db.rows("SELECT placement FROM run_placement ORDER BY placement").map { row in
            var reader = RowReader(row, table: "run_placement")
            return try reader.next(String.self)
        }
        return ([""] + texts).filter { Placement(text: $0)?.isMet(by: labels) ?? false }
    }
}
