package import OrchModel

extension RelationalStore {
    @discardableResult
    package func createRun(_ draft: RunDraft) async throws -> FlowRun? {
        try await prepareLogs(of: draft.run.createdAt.day)
        return try await write { db in
            if let key = draft.run.idempotencyKey, let known = try RunRow.find(idempotencyKey: key, db) {
                return known.run
            }
            var draft = draft
            if let parent = draft.run.parentRunID {
                let ties = draft.run.ties ?? ChildTies(depth: 1)
                draft.run.ties = ties.inside(try Self.hold(parent, db).run)
            }
            guard try !RunRow.insert(draft, db) else { return nil }
            // Another one has made it meanwhile, and has committed that.
            return try draft.run.idempotencyKey.flatMap { try RunRow.find(idempotencyKey: $0, db)?.run }
        }
    }

    package func run(key: String) async throws -> FlowRun? {
        try await read { try RunRow.find(idempotencyKey: key, $0)?.run }
    }

    package func requestMarks(ofRun id: Identifier) async throws -> RequestMarks? {
        try await read { try Self.requestMarks("flow_run", id, $0) }
    }

    static func requestMarks(_ table: String, _ id: Identifier, _ db: any SQLSession) throws -> RequestMarks? {
        guard let row = try db.row("SELECT request_marks FROM \(table) WHERE id = ?", ["\(id)"]) else { return nil }
        var reader = RowReader(row, table: table)
        return try reader.optionalJSON()
    }

    /// Holds a run that is about to make another one, so that its cancellation cannot pass by.
    ///
    /// - Returns: the run of the container.
    static func hold(_ id: Identifier, _ db: any SQLSession) throws -> RunRow {
        guard let run = try RunRow.locked(id, db) else { throw StoreError.missingRun("\(id)") }
        let row = try run.root.flatMap { try RunRow.locked(number: $0, db) } ?? run
        guard !row.run.state.type.isTerminal, row.run.cancellation == nil else {
            throw StoreError.parentEnded(row.run.name, state: row.run.state.name)
        }
        guard (row.run.ties?.depth ?? 0) < ChildTies.deepest else {
            throw StoreError.nestedTooDeep(row.run.name, limit: ChildTies.deepest)
        }
        return row
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
            var conditions = [query.parent == nil ? "root_number IS NULL" : "parent_id = ?"]
            var arguments = SQLArguments()
            if let parent = query.parent { arguments += ["\(parent)"] }
            if let state = query.state {
                let isType = StateType(rawValue: state.uppercased()) != nil
                conditions.append(isType ? "state_type = ?" : "lower(state_name) = lower(?)")
                arguments += [isType ? state.uppercased() : state]
            }
            if let deployment = query.deployment {
                conditions.append("deployment_name = ?")
                arguments += [deployment]
            }
            if let flow = query.flow {
                // Beside a deployment it narrows little, so it is not to be searched by.
                conditions.append(query.deployment == nil ? "flow_name = ?" : "flow_name || '' = ?")
                arguments += [flow]
            }
            func narrow(_ condition: String, _ value: (any SQLBindable)?) {
                guard let value else { return }
                conditions.append(condition)
                arguments += [value]
            }
            narrow("number IN (SELECT flow_run_tag.run FROM flow_run_tag WHERE flow_run_tag.tag = ?)", query.tag)
            narrow("work_queue = ?", query.workQueue)
            narrow("schedule_id = ?", query.schedule?.description)
            narrow("backfill_id = ?", query.backfill?.description)
            narrow("scheduled_for < ?", query.dueBefore?.microseconds)
            narrow(
                "number < (SELECT later.number FROM flow_run later WHERE later.id = ?)", query.before?.description)
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

    /// States with positions greater than `position`, and the last of those positions. Clocks differ: no state is shown
    /// with a time before that of an earlier one.
    static func states(
        of number: Int64, after position: Int64, _ db: any SQLSession
    ) throws -> (states: [RunState], last: Int64) {
        var last = position
        let states = try db.rows(
            """
            SELECT position, type, name, message,
                (SELECT max(earlier.at) FROM run_state earlier
                WHERE earlier.run = run_state.run AND earlier.position <= run_state.position),
                actor
            FROM run_state WHERE run = ? AND position > ? ORDER BY position
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

    package func taskRunsAtWork(of run: Identifier) async throws -> [TaskRun] {
        try await read { db in
            try db.rows(
                """
                SELECT \(TaskRow.columns) FROM task_run
                WHERE (flow_run_id = ? OR run = (SELECT number FROM flow_run WHERE id = ?)) AND state_type = 'RUNNING'
                ORDER BY number LIMIT 100
                """, ["\(run)", "\(run)"]
            ).map { try TaskRow($0).task }
        }
    }
}

extension ChildTies {
    /// The same, as those of a child of `parent`.
    func inside(_ parent: FlowRun) -> ChildTies {
        var ties = self
        ties.depth = (parent.ties?.depth ?? 0) + 1
        return ties
    }
}

extension RunRow {
    /// Adds a run with a container of its own.
    ///
    /// - Returns: false, and nothing is added, where there is a run with its idempotency key.
    @discardableResult
    static func insert(_ draft: RunDraft, _ db: any SQLSession) throws -> Bool {
        var draft = draft
        try PastWait.hold(&draft.run, draft.launch, db)
        return try insert(
            draft.run, root: nil, launch: draft.launch, sealedParameters: draft.sealedParameters,
            marks: draft.requestMarks, db)
    }
}
