import OrchModel

/// A row of `task_run`.
struct TaskRow {
    var run: Int64
    var task: TaskRun

    static let columns = """
        run, id, flow_run_id, name, attempt, state_type, state_name, state_message, state_at, state_actor, \
        started_at, ended_at, details
        """

    init(_ row: SQLRow) throws {
        var reader = RowReader(row, table: "task_run")
        run = try reader.next()
        task = TaskRun(
            id: try reader.identifier(), flowRunID: try reader.identifier(), name: try reader.next(),
            attempt: try reader.next(), state: try reader.state(), startedAt: try reader.optionalTime(),
            endedAt: try reader.optionalTime(), details: try reader.optionalJSON())
    }

    /// Saves what was reported of a task of the container run `run`, unless something newer is known.
    static func save(_ task: TaskRun, of run: Int64, root: Identifier, _ db: any SQLSession) throws {
        if let row = try db.row("SELECT \(columns) FROM task_run WHERE id = ?", ["\(task.id)"]) {
            let known = try TaskRow(row)
            guard known.run == run else { throw StoreError.foreignRun("\(task.id) (a task run)", run: "\(root)") }
            guard supersedes(task, known.task) else { return }
        }
        try db.post(
            """
            INSERT INTO task_run (run, id, flow_run_id, name, attempt, state_type, state_name, state_message, state_at,
                state_actor, started_at, ended_at, details)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, state_type = excluded.state_type,
                state_name = excluded.state_name, state_message = excluded.state_message, state_at = excluded.state_at,
                state_actor = excluded.state_actor, started_at = coalesce(excluded.started_at, task_run.started_at),
                ended_at = excluded.ended_at, details = coalesce(excluded.details, task_run.details)
            """,
            [
                run, "\(task.id)", "\(task.flowRunID)", task.name, task.attempt, task.state.type.rawValue,
                task.state.name, task.state.message, task.state.at.microseconds, task.state.actor,
                task.startedAt?.microseconds, task.endedAt?.microseconds,
                try task.details.map { try JSONText.encode($0) },
            ])
    }

    /// Whether a report is news: a later try, or a later moment of one that has not ended.
    static func supersedes(_ task: TaskRun, _ known: TaskRun) -> Bool {
        if task.attempt != known.attempt { return task.attempt > known.attempt }
        return !known.state.type.isTerminal && task.state.at >= known.state.at
    }
}
