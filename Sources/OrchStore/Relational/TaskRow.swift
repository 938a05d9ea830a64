import OrchModel

/// A row of `task_run`.
struct TaskRow {
    var task: TaskRun

    static let columns = """
        id, flow_run_id, name, attempt, state_type, state_name, state_message, state_at, state_actor, started_at, \
        ended_at, details, progress
        """

    init(_ row: SQLRow) throws {
        var reader = RowReader(row, table: "task_run")
        task = TaskRun(
            id: try reader.identifier(), flowRunID: try reader.identifier(), name: try reader.next(),
            attempt: try reader.next(), state: try reader.state(), startedAt: try reader.optionalTime(),
            endedAt: try reader.optionalTime(), details: try reader.optionalJSON())
        if let progress: TaskDetails.Progress = try reader.optionalJSON() {
            task.details = TaskDetails(progress: progress).merging(task.details ?? TaskDetails())
        }
    }

    /// Saves what was reported of tasks of the container run `run`, unless something newer is known: a later try, or a
    /// later moment of one that has not ended.
    ///
    /// - Throws: ``StoreError/foreignRun(_:run:)`` where one of them belongs to another run.
    static func save(_ tasks: [TaskRun], of run: Int64, root: Identifier, _ db: any SQLSession) throws {
        for start in stride(from: 0, to: tasks.count, by: chunk) {
            try refuseForeign(tasks[start..<min(start + chunk, tasks.count)], of: run, root: root, db)
        }
        for task in tasks {
            // Apart from each other, as each stays as it is where a report tells of the other one alone.
            var details = task.details
            let progress = details?.progress
            details?.progress = nil
            if details?.isEmpty == true { details = nil }
            try db.post(
                upsert,
                [
                    run, "\(task.id)", "\(task.flowRunID)", task.name, task.attempt, task.state.type.rawValue,
                    task.state.name, task.state.message, task.state.at.microseconds, task.state.actor,
                    task.startedAt?.microseconds, task.endedAt?.microseconds,
                    try details.map { try JSONText.encode($0) }, try progress.map { try JSONText.encode($0) },
                ])
        }
    }

    private static let upsert = """
        INSERT INTO task_run (run, id, flow_run_id, name, attempt, state_type, state_name, state_message, state_at,
            state_actor, started_at, ended_at, details, progress)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, state_type = excluded.state_type,
            state_name = excluded.state_name, state_message = excluded.state_message, state_at = excluded.state_at,
            state_actor = excluded.state_actor, started_at = coalesce(excluded.started_at, task_run.started_at),
            ended_at = excluded.ended_at, details = coalesce(excluded.details, task_run.details),
            progress = CASE WHEN excluded.attempt > task_run.attempt THEN excluded.progress
                ELSE coalesce(excluded.progress, task_run.progress) END
        WHERE excluded.attempt > task_run.attempt
            OR excluded.attempt = task_run.attempt AND excluded.state_at >= task_run.state_at
                AND task_run.\(StoreSchema.isOpen)
        """

    /// How many identifiers one question names; it always has so many places, so that it stays prepared.
    private static let chunk = 200

    private static let foreign = """
        SELECT id FROM task_run WHERE run <> ?1
            AND id IN (\((2..<2 + chunk).map { "?\($0)" }.joined(separator: ", "))) LIMIT 1
        """

    private static func refuseForeign(
        _ tasks: ArraySlice<TaskRun>, of run: Int64, root: Identifier, _ db: any SQLSession
    ) throws {
        guard let last = tasks.last else { return }
        let ids = tasks.map(\.id) + Array(repeating: last.id, count: chunk - tasks.count)
        guard let row = try db.row(foreign, SQLArguments([.integer(run)] + ids.map { .text("\($0)") })) else { return }
        var reader = RowReader(row, table: "task_run")
        throw StoreError.foreignRun("\(try reader.identifier()) (a task run)", run: "\(root)")
    }
}
