package import OrchModel

extension RelationalStore {
    package func createBackfill(
        _ backfill: Backfill, key: RequestKey?, runs: [RunDraft], seen: [DataInterval: RunBrief], at: Timestamp
    ) async throws -> Backfill? {
        try await prepareLogs(of: at.day)
        return try await write { db in
            try db.lock("backfill")
            if let key, let known = try Self.backfills("idempotency_key = ?", [key.text], limit: 1, db).first {
                return known
            }
            try Self.checkIntervals(of: runs, backfill.deploymentID, seen: seen, db)
            try db.run(
                """
                INSERT INTO backfill (id, deployment_id, deployment_name, flow_name, request, idempotency_key, created_at,
                    created_by, slots, total, request_marks)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    "\(backfill.id)", "\(backfill.deploymentID)", backfill.deploymentName, backfill.flowName,
                    try JSONText.encode(backfill.request), key?.text, backfill.createdAt.microseconds,
                    backfill.createdBy,
                    backfill.limit, backfill.total, try (key?.marks).map(JSONText.encode),
                ])
            // Those beyond the first wait for it from the beginning: nobody has to look at them before their turn.
            let limit = LimitKey.backfill("\(backfill.id)").description
            for (index, draft) in runs.enumerated() {
                var draft = draft
                if index >= backfill.limit {
                    draft.run.blockedOn = limit
                    draft.run.state.name = RunState.awaitingSlotName
                    draft.run.state.message = "waits for its turn in backfill \(backfill.id.short)"
                }
                try RunRow.insert(draft, db)
            }
            try Self.saveRunLimit(
                .backfill("\(backfill.id)"), slots: backfill.limit, strategy: nil, at: at, db)
            return nil
        }
    }

    /// - Throws: ``StoreError/intervalsTaken(_:by:)`` where a run is the last about an interval that was not seen there.
    private static func checkIntervals(
        of drafts: [RunDraft], _ deployment: Identifier, seen: [DataInterval: RunBrief], _ db: any SQLSession
    ) throws {
        let intervals = drafts.compactMap(\.run.dataInterval)
        guard let from = intervals.map(\.start).min(), let to = intervals.map(\.start).max() else { return }
        let last = try lastRuns(of: deployment, from: from, to: to, db)
        let taken = intervals.compactMap { last[$0] }.filter { run in
            run.dataInterval.flatMap { seen[$0] } != RunBrief(run)
        }
        if let first = taken.first { throw StoreError.intervalsTaken(taken.count, by: first.name) }
    }

    package func backfill(key: String) async throws -> Backfill? {
        try await read { try Self.backfills("idempotency_key = ?", [key], limit: 1, $0).first }
    }

    package func requestMarks(ofBackfill id: Identifier) async throws -> RequestMarks? {
        try await read { try Self.requestMarks("backfill", id, $0) }
    }

    package func lastRuns(
        of deployment: Identifier, from: Timestamp, to: Timestamp
    ) async throws -> [DataInterval: FlowRun] {
        try await read { try Self.lastRuns(of: deployment, from: from, to: to, $0) }
    }

    private static func lastRuns(
        of deployment: Identifier, from: Timestamp, to: Timestamp, _ db: any SQLSession
    ) throws -> [DataInterval: FlowRun] {
        let rows = try db.rows(
            """
            SELECT \(RunRow.columns) FROM flow_run
            WHERE deployment_id = ? AND interval_start >= ? AND interval_start <= ? AND root_number IS NULL
            ORDER BY number
            """, ["\(deployment)", from.microseconds, to.microseconds])
        var runs: [DataInterval: FlowRun] = [:]
        for row in rows {
            let run = try RunRow(row).run
            if let interval = run.dataInterval { runs[interval] = run }
        }
        return runs
    }

    package func backfills(limit: Int) async throws -> [Backfill] {
        try await read { try Self.backfills("1 = 1", [], limit: limit, $0) }
    }

    package func backfill(_ id: Identifier) async throws -> Backfill? {
        try await read { db in
            guard var backfill = try Self.backfills("id = ?", ["\(id)"], limit: 1, db).first else { return nil }
            for run in try Self.runs(ofBackfill: id, db) {
                for (name, value) in run.metrics { backfill.metrics[name, default: 0] += value }
            }
            return backfill
        }
    }

    package func runs(ofBackfill id: Identifier) async throws -> [FlowRun] {
        try await read { try Self.runs(ofBackfill: id, $0) }
    }

    private static func runs(ofBackfill id: Identifier, _ db: any SQLSession) throws -> [FlowRun] {
        try db.rows(
            """
            SELECT \(RunRow.columns) FROM flow_run WHERE backfill_id = ? AND root_number IS NULL
            ORDER BY interval_start, number
            """, ["\(id)"]
        ).map { try RunRow($0).run }
    }

    package func changeBackfill(_ id: Identifier, _ change: BackfillChange, at: Timestamp) async throws -> Backfill? {
        try await write { db in
            guard let known = try Self.backfills("id = ?", ["\(id)"], limit: 1, db).first else { return nil }
            let key = LimitKey.backfill("\(id)")
            switch change {
            case .pause where known.pausedAt == nil && known.cancelledAt == nil:
                try db.run("UPDATE backfill SET paused_at = ? WHERE id = ?", [at.microseconds, "\(id)"])
                try Self.saveRunLimit(key, slots: 0, strategy: nil, at: at, db)
            case .resume where known.cancelledAt == nil:
                try db.run("UPDATE backfill SET paused_at = NULL WHERE id = ?", ["\(id)"])
                try Self.saveRunLimit(key, slots: known.limit, strategy: nil, at: at, db)
            case .cancel where known.open > 0:
                try db.run(
                    "UPDATE backfill SET cancelled_at = coalesce(cancelled_at, ?) WHERE id = ?",
                    [at.microseconds, "\(id)"])
                try Self.saveRunLimit(key, slots: 0, strategy: nil, at: at, db)
            case .reopen:
                // Cancelling one used to pause it at the same moment; that is no pause that anybody asked for.
                let pausedAt = known.pausedAt == known.cancelledAt ? nil : known.pausedAt
                try db.run(
                    "UPDATE backfill SET cancelled_at = NULL, paused_at = ? WHERE id = ?",
                    [pausedAt?.microseconds, "\(id)"])
                try Self.saveRunLimit(key, slots: pausedAt == nil ? known.limit : 0, strategy: nil, at: at, db)
            case .limit(let slots):
                try db.run("UPDATE backfill SET slots = ? WHERE id = ?", [slots, "\(id)"])
                if known.pausedAt == nil, known.cancelledAt == nil {
                    try Self.saveRunLimit(key, slots: slots, strategy: nil, at: at, db)
                }
            case .pause, .resume, .cancel: break
            }
            return try Self.backfills("id = ?", ["\(id)"], limit: 1, db).first
        }
    }

    package func releasePast() async throws {
        let isNeeded = try await read { db in
            try db.row(
                """
                SELECT 1 FROM flow_run
                WHERE blocked_on >= 'past:' AND blocked_on < 'past;' AND state_type = 'SCHEDULED' LIMIT 1
                """) != nil
        }
        if isNeeded { try await write { try PastWait.releaseAll($0) } }
    }

    /// Backfills with how they stand, the newest first.
    private static func backfills(
        _ condition: String, _ arguments: SQLArguments, limit: Int, _ db: any SQLSession
    ) throws -> [Backfill] {
        try db.rows(
            """
            SELECT id, deployment_id, deployment_name, flow_name, request, created_at, created_by, paused_at, cancelled_at,
                slots, total
            FROM backfill WHERE \(condition) ORDER BY position DESC LIMIT ?
            """, arguments + [limit]
        ).map { row in
            var reader = RowReader(row, table: "backfill")
            let (id, deployment) = (try reader.identifier(), try reader.identifier())
            let (name, flow): (String, String) = (try reader.next(), try reader.next())
            let request: BackfillRequest = try reader.json()
            let (createdAt, createdBy): (Timestamp, String) = (try reader.time(), try reader.next())
            let (pausedAt, cancelledAt) = (try reader.optionalTime(), try reader.optionalTime())
            var backfill = Backfill(
                id: id, deploymentID: deployment, deploymentName: name, flowName: flow, request: request,
                createdAt: createdAt, createdBy: createdBy, limit: try reader.next(), total: try reader.next())
            (backfill.pausedAt, backfill.cancelledAt) = (pausedAt, cancelledAt)
            try count(&backfill, db)
            return backfill
        }
    }

    private static func count(_ backfill: inout Backfill, _ db: any SQLSession) throws {
        let rows = try db.rows(
            """
            SELECT state_type, state_name, count(*) FROM flow_run WHERE backfill_id = ? AND root_number IS NULL
            GROUP BY state_type, state_name
            """, ["\(backfill.id)"])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let (type, name): (StateType, String) = (try reader.word(), try reader.next())
            let count: Int = try reader.next()
            backfill.states[name, default: 0] += count
            if !type.isTerminal { backfill.open += count }
            if type == .completed { backfill.completed += count }
        }
    }
}
