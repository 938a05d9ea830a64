package import OrchModel

extension RelationalStore {
    package func workQueues(polledSince since: Timestamp, at: Timestamp) async throws -> [WorkQueueStatus] {
        try await read { db in
            var survey = QueueSurvey()
            try survey.readQueues(db)
            try survey.readDeployments(db)
            try survey.readWaiting(at: at, db)
            try survey.readHeld(db)
            let agents = try PollingAgent.all(db)
            try survey.readAgents(agents, since: since)
            try survey.readPlacements(agents.filter { $0.polls(since: since) }, at: at, db)
            return survey.statuses(at: at)
        }
    }
}

/// Puts together what is known of queues.
private struct QueueSurvey {
    private var queues: [String: WorkQueueStatus] = [:]

    private func status(_ name: String) -> WorkQueueStatus {
        queues[name] ?? WorkQueueStatus(name: name, waiting: 0, agents: [], lastPolledAt: nil)
    }

    func statuses(at: Timestamp) -> [WorkQueueStatus] {
        queues.values.map { queue in
            var queue = queue
            queue.health = queue.health(at: at)
            return queue
        }.sorted { $0.name < $1.name }
    }

    mutating func readQueues(_ db: any SQLSession) throws {
        let rows = try db.rows(
            """
            SELECT name, description, priority, paused_at, paused_by, created_at, updated_at,
                (SELECT slots FROM run_limit WHERE key = 'queue:' || work_queue.name)
            FROM work_queue
            """)
        for row in rows {
            var reader = RowReader(row, table: "work_queue")
            var queue = status(try reader.next())
            let description: String = try reader.next()
            queue.description = description.isEmpty ? nil : description
            queue.priority = try reader.next()
            (queue.pausedAt, queue.pausedBy) = (try reader.optionalTime(), try reader.optional())
            (queue.createdAt, queue.updatedAt) = (try reader.time(), try reader.time())
            queue.limit = try reader.optional()
            (queue.due, queue.blocked, queue.scheduled, queue.held) = (0, 0, 0, 0)
            (queue.deployments, queue.unplaceable) = (0, 0)
            queues[queue.name] = queue
        }
    }

    mutating func readDeployments(_ db: any SQLSession) throws {
        for row in try db.rows("SELECT work_queue, count(*) FROM deployment GROUP BY work_queue") {
            var reader = RowReader(row, table: "deployment")
            var queue = status(try reader.next())
            queue.deployments = try reader.next()
            queues[queue.name] = queue
        }
    }

    mutating func readWaiting(at: Timestamp, _ db: any SQLSession) throws {
        let rows = try db.rows(
            """
            SELECT work_queue, count(*),
                count(CASE WHEN scheduled_for <= ?1 AND blocked_on IS NULL THEN 1 END),
                count(CASE WHEN blocked_on IS NOT NULL THEN 1 END),
                count(CASE WHEN scheduled_for > ?1 AND blocked_on IS NULL THEN 1 END),
                min(CASE WHEN scheduled_for <= ?1 AND blocked_on IS NULL THEN scheduled_for END)
            FROM flow_run WHERE state_type = 'SCHEDULED' AND root_number IS NULL GROUP BY work_queue
            """, [at.microseconds])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            var queue = status(try reader.next())
            queue.waiting = try reader.next()
            (queue.due, queue.blocked, queue.scheduled) = (try reader.next(), try reader.next(), try reader.next())
            queue.oldestDue = try reader.optionalTime()
            queues[queue.name] = queue
        }
    }

    mutating func readHeld(_ db: any SQLSession) throws {
        let rows = try db.rows(
            """
            SELECT work_queue, count(*) FROM flow_run WHERE \(LimitKey.holds("flow_run")) GROUP BY work_queue
            """)
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            var queue = status(try reader.next())
            queue.held = try reader.next()
            queues[queue.name] = queue
        }
    }

    mutating func readAgents(_ agents: [PollingAgent], since: Timestamp) throws {
        for agent in agents {
            let matched = queues.keys.filter { agent.selector.matches($0) }
            for name in agent.selector.names.union(matched) {
                var queue = status(name)
                queue.lastPolledAt = agent.polledAt
                if agent.polls(since: since) { queue.agents.append(agent.name) }
                queues[name] = queue
            }
        }
    }

    mutating func readPlacements(_ agents: [PollingAgent], at: Timestamp, _ db: any SQLSession) throws {
        guard try db.row("SELECT 1 FROM run_placement LIMIT 1") != nil else { return }
        let rows = try db.rows(
            """
            SELECT work_queue, placement, count(*) FROM flow_run
            WHERE \(DueRuns.areClaimable) AND placement <> '' AND scheduled_for <= ? GROUP BY work_queue, placement
            """, [at.microseconds])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let (name, text): (String, String) = (try reader.next(), try reader.next())
            let count: Int = try reader.next()
            guard let placement = Placement(text: text),
                PollingAgent.isMissing(placement, in: name, among: agents)
            else { continue }
            var queue = status(name)
            queue.unplaceable = (queue.unplaceable ?? 0) + count
            queues[name] = queue
        }
    }
}
