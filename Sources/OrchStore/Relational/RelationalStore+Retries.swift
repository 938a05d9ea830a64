package import OrchModel

/// Runs that have ended and are tried again.
extension RelationalStore {
    package func retry(
        _ request: RetryRequest, of run: Identifier, by actor: String, at: Timestamp
    ) async throws -> RetryOutcome {
        guard let known = try await self.run(run) else { return .unknown }
        // Retention may have unlinked the day on which the run was made, as nothing was left of it.
        if isShared { try await write { try $0.prepareLogs(of: known.createdAt.day) } }
        return try await write { db in
            guard var row = try RunRow.locked(run, db) else { return .unknown }
            return try row.retry(request, by: actor, at: at, db)
        }
    }

    package func launch(of run: Identifier) async throws -> RunLaunch? {
        try await read { db in try RunRow.find(run, db)?.launch(db) }
    }

    package func retryFacts(
        of run: Identifier, key: @escaping @Sendable (_ sealed: String, _ attempt: Int) -> String?
    ) async throws -> RetryFacts? {
        try await read { db in
            guard let row = try RunRow.find(run, db) else { return nil }
            let launch: RunLaunch? = try row.launch(db)
            let tasks = try Self.pastTasks(of: row, key, db)
            let children = try db.rows(
                """
                SELECT \(RunRow.columns) FROM flow_run
                WHERE root_number IS NULL
                    AND parent_id IN (SELECT id FROM flow_run WHERE number = ?1 OR root_number = ?1)
                ORDER BY number
                """, [row.number]
            ).map { try RunRow($0).run }
            return RetryFacts(
                run: row.run, kind: launch?.kind ?? .sdk, tasks: tasks,
                results: try Self.results(
                    of: row.run.flowName, keys: tasks.compactMap(\.key), db),
                children: children)
        }
    }

    /// The task runs of all attempts of a run, those of sub-flows in its containers among them.
    private static func pastTasks(
        of row: RunRow, _ key: (String, Int) -> String?, _ db: any SQLSession
    ) throws -> [RetryFacts.PastTask] {
        let starts = try db.rows(
            "SELECT number, tasks_before FROM attempt WHERE run = ? ORDER BY number", [row.number]
        ).map { row in
            var reader = RowReader(row, table: "attempt")
            return (attempt: try reader.next(Int.self), before: try reader.optional(Int64.self) ?? 0)
        }
        let flows = try db.rows("SELECT id, flow_name FROM flow_run WHERE root_number = ?", [row.number]).map { row in
            var reader = RowReader(row, table: "flow_run")
            return (try reader.identifier(), try reader.next(String.self))
        }
        let names = Dictionary(flows) { first, _ in first }
        let numbers = try db.rows("SELECT number FROM task_run WHERE run = ? ORDER BY number", [row.number]).map {
            row in
            var reader = RowReader(row, table: "task_run")
            return try reader.next(Int64.self)
        }
        let tasks = try db.rows(
            "SELECT \(TaskRow.columns) FROM task_run WHERE run = ? ORDER BY number", [row.number]
        ).map { try TaskRow($0).task }
        return zip(numbers, tasks).map { number, task in
            let attempt = starts.last { $0.before < number }?.attempt ?? 1
            return RetryFacts.PastTask(
                task: task, attempt: attempt, flow: names[task.flowRunID],
                key: task.details?.result.flatMap { key($0, attempt) })
        }
    }
}

/// What a wish to try a run again led to.
package enum RetryOutcome: Sendable {
    /// There is no such run.
    case unknown
    /// It runs inside another run and is tried again with it.
    case child(FlowRun)
    /// Its state forbids it; the text says why, and what was expected.
    case refused(FlowRun, String)
    /// It waits for another attempt.
    case requested(FlowRun)
    /// The same was wished before; the text says what came of it.
    case unchanged(FlowRun, String)
}

extension RunRow {
    /// How the run is launched; nil for one inside another's container.
    func launch(_ db: any SQLSession) throws -> RunLaunch? {
        guard let row = try db.row("SELECT launch FROM flow_run WHERE number = ?", [number]) else { return nil }
        var reader = RowReader(row, table: "flow_run")
        return try reader.optionalJSON()
    }

    /// Lets a run that has ended wait for another attempt.
    mutating func retry(
        _ request: RetryRequest, by actor: String, at: Timestamp, _ db: any SQLSession
    ) throws -> RetryOutcome {
        guard root == nil else { return .child(run) }
        switch request.effect(on: run, by: actor, at: at) {
        case .refuse(let reason): return .refused(run, reason)
        case .repeated(let note): return .unchanged(run, note)
        case .enter(let state, let retry):
            if let removedAt = run.logsRemovedAt {
                return .refused(
                    run,
                    "the log of run \(run.name) was removed on \(removedAt) by retention, and a further attempt would have "
                        + "none: expected a run with its log; make a new run")
            }
            if try isRetiring(db) {
                return .refused(run, "run \(run.name) is being removed by retention: make a new run")
            }
            // What it waited for, it waits for anew.
            (suspensions, run.reschedules, run.resumption) = (0, nil, nil)
            run.retry = retry
            try wait(as: state, due: at, db)
            // Its deadline was that of its first end; somebody wants more of it now.
            try db.post("UPDATE flow_run SET deadline_at = NULL WHERE number = ?", [number])
            return .requested(run)
        }
    }

    private func isRetiring(_ db: any SQLSession) throws -> Bool {
        try db.row("SELECT 1 FROM flow_run WHERE number = ? AND retiring IS NOT NULL", [number]) != nil
    }
}
