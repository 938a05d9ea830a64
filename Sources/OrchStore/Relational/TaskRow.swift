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
        // One statement changes each row once.
        let once = Set(tasks.map(\.id)).count == tasks.count ? tasks : TaskRun.newest(of: tasks)
        var start = 0
        for (rows, statement) in upserts {
            while once.count - start >= rows {
                var values: [SQLValue] = []
                values.reserveCapacity(rows * 14)
                for task in once[start..<start + rows] { try append(task, of: run, to: &values) }
                try db.post(statement, SQLArguments(values))
                start += rows
            }
        }
    }

    private static func append(_ task: TaskRun, of run: Int64, to values: inout [SQLValue]) throws {
        values.append(.integer(run))
        values.append(.text("\(task.id)"))
        values.append(.text("\(task.flowRunID)"))
        values.append(.text(task.name))
        values.append(.integer(Int64(task.attempt)))
        values.append(.text(task.state.type.rawValue))
        values.append(.text(task.state.name))
        values.append(.text(task.state.message))
        values.append(.integer(task.state.at.microseconds))
        values.append(.text(task.state.actor))
        values.append(task.startedAt.map { .integer($0.microseconds) } ?? .null)
        values.append(task.endedAt.map { .integer($0.microseconds) } ?? .null)
        guard var details = task.details else {
            values.append(.null)
            values.append(.null)
            return
        }
        // Apart from each other, as each stays as it is where a report tells of the other one alone.
        let progress = details.progress
        details.progress = nil
        values.append(details.isEmpty ? .null : .text(try JSONText.encode(details)))
        values.append(try progress.map { .text(try JSONText.encode($0)) } ?? .null)
    }

    /// Statements by how many rows they save, most first: each stays prepared.
    private static let upserts = [64, 8, 1].map { ($0, upsert(rows: $0)) }

    private static func upsert(rows: Int) -> String {
        let places = "(" + Array(repeating: "?", count: 14).joined(separator: ", ") + ")"
        return """
            INSERT INTO task_run (run, id, flow_run_id, name, attempt, state_type, state_name, state_message, state_at,
                state_actor, started_at, ended_at, details, progress)
            VALUES \(Array(repeating: places, count: rows).joined(separator: ", "))
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
    }

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
