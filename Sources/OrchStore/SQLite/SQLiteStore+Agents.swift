import GRDB
package import OrchModel

extension SQLiteStore {
    /// Notes that an agent asked for work.
    static func note(_ agent: AgentInfo, at: Timestamp, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO agent (name, host, version, queues, engine, last_seen_at, last_polled_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
            ON CONFLICT (name) DO UPDATE SET host = ?2, version = ?3, queues = ?4, engine = ?5, last_seen_at = ?6,
                last_polled_at = ?6
            """,
            [
                agent.name, agent.host, agent.version, try JSONText.encode(agent.queues), agent.engine,
                at.microseconds,
            ])
    }

    package func agents() async throws -> [AgentStatus] {
        try await read { db in
            try db.rows(
                """
                SELECT name, host, version, queues, engine, last_seen_at,
                    (SELECT count(*) FROM flow_run
                     WHERE flow_run.agent = agent.name AND \(SQLiteSchema.isLive) AND root_number IS NULL)
                FROM agent ORDER BY name
                """
            ).map { row in
                var reader = RowReader(row, table: "agent")
                let info = AgentInfo(
                    name: reader.next(), host: reader.next(), version: reader.next(), queues: try reader.json(),
                    engine: reader.next())
                return AgentStatus(info: info, lastSeenAt: reader.time(), running: reader.next())
            }
        }
    }

    package func workQueues(polledSince since: Timestamp) async throws -> [WorkQueueStatus] {
        try await read { db in
            var queues: [String: WorkQueueStatus] = [:]
            func queue(_ name: String) -> WorkQueueStatus {
                queues[name] ?? WorkQueueStatus(name: name, waiting: 0, agents: [], lastPolledAt: nil)
            }
            for row in try db.rows("SELECT DISTINCT work_queue FROM deployment") {
                queues[row[0]] = queue(row[0])
            }
            let waiting = """
                SELECT work_queue, count(*) FROM flow_run
                WHERE state_type = 'SCHEDULED' AND root_number IS NULL GROUP BY work_queue
                """
            for row in try db.rows(waiting) {
                var status = queue(row[0])
                status.waiting = row[1]
                queues[status.name] = status
            }
            let polled = """
                SELECT value, name, last_polled_at FROM agent, json_each(agent.queues) ORDER BY last_polled_at, name
                """
            for row in try db.rows(polled) {
                var status = queue(row[0])
                let at = Timestamp(microseconds: row[2])
                status.lastPolledAt = at
                if at >= since { status.agents.append(row[1]) }
                queues[status.name] = status
            }
            return queues.values.sorted { $0.name < $1.name }
        }
    }
}
