import OrchModel

/// A container's run with the child runs inside it.
struct Family {
    let root: RunRow
    private var known: Set<Identifier>

    init(root: RunRow) {
        self.root = root
        known = [root.run.id]
    }

    /// Whether a run is the container's own or one of its children.
    mutating func holds(_ id: Identifier, _ db: any SQLSession) throws -> Bool {
        if known.contains(id) { return true }
        guard try RunRow.find(id, db)?.root == root.number else { return false }
        known.insert(id)
        return true
    }

    /// Adds a child run, or takes its new state where it follows from the one known.
    ///
    /// - Throws: ``StoreError/foreignRun(_:run:)`` where the child or its parent belongs to another run.
    mutating func save(_ report: ChildRunReport, at: Timestamp, _ db: any SQLSession) throws {
        guard var row = try RunRow.find(report.id, db) else { return try add(report, at: at, db) }
        guard row.root == root.number else { throw foreign(report.id) }
        known.insert(report.id)
        row.run.startedAt = report.startedAt ?? row.run.startedAt
        // What does not follow is an older report sent again.
        guard case .accept = row.run.state.verdict(onReported: report.state) else { return }
        if row.run.state.type == .paused, try row.hasBeen(report.state, db) { return }
        row.enter(report.state)
        row.run.endedAt = report.endedAt ?? row.run.endedAt
        try row.update(enters: true, db)
    }

    private mutating func add(_ report: ChildRunReport, at: Timestamp, _ db: any SQLSession) throws {
        guard try holds(report.parentRunID, db) else { throw foreign(report.parentRunID) }
        let parent = root.run
        let run = FlowRun(
            id: report.id, name: "\(report.flowName)-\(report.id.short)", flowName: report.flowName,
            parentRunID: report.parentRunID, parameters: report.parameters, workQueue: parent.workQueue,
            image: parent.image, state: report.state, attempt: parent.attempt, createdAt: at,
            scheduledFor: report.startedAt ?? at, startedAt: report.startedAt,
            endedAt: report.endedAt ?? (report.state.type.isTerminal ? report.state.at : nil), agent: parent.agent)
        try RunRow.insert(run, root: root.number, launch: nil, sealedParameters: nil, db)
        known.insert(report.id)
    }

    private func foreign(_ id: Identifier) -> StoreError {
        .foreignRun("\(id)", run: "\(root.run.id)")
    }

    /// Has the child runs inside follow the container into a pause and out of it.
    func follow(_ state: RunState, _ db: any SQLSession) throws {
        let (pauses, from) = (state.type == .paused, state.type == .paused ? "'PENDING', 'RUNNING'" : "'PAUSED'")
        let following = RunState(
            state.type, message: "the run it is part of was \(pauses ? "paused" : "resumed")", at: state.at,
            actor: state.actor)
        let children = try db.rows(
            "SELECT \(RunRow.columns) FROM flow_run WHERE root_number = ? AND state_type IN (\(from))", [root.number])
        for child in children {
            var row = try RunRow(child)
            row.enter(following)
            try row.update(enters: true, db)
        }
    }

    /// Ends every child run and task that the end of the container left open.
    func end(with state: RunState, at: Timestamp, _ db: any SQLSession) throws {
        let isWished = state.type == .cancelled || state.isSuspended || state.awaitsReschedule
        // A task that waits goes on waiting in the next attempt, if there is one.
        let stays = state.type.isTerminal ? "" : " AND state_name <> '\(RunState.awaitingRescheduleName)'"
        let ending = RunState(
            isWished ? .cancelled : .crashed,
            message: "it had not ended when its run became \(state.name)", at: state.at, actor: state.actor)
        let children = try db.rows(
            """
            SELECT \(RunRow.columns) FROM flow_run
            WHERE root_number = ? AND \(StoreSchema.isOpen)
            """,
            [root.number])
        for child in children {
            var row = try RunRow(child)
            row.enter(ending)
            try row.update(enters: true, db)
        }
        try db.run(
            """
            UPDATE task_run SET state_type = ?1, state_name = ?2, state_message = ?3, state_at = ?4, state_actor = ?5,
                ended_at = ?4
            WHERE run = ?6 AND \(StoreSchema.isOpen)\(stays)
            """,
            [
                ending.type.rawValue, ending.name, ending.message, ending.at.microseconds, ending.actor, root.number,
            ])
    }
}
