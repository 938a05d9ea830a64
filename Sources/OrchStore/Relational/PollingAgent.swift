import OrchModel

/// An agent that asks for work, as queues see it.
struct PollingAgent {
    var name: String
    var selector: QueueSelector
    var labels: [String: JSONValue]
    var polledAt: Timestamp
    /// Whether its process has said that it ends.
    var hasLeft: Bool

    /// Whether it still asks for work, as far as is known.
    func polls(since: Timestamp) -> Bool { !hasLeft && polledAt >= since }

    /// All agents that ever asked, the last one last.
    static func all(_ db: any SQLSession) throws -> [PollingAgent] { try those("1 = 1", db) }

    /// Agents that asked at most a minute before the one that asked last.
    static func lately(_ db: any SQLSession) throws -> [PollingAgent] {
        try those("left_at IS NULL AND last_polled_at >= (SELECT max(last_polled_at) FROM agent) - 60000000", db)
    }

    private static func those(_ condition: String, _ db: any SQLSession) throws -> [PollingAgent] {
        try db.rows(
            """
            SELECT name, queues, labels, last_polled_at, left_at FROM agent WHERE \(condition)
            ORDER BY last_polled_at, name
            """
        ).map { row in
            var reader = RowReader(row, table: "agent")
            return PollingAgent(
                name: try reader.next(), selector: QueueSelector(try reader.json([String].self)),
                labels: try reader.optionalJSON([String: JSONValue].self) ?? [:], polledAt: try reader.time(),
                hasLeft: try reader.optionalTime() != nil)
        }
    }

    /// What runs of a queue ask for that no agent has which polls it; empty where one has all of it, or where none polls.
    static func isMissing(_ placement: Placement, in queue: String, among agents: [PollingAgent]) -> Bool {
        let own = agents.filter { $0.selector.matches(queue) }
        return !own.isEmpty && !own.contains { placement.isMet(by: $0.labels) }
    }
}
