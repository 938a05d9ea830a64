import OrchModel

/// An agent that asks for work, as queues see it.
struct PollingAgent {
    var name: String
    var selector: QueueSelector
    var labels: [String: JSONValue]
    var polledAt: Timestamp

    /// All agents that ever asked, the last one first by time.
    static func all(_ db: any SQLSession) throws -> [PollingAgent] {
        try db.rows("SELECT name, queues, labels, last_polled_at FROM agent ORDER BY last_polled_at, name").map { row in
            var reader = RowReader(row, table: "agent")
            return PollingAgent(
                name: try reader.next(), selector: QueueSelector(try reader.json([String].self)),
                labels: try reader.optionalJSON([String: JSONValue].self) ?? [:], polledAt: try reader.time())
        }
    }

    /// What runs of a queue ask for that no agent has which polls it; empty where one has all of it, or where none polls.
    static func isMissing(_ placement: Placement, in queue: String, among agents: [PollingAgent]) -> Bool {
        let own = agents.filter { $0.selector.matches(queue) }
        return !own.isEmpty && !own.contains { placement.isMet(by: $0.labels) }
    }
}
