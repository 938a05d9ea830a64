package import OrchModel

/// What the scheduler does with schedules.
extension RelationalStore {
    package func dueSchedules(at: Timestamp, limit: Int) async throws -> DueSchedules {
        try await read { db in
            let rows = try db.rows(
                "SELECT \(ScheduleRow.columns) FROM schedule WHERE next_at <= ? ORDER BY next_at, id LIMIT ?",
                [at.microseconds, limit])
            var due = DueSchedules()
            var schedules: [StoredSchedule] = []
            for row in rows {
                var reader = RowReader(row, table: "schedule")
                let id: String = try reader.next()
                if let schedule = try due.reading(id, { try ScheduleRow.read(row) }) { schedules.append(schedule) }
            }
            guard !schedules.isEmpty else { return due }
            let deployments = try Self.deployments(Set(schedules.map(\.deploymentID)), db)
            let open = try Self.openRuns(of: schedules.map(\.id), db)
            for schedule in schedules {
                guard let deployment = deployments[schedule.deploymentID] else { continue }
                let known = try due.reading("\(schedule.id)") {
                    DueSchedule(
                        schedule: schedule, deployment: try deployment.get(), open: open[schedule.id] ?? [],
                        hasFailedTooOften: try Self.hasFailedTooOften(schedule, db))
                }
                if let known { due.readable.append(known) }
            }
            return due
        }
    }

    package func restSchedules(_ ids: [String], until: Timestamp) async throws {
        let list = SQLList(ids)
        try await write { db in
            _ = try db.run(
                "UPDATE schedule SET next_at = ? WHERE next_at IS NOT NULL AND id IN \(list.marks)",
                SQLArguments([until.microseconds.sqlValue]) + list.arguments)
        }
    }

    package func nextScheduleLook() async throws -> Timestamp? {
        try await read { db in
            let row = try db.row(
                "SELECT next_at FROM schedule WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1")
            guard let row else { return nil }
            var reader = RowReader(row, table: "schedule")
            return try reader.time()
        }
    }

    package func take(_ steps: [ScheduleStep], at: Timestamp) async throws -> ScheduleOutcome {
        try await prepareLogs(of: at.day)
        return try await write { db in
            var outcome = ScheduleOutcome()
            // In one order, so that two controllers do not wait for each other.
            for step in steps.sorted(by: { $0.schedule.description < $1.schedule.description }) {
                guard try Self.take(step, db) else { continue }
                outcome.taken.insert(step.schedule)
                var isNew = false
                for slot in step.slots {
                    var record = slot.record
                    if let draft = slot.draft, let made = try Self.make(draft, db) {
                        record.runID = made.run.id
                        if made.isNew { outcome.runs.append(made.run) }
                        isNew = made.isNew
                    }
                    try ScheduleSlotRow.add(record, to: step.schedule, db)
                }
                if isNew, let ending = step.ending { outcome.cancelled += try Self.cancel(ending, db) }
            }
            return outcome
        }
    }

    /// Moves a schedule on.
    ///
    /// - Returns: false where it has changed since it was looked at.
    private static func take(_ step: ScheduleStep, _ db: any SQLSession) throws -> Bool {
        let isPaused = step.pauseReason != nil
        let pausedAt = isPaused ? step.at.microseconds : nil
        return try db.run(
            """
            UPDATE schedule SET revision = revision + 1, cursor_slot = coalesce(?1, cursor_slot), next_at = ?2, failures = ?3,
                is_active = CASE WHEN ?4 = 1 THEN 0 ELSE is_active END, pause_reason = coalesce(?5, pause_reason),
                paused_at = coalesce(?8, paused_at), resumed_at = CASE WHEN ?4 = 1 THEN NULL ELSE resumed_at END,
                past_reason = coalesce(?5, past_reason)
            WHERE id = ?6 AND revision = ?7
            """,
            [
                step.cursor?.description, isPaused ? nil : step.nextAt?.microseconds, step.failures, isPaused ? 1 : 0,
                step.pauseReason, "\(step.schedule)", step.revision, pausedAt,
            ]) > 0
    }

    /// Adds a run, or finds the one that the slot has made.
    private static func make(_ draft: RunDraft, _ db: any SQLSession) throws -> (run: FlowRun, isNew: Bool)? {
        let made = try add(draft, db)
        guard let made, !made.isNew, let instant = draft.run.dataInterval?.end, made.run.dataInterval?.end != instant
        else { return made }
        // The zone has changed since: its clocks show the time of a slot that came at another instant.
        var other = draft
        other.run.idempotencyKey = draft.run.idempotencyKey.map { "\($0)@\(instant)" }
        return try add(other, db)
    }

    /// Adds a run, or finds the one that has its key.
    private static func add(_ draft: RunDraft, _ db: any SQLSession) throws -> (run: FlowRun, isNew: Bool)? {
        if try RunRow.insert(draft, db) {
            db.wake(draft.run.workQueue)
            return (draft.run, true)
        }
        return try draft.run.idempotencyKey.flatMap { try RunRow.find(idempotencyKey: $0, db) }.map { ($0.run, false) }
    }

    /// Ends what has not ended.
    private static func cancel(_ ending: ScheduleStep.Ending, _ db: any SQLSession) throws -> [FlowRun] {
        try ending.runs.flatMap { id in
            guard let row = try RunRow.locked(id, db), !row.run.state.type.isTerminal else { return [FlowRun]() }
            return try row.cancelFamily(ending.request, actor: ending.request.by, db).all
        }
    }

    private static func deployments(
        _ ids: Set<Identifier>, _ db: any SQLSession
    ) throws -> [Identifier: Result<StoredDeployment, any Error>] {
        let list = SQLList(ids.map(\.description).sorted())
        let rows = try db.rows(
            "SELECT \(DeploymentRow.columns) FROM deployment WHERE id IN \(list.marks)", list.arguments)
        var found: [Identifier: Result<StoredDeployment, any Error>] = [:]
        for row in rows {
            var reader = RowReader(row, table: "deployment")
            found[try reader.identifier()] = Result {
                var reader = RowReader(row, table: "deployment")
                return try DeploymentRow.read(&reader)
            }
        }
        return found
    }

    private static func openRuns(
        of ids: [Identifier], _ db: any SQLSession
    ) throws -> [Identifier: [DueSchedule.OpenRun]] {
        let list = SQLList(ids.map(\.description).sorted())
        let rows = try db.rows(
            """
            SELECT schedule_id, id, flow_run.name, cancel_at, work_queue.name AS paused_queue FROM flow_run
            LEFT JOIN work_queue ON work_queue.name = flow_run.work_queue AND work_queue.paused_at IS NOT NULL
                AND flow_run.state_type = 'SCHEDULED'
            WHERE schedule_id IS NOT NULL AND \(StoreSchema.isOpen) AND schedule_id IN \(list.marks)
                AND root_number IS NULL AND backfill_id IS NULL
            ORDER BY number
            """, list.arguments)
        var found: [Identifier: [DueSchedule.OpenRun]] = [:]
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            let schedule = try reader.identifier()
            let (id, name): (Identifier, String) = (try reader.identifier(), try reader.next())
            let isToEnd = try reader.optionalTime() != nil
            found[schedule, default: []].append(
                DueSchedule.OpenRun(id: id, name: name, isToEnd: isToEnd, pausedQueue: try reader.optional()))
        }
        return found
    }

    private static func hasFailedTooOften(_ schedule: StoredSchedule, _ db: any SQLSession) throws -> Bool {
        guard let limit = schedule.spec.pauseAfterFailures else { return false }
        let rows = try db.rows(
            """
            SELECT state_type FROM flow_run
            WHERE schedule_id = ? AND ended_at IS NOT NULL AND created_at >= ? AND backfill_id IS NULL
            ORDER BY number DESC LIMIT ?
            """, ["\(schedule.id)", schedule.failuresSince.microseconds, limit])
        let failed = try rows.count { row in
            var reader = RowReader(row, table: "flow_run")
            return [.failed, .crashed].contains(try reader.word(StateType.self))
        }
        return failed >= limit
    }
}

extension DueSchedules {
    /// What is read of a schedule; nil where that cannot be, which is noted.
    fileprivate mutating func reading<Value>(_ id: String, _ read: () throws -> Value) throws -> Value? {
        do {
            return try read()
        } catch let error as StoreError {
            guard case .corrupt = error else { throw error }
            unreadable.append(RestingSchedule(id: id, reason: "\(error)"))
            return nil
        }
    }
}
