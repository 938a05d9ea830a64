package import OrchModel

extension RelationalStore {
    package func queueNames() async throws -> [String] {
        try await read { try Self.queueNames($0) }
    }

    static func queueNames(_ db: any SQLSession) throws -> [String] {
        try db.rows("SELECT name FROM work_queue ORDER BY name").map { row in
            var reader = RowReader(row, table: "work_queue")
            return try reader.next()
        }
    }

    package func createQueue(_ request: WorkQueueRequest, at: Timestamp) async throws {
        try await write { db in
            let made = try db.run(
                """
                INSERT INTO work_queue (name, description, priority, created_at, updated_at)
                VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO NOTHING
                """, [request.name, request.description ?? "", request.priority ?? 0, at.microseconds])
            guard made > 0 else {
                if request.mayExist == true { return }
                throw StoreError.queueExists(request.name)
            }
            if let limit = request.limit {
                try Self.saveRunLimit(.queue(request.name), slots: limit, strategy: nil, at: at, db)
            }
            db.wake(request.name)
        }
    }

    package func changeQueue(
        _ name: String, _ change: WorkQueueChange, by actor: String, at: Timestamp
    ) async throws {
        try await write { db in
            let changed = try db.run(
                """
                UPDATE work_queue SET description = coalesce(?2, description), priority = coalesce(?3, priority),
                    updated_at = ?4 WHERE name = ?1
                """, [name, change.description, change.priority, at.microseconds])
            guard changed > 0 else { throw StoreError.unknownQueue(name, known: try Self.queueNames(db)) }
            if let limit = change.limit {
                try Self.saveRunLimit(.queue(name), slots: limit, strategy: nil, at: at, db)
            } else if change.clearsLimit == true {
                _ = try Self.deleteRunLimit(.queue(name), db)
            }
            guard let isPaused = change.isPaused else { return db.wake(name) }
            if isPaused {
                try db.run(
                    "UPDATE work_queue SET paused_at = ?2, paused_by = ?3 WHERE name = ?1 AND paused_at IS NULL",
                    [name, at.microseconds, actor])
            } else {
                try db.run("UPDATE work_queue SET paused_at = NULL, paused_by = NULL WHERE name = ?", [name])
                // While it was paused, others had the turns of its runs.
                try Self.fillAll(db)
            }
            db.wake(name)
        }
    }

    package func deleteQueue(_ name: String) async throws {
        try await write { db in
            try db.lock("deployment")
            let deployments = try db.rows(
                "SELECT flow_name, name FROM deployment WHERE work_queue = ? ORDER BY flow_name, name", [name]
            ).map { row in
                var reader = RowReader(row, table: "deployment")
                return "\(try reader.next(String.self))/\(try reader.next(String.self))"
            }
            let runs = try Self.total(
                "SELECT count(*) FROM flow_run WHERE work_queue = ? AND root_number IS NULL AND \(StoreSchema.isOpen)",
                [name], db)
            guard deployments.isEmpty, runs == 0 else {
                throw StoreError.queueInUse(name, deployments: deployments, runs: runs)
            }
            guard try db.run("DELETE FROM work_queue WHERE name = ?", [name]) > 0 else {
                throw StoreError.unknownQueue(name, known: try Self.queueNames(db))
            }
            _ = try Self.deleteRunLimit(.queue(name), db)
            // Whoever serves it is told at the next poll.
            db.wake(name)
        }
    }

    package func waitingRuns(in queue: String, limit: Int, at: Timestamp) async throws -> [FlowRun] {
        try await read { db in
            try db.rows(
                """
                SELECT \(RunRow.columns) FROM flow_run
                WHERE state_type = 'SCHEDULED' AND root_number IS NULL AND work_queue = ?1
                ORDER BY CASE WHEN scheduled_for > ?2 THEN 2 WHEN blocked_on IS NOT NULL THEN 1 ELSE 0 END,
                    claim_order, number LIMIT ?3
                """, [queue, at.microseconds, limit]
            ).map { try RunRow($0).run }
        }
    }

    static func total(_ sql: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> Int {
        guard let row = try db.row(sql, arguments) else { return 0 }
        var reader = RowReader(row, table: "flow_run")
        return try reader.next()
    }
}
