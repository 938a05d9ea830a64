package import OrchModel

extension RelationalStore {
    package func createRun(_ draft: RunDraft) async throws {
        try await prepareLogs(of: LogState.day(of: draft.run))
        try await write { db in
            try RunRow.insert(
                draft.run, root: nil, launch: draft.launch, sealedParameters: draft.sealedParameters, db)
        }
    }

    package func run(_ id: Identifier) async throws -> FlowRun? {
        try await read { try RunRow.find(id, $0)?.run }
    }

    package func runs(meaning reference: RunReference) async throws -> [FlowRun] {
        try await read { db in
            if let id = Identifier(reference.text) {
                return try RunRow.find(id, db).map { [$0.run] } ?? []
            }
            let named = try db.rows(
                "SELECT \(RunRow.columns) FROM flow_run WHERE name = ? ORDER BY number DESC LIMIT 10",
                [reference.text])
            guard named.isEmpty, let digits = reference.digits else { return try named.map { try RunRow($0).run } }
            let (start, end) = (Self.dashed(digits), String(digits.reversed()))
            return try db.rows(
                """
                SELECT \(RunRow.columns) FROM flow_run
                WHERE (id >= ?1 AND id < ?1 || 'g') OR (digits_backwards >= ?2 AND digits_backwards < ?2 || 'g')
                ORDER BY number DESC LIMIT 10
                """,
                [start, end]
            ).map { try RunRow($0).run }
        }
    }

    /// The beginning of an identifier with its dashes.
    private static func dashed(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    package func runs(matching query: RunQuery) async throws -> [FlowRun] {
        try await read { db in
            var conditions = [query.parent == nil ? "parent_id IS NULL" : "parent_id = ?"]
            var arguments = SQLArguments()
            if let parent = query.parent { arguments += ["\(parent)"] }
            if let state = query.state {
                let isType = StateType(rawValue: state.uppercased()) != nil
                conditions.append(isType ? "state_type = ?" : "lower(state_name) = lower(?)")
                arguments += [isType ? state.uppercased() : state]
            }
            for (column, value) in [("deployment_name", query.deployment), ("flow_name", query.flow)] {
                guard let value else { continue }
                conditions.append("\(column) = ?")
                arguments += [value]
            }
            let sql = """
                SELECT \(RunRow.columns) FROM flow_run WHERE \(conditions.joined(separator: " AND "))
                ORDER BY number DESC LIMIT ?
                """
            return try db.rows(sql, arguments + [query.limit]).map { try RunRow($0).run }
        }
    }

    package func states(of run: Identifier) async throws -> [RunState] {
        try await read { db in
            guard let row = try RunRow.find(run, db) else { return [] }
            return try Self.states(of: row.number, after: 0, db).states
        }
    }

    /// States with positions greater than `position`, and the last of those positions.
    static func states(
        of number: Int64, after position: Int64, _ db: any SQLSession
    ) throws -> (states: [RunState], last: Int64) {
        var last = position
        let states = try db.rows(
            """
            SELECT position, type, name, message, at, actor FROM run_state
            WHERE run = ? AND position > ? ORDER BY position
            """,
            [number, position]
        ).map { row in
            var reader = RowReader(row, table: "run_state")
            last = try reader.next()
            return try reader.state()
        }
        return (states, last)
    }

    package func attempts(of run: Identifier) async throws -> [RunAttempt] {
        try await read { db in
            guard let row = try RunRow.find(run, db) else { return [] }
            return try AttemptRow.all(of: row, db)
        }
    }

    package func taskRuns(of run: Identifier) async throws -> [TaskRun] {
        try await read { db in
            try db.rows(
                "SELECT \(TaskRow.columns) FROM task_run WHERE flow_run_id = ? ORDER BY number", ["\(run)"]
            ).map { try TaskRow($0).task }
        }
    }

    package func requestCancellation(
        of run: Identifier, _ request: CancellationRequest
    ) async throws -> CancellationOutcome {
        try await write { db in
            guard var row = try RunRow.locked(run, db) else { return .unknown }
            guard !row.run.state.type.isTerminal else { return .ended(row.run) }
            guard row.root == nil else { return .child(row.run) }
            guard row.run.cancellation == nil else { return .requested(row.run) }
            let (by, at) = (request.by, request.at)
            if row.run.state.type == .scheduled {
                row.enter(
                    RunState(.cancelled, message: "cancelled by \(by) before it was started", at: at, actor: by))
            } else {
                row.run.cancellation = request
                row.enter(RunState(.cancelling, message: "\(by) asked for its end", at: at, actor: by))
            }
            try row.update(enters: true, db)
            return .requested(row.run)
        }
    }
}
