package import OrchModel

extension RelationalStore {
    package func hasCurrentSchema() async throws -> Bool {
        try await read { db in
            let applied = try db.rows(db.dialect.appliedMigrations).map { row in
                var reader = RowReader(row, table: "migrations")
                return try reader.next(String.self)
            }
            return Set(applied) == Set(StoreSchema.migrations.map(\.name))
        }
    }

    package func figures(polledSince since: Timestamp, at: Timestamp) async throws -> StoreFigures {
        try await read { db in
            let agents = try Self.pollingAgents(since: since, db)
            var figures = StoreFigures()
            figures.polling = agents.count
            figures.queues = try Self.queues(polledBy: agents, at: at, db)
            figures.limits = try Self.runLimits("key IN (SELECT key FROM run_limit ORDER BY key LIMIT 1000)", [], db)
                .map {
                    StoreFigures.Limit(key: $0.key.description, slots: $0.limit, held: $0.held, waiting: $0.waiting)
                }
            figures.live = try Self.liveRuns(db)
            figures.unobserved = try Self.number(
                """
                SELECT count(*) FROM flow_run
                WHERE \(StoreSchema.isLive) AND root_number IS NULL AND unobserved_since IS NOT NULL
                """, db)
            figures.held = try Self.heldRuns(db)
            for agent in agents { figures.held[agent.name, default: 0] += 0 }
            figures.databaseBytes = Int64(try Self.number(db.dialect.databaseBytes, db))
            return figures
        }
    }

    private static func queues(
        polledBy agents: [(name: String, queues: Set<String>)], at: Timestamp, _ db: any SQLSession
    ) throws -> [StoreFigures.Queue] {
        var queues: [String: StoreFigures.Queue] = [:]
        for row in try db.rows("SELECT name FROM work_queue UNION SELECT work_queue FROM deployment") {
            var reader = RowReader(row, table: "work_queue")
            let name: String = try reader.next()
            queues[name] = StoreFigures.Queue(name: name)
        }
        let waiting = """
            SELECT work_queue, count(CASE WHEN scheduled_for <= ?1 AND blocked_on IS NULL THEN 1 END),
                count(CASE WHEN blocked_on IS NOT NULL THEN 1 END),
                count(CASE WHEN scheduled_for > ?1 AND blocked_on IS NULL THEN 1 END),
                min(CASE WHEN scheduled_for <= ?1 AND blocked_on IS NULL THEN scheduled_for END)
            FROM flow_run WHERE state_type = 'SCHEDULED' AND root_number IS NULL GROUP BY work_queue
            """
        for row in try db.rows(waiting, [at.microseconds]) {
            var reader = RowReader(row, table: "flow_run")
            let name: String = try reader.next()
            queues[name] = StoreFigures.Queue(
                name: name, due: try reader.next(), blocked: try reader.next(), scheduled: try reader.next(),
                oldestDue: try reader.optionalTime())
        }
        for agent in agents {
            let selector = QueueSelector(agent.queues)
            let served = selector.patterns.isEmpty ? [] : queues.keys.filter(selector.matches)
            for name in selector.names.union(served) {
                queues[name, default: StoreFigures.Queue(name: name)].polling += 1
            }
        }
        return queues.values.sorted { $0.name < $1.name }
    }

    private static func pollingAgents(
        since: Timestamp, _ db: any SQLSession
    ) throws -> [(name: String, queues: Set<String>)] {
        try db.rows(
            "SELECT name, queues FROM agent WHERE last_polled_at >= ? AND left_at IS NULL", [since.microseconds]
        ).map { row in
            var reader = RowReader(row, table: "agent")
            let name: String = try reader.next()
            return (name, Set(try reader.json([String].self)))
        }
    }

    private static func liveRuns(_ db: any SQLSession) throws -> [StateType: Int] {
        let rows = try db.rows(
            """
            SELECT state_type, count(*) FROM flow_run
            WHERE \(StoreSchema.isLive) AND root_number IS NULL AND agent IS NOT NULL GROUP BY state_type
            """)
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                var reader = RowReader(row, table: "flow_run")
                return (try reader.word(StateType.self), try reader.next(Int.self))
            })
    }

    private static func heldRuns(_ db: any SQLSession) throws -> [String: Int] {
        let rows = try db.rows(
            """
            SELECT agent, count(*) FROM flow_run
            WHERE \(StoreSchema.isLive) AND root_number IS NULL AND agent IS NOT NULL GROUP BY agent
            """)
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                var reader = RowReader(row, table: "flow_run")
                return (try reader.next(String.self), try reader.next(Int.self))
            })
    }

    private static func number(_ sql: String, _ db: any SQLSession) throws -> Int {
        guard let row = try db.row(sql) else { return 0 }
        var reader = RowReader(row, table: "flow_run")
        return try reader.next()
    }
}
