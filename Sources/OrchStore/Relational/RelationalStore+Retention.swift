package import OrchModel

extension RelationalStore {
    package func survey(_ rules: RetentionRules) async throws -> RetentionSurvey {
        try await read { db in
            let excess = try rules.logBytes.map { try LogVolume.total(db) - $0 } ?? 0
            let surplus = try rules.runsPerDeployment.map { try Self.surplus(beyond: $0, db) } ?? [:]
            let results = try rules.resultBytes.map { try Self.resultBytes(db) - $0 } ?? 0
            return RetentionSurvey(
                surplus: surplus, excessBytes: max(0, excess), excessResultBytes: max(0, results))
        }
    }

    package func beginRetention(by holder: String, until: Timestamp, at: Timestamp) async throws -> Bool {
        try await write { try Self.hold(by: holder, until: until, at: at, $0) }
    }

    /// Takes or keeps the turn; false where another holds it.
    private static func hold(by holder: String, until: Timestamp, at: Timestamp, _ db: any SQLSession) throws -> Bool {
        try db.run(
            "UPDATE retention_pass SET holder = ?1, held_until = ?2 WHERE holder = ?1 OR held_until <= ?3",
            [holder, until.microseconds, at.microseconds]) > 0
    }

    package func retire(_ turn: RetentionTurn) async throws -> RetentionStep {
        try await write { db in
            guard try Self.hold(by: turn.holder, until: turn.heldUntil, at: turn.at, db) else { return .held }
            var removed = try Self.removeSmallThings(turn, db)
            let results = try Self.retireResults(at: turn.at, excess: turn.survey.excessResultBytes, db)
            (removed.results, removed.resultBytes) = (results.entries, results.bytes)
            // They may be large, so a step that removes some does nothing else.
            guard removed.results == 0 else { return .removed(removed) }
            var left = turn.rows
            while left > 0 {
                let excess = turn.survey.excessBytes - removed.logBytes
                guard let retiree = try Retiree.next(turn, excess: excess, db) else { return .done(removed) }
                left -= try retiree.remove(atMost: left, counting: &removed, db)
            }
            return .removed(removed)
        }
    }

    package func endRetention(by holder: String, _ pass: RetentionPass) async throws {
        try await write { db in
            _ = try db.run(
                """
                UPDATE retention_pass SET holder = NULL, held_until = 0, ended_at = ?, removed = ? WHERE holder = ?
                """,
                [pass.endedAt.microseconds, try JSONText.encode(pass.removed), holder])
        }
    }

    package func lastRetention() async throws -> RetentionPass? {
        try await read { try Self.lastRetention($0) }
    }

    package func retentionStatus(_ policy: RetentionPolicy, at: Timestamp) async throws -> RetentionStatus {
        let rules = RetentionRules(policy, at: at)
        return try await read { db in
            let total = try LogVolume.total(db)
            return RetentionStatus(
                policy: policy, due: try Self.due(rules, total: total, at: at, db), logBytes: total,
                last: try Self.lastRetention(db))
        }
    }

    package func giveBackSpace() async throws -> SpaceReturn { try await database.giveBackSpace() }

    private static func lastRetention(_ db: any SQLSession) throws -> RetentionPass? {
        guard let row = try db.row("SELECT ended_at, removed FROM retention_pass WHERE ended_at IS NOT NULL") else {
            return nil
        }
        var reader = RowReader(row, table: "retention_pass")
        return RetentionPass(endedAt: try reader.time(), removed: try reader.json())
    }

    /// Agents, questions and backfills: few, and quickly found.
    private static func removeSmallThings(_ turn: RetentionTurn, _ db: any SQLSession) throws -> RetentionRemovals {
        var removed = RetentionRemovals()
        if let cutoff = turn.rules.agentsBefore {
            removed.agents = try db.run("DELETE FROM agent WHERE \(isForgotten)", [cutoff.microseconds])
        }
        removed.questions = try db.run("DELETE FROM agent_task WHERE expires_at < ?", [turn.at.microseconds])
        if let cutoff = turn.rules.runsBefore { removed.backfills = try removeBackfills(before: cutoff, db) }
        return removed
    }

    /// Removes backfills that were made before `cutoff` and of which no run is left, with their limits.
    private static func removeBackfills(before cutoff: Timestamp, _ db: any SQLSession) throws -> Int {
        let rows = try db.rows(
            """
            SELECT id FROM backfill
            WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM flow_run WHERE flow_run.backfill_id = backfill.id)
            ORDER BY position LIMIT 100
            """,
            [cutoff.microseconds])
        for row in rows {
            var reader = RowReader(row, table: "backfill")
            let id: String = try reader.next()
            _ = try deleteRunLimit(.backfill(id), db)
            try db.run("DELETE FROM backfill WHERE id = ?", [id])
        }
        return rows.count
    }

    private static let isForgotten = """
        last_seen_at < ? AND NOT EXISTS (
            SELECT 1 FROM flow_run
            WHERE flow_run.agent = agent.name AND \(StoreSchema.isLive) AND root_number IS NULL)
        """

    private static func surplus(beyond limit: Int, _ db: any SQLSession) throws -> [String: Int64] {
        var surplus: [String: Int64] = [:]
        let rows = try db.rows(
            """
            SELECT deployment_id FROM flow_run WHERE \(Retiree.hasEnded) AND deployment_id IS NOT NULL
            GROUP BY deployment_id HAVING count(*) > ?
            """,
            [limit])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let deployment: String = try reader.next()
            let newest = try db.row(
                """
                SELECT number FROM flow_run WHERE \(Retiree.hasEnded) AND deployment_id = ?
                ORDER BY number DESC LIMIT 1 OFFSET ?
                """,
                [deployment, limit])
            guard let newest else { continue }
            var numbers = RowReader(newest, table: "flow_run")
            surplus[deployment] = try numbers.next()
        }
        return surplus
    }

    /// What a pass would remove, in the order in which one does.
    private static func due(
        _ rules: RetentionRules, total: Int64, at: Timestamp, _ db: any SQLSession
    ) throws -> RetentionRemovals {
        var due = RetentionRemovals()
        var going: (sql: [String], arguments: SQLArguments) = ([], [])
        func add(_ condition: String, _ arguments: SQLArguments) throws -> Int {
            let known = going.sql.isEmpty ? "" : " AND NOT (\(going.sql.joined(separator: " OR ")))"
            let row = try db.row(
                "SELECT count(*) FROM flow_run WHERE \(Retiree.hasEnded) AND \(condition)\(known)",
                arguments + going.arguments)
            going.sql.append("(\(condition))")
            going.arguments += arguments
            return try count(row)
        }
        if let cutoff = rules.runsBefore { due.runsByAge = try add("ended_at < ?", [cutoff.microseconds]) }
        if let limit = rules.runsPerDeployment {
            for (deployment, number) in try surplus(beyond: limit, db).sorted(by: { $0.key < $1.key }) {
                due.runsByCount += try add("deployment_id = ? AND number <= ?", [deployment, number])
            }
        }
        if let cutoff = rules.logsBefore {
            due.logsByAge = try add("ended_at < ? AND logs_removed_at IS NULL", [cutoff.microseconds])
        }
        if !going.sql.isEmpty {
            due.logBytes = try LogVolume.bytes(
                of:
                    "SELECT number FROM flow_run WHERE \(Retiree.hasEnded) AND (\(going.sql.joined(separator: " OR ")))",
                going.arguments, db)
        }
        if let limit = rules.logBytes {
            let known = going.sql.isEmpty ? "" : " AND NOT (\(going.sql.joined(separator: " OR ")))"
            let rows = try db.rows(
                """
                SELECT number FROM flow_run WHERE \(Retiree.hasEnded) AND logs_removed_at IS NULL\(known)
                ORDER BY ended_at, number
                """,
                going.arguments)
            for row in rows where total - due.logBytes > limit {
                var reader = RowReader(row, table: "flow_run")
                due.logsBySize += 1
                due.logBytes += try LogVolume.bytes(of: "?", [try reader.next(Int64.self)], db)
            }
        }
        if let cutoff = rules.agentsBefore {
            due.agents = try count(
                try db.row("SELECT count(*) FROM agent WHERE \(isForgotten)", [cutoff.microseconds]))
        }
        due.questions = try count(
            try db.row("SELECT count(*) FROM agent_task WHERE expires_at < ?", [at.microseconds]))
        if let cutoff = rules.runsBefore {
            due.backfills = try count(
                try db.row(
                    """
                    SELECT count(*) FROM backfill WHERE created_at < ?1 AND NOT EXISTS (
                        SELECT 1 FROM flow_run
                        WHERE flow_run.backfill_id = backfill.id AND NOT (\(Retiree.hasEnded) AND ended_at < ?1))
                    """,
                    [cutoff.microseconds]))
        }
        let results = try dueResults(at: at, limit: rules.resultBytes, db)
        (due.results, due.resultBytes) = (results.entries, results.bytes)
        return due
    }

    private static func count(_ row: SQLRow?) throws -> Int {
        guard let row else { return 0 }
        var reader = RowReader(row, table: "flow_run")
        return try reader.next()
    }
}
