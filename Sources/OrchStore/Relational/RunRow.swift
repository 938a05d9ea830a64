import OrchModel

/// A row of `flow_run`: a run with what the store keeps beside it.
struct RunRow {
    /// What a run has that is never searched for, in one JSON text.
    struct Details: Codable {
        var parameters: [String: JSONValue]
        var tags: [String]
        var container: ContainerRecord?
        var termination: Termination?
        var metrics: [String: Double]
        var result: JSONValue?
        var pausedSeconds: Double?
        /// Attempts since the last wish to retry it that ended because the run was suspended, and count for no retry; nil =
        /// none.
        var suspensions: Int?
        var retry: RunRetry?
        var ties: ChildTies?
        var templates: [String: JSONValue]?
        var dataInterval: DataInterval?
        var resumption: RunResumption?
        var reschedules: Int?
        var firstDue: Timestamp?
        var schedule: ScheduledSlot?
        var requires: [String: JSONValue]?
        var notes: String?
    }

    var number: Int64
    /// The run in whose container this one runs, where it is another.
    var root: Int64?
    var unobservedSince: Timestamp?
    /// Attempts since the last wish to retry it that ended because the run was suspended, and count for no retry.
    var suspensions = 0
    var run: FlowRun
    /// Attempts since the last wish to retry it that count for no retry.
    var uncounted: Int { suspensions + (run.reschedules ?? 0) }
    /// When its newest state was entered by the clock of whoever reported it, which tells a report that comes again; nil
    /// where that is the state's own time. A state's own time is never before that of the state before it.
    private var reportedAt: Timestamp?

    /// The columns that ``init(_:)`` reads, in its order.
    static let columns = """
        number, root_number, unobserved_since, id, name, flow_name, deployment_id, deployment_name, \
        deployment_version, parent_id, work_queue, image, state_type, state_name, state_message, state_at, \
        state_actor, attempt, created_at, scheduled_for, started_at, ended_at, agent, cancel_by, cancel_at, request, logs_removed_at, \
        details, priority, idempotency_key, backfill_id, blocked_on, cancel_immediately
        """

    /// The row of a root run that was read before.
    init(number: Int64, run: FlowRun, suspensions: Int) {
        (self.number, self.run, self.suspensions) = (number, run, suspensions)
    }

    init(_ row: SQLRow) throws {
        var reader = RowReader(row, table: "flow_run")
        try self.init(&reader)
    }

    init(_ reader: inout RowReader) throws {
        number = try reader.next()
        root = try reader.optional()
        unobservedSince = try reader.optionalTime()
        let id = try reader.identifier()
        let (name, flowName): (String, String) = (try reader.next(), try reader.next())
        let deploymentID = try reader.optionalIdentifier()
        let (deploymentName, deploymentVersion): (String?, Int?) = (try reader.optional(), try reader.optional())
        let parentRunID = try reader.optionalIdentifier()
        let (workQueue, image): (String, String) = (try reader.next(), try reader.next())
        let state = try reader.state()
        let attempt: Int = try reader.next()
        let (createdAt, scheduledFor) = (try reader.time(), try reader.time())
        let (startedAt, endedAt) = (try reader.optionalTime(), try reader.optionalTime())
        let (agent, cancelBy): (String?, String?) = (try reader.optional(), try reader.optional())
        let cancelAt = try reader.optionalTime()
        let request: RunRequest? = try reader.optionalJSON()
        let logsRemovedAt = try reader.optionalTime()
        let details: Details = try reader.json()
        suspensions = details.suspensions ?? 0
        run = FlowRun(
            id: id, name: name, flowName: flowName, deploymentID: deploymentID, deploymentName: deploymentName,
            deploymentVersion: deploymentVersion, parentRunID: parentRunID, parameters: details.parameters,
            tags: details.tags, workQueue: workQueue, image: image, state: state, attempt: attempt,
            createdAt: createdAt, scheduledFor: scheduledFor, startedAt: startedAt, endedAt: endedAt, agent: agent,
            container: details.container, termination: details.termination,
            cancellation: Self.cancellation(by: cancelBy, at: cancelAt), request: request,
            pausedSeconds: details.pausedSeconds, logsRemovedAt: logsRemovedAt, metrics: details.metrics,
            result: details.result, retry: details.retry, ties: details.ties, templates: details.templates,
            dataInterval: details.dataInterval, resumption: details.resumption, reschedules: details.reschedules)
        run.firstDue = details.firstDue
        (run.schedule, run.requires, run.notes) = (details.schedule, details.requires, details.notes)
        (run.priority, run.idempotencyKey) = (try reader.optional(), try reader.optional())
        (run.backfillID, run.blockedOn) = (try reader.optionalIdentifier(), try reader.optional())
        run.cancellation?.isImmediate = try reader.optional(Int.self).map { $0 == 1 }
    }

    /// Attempts that its policy's retries are not counted from.
    var uncountedAttempts: Int { uncounted + (run.retry?.after ?? 0) }

    private static func cancellation(by: String?, at: Timestamp?) -> CancellationRequest? {
        guard let by, let at else { return nil }
        return CancellationRequest(by: by, at: at)
    }
}

extension RunRow {
    /// The row of a run.
    static func find(_ id: Identifier, _ db: any SQLSession) throws -> RunRow? {
        try db.row("SELECT \(columns) FROM flow_run WHERE id = ?", ["\(id)"]).map(RunRow.init)
    }

    /// The same, by the row's number.
    static func locked(number: Int64, _ db: any SQLSession) throws -> RunRow? {
        try db.row("SELECT \(columns) FROM flow_run WHERE number = ? \(db.dialect.forUpdate)", [number])
            .map(RunRow.init)
    }

    /// The row of a run that the transaction is going to change.
    static func locked(_ id: Identifier, _ db: any SQLSession) throws -> RunRow? {
        try db.row("SELECT \(columns) FROM flow_run WHERE id = ? \(db.dialect.forUpdate)", ["\(id)"]).map(RunRow.init)
    }

    /// Adds a run and its first state.
    ///
    /// - Returns: false, and nothing is added, where there is a run with its idempotency key.
    @discardableResult
    static func insert(
        _ run: FlowRun, root: Int64?, launch: RunLaunch?, sealedParameters: [UInt8]?, marks: RequestMarks? = nil,
        _ db: any SQLSession
    ) throws -> Bool {
        let inserted = try db.row(
            """
            INSERT INTO flow_run (
                id, digits_backwards, name, flow_name, deployment_id, deployment_name, deployment_version, parent_id,
                root_number, work_queue, image, state_type, state_name, state_message, state_at, state_actor, attempt,
                created_at, scheduled_for, started_at, ended_at, agent, details, launch, sealed_parameters, child_key,
                is_awaited, priority, claim_order, blocked_on, idempotency_key, schedule_id, backfill_id, late_at,
                deadline_at, expected_span, placement, interval_start, interval_end, request_marks
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                ?, ?, ?, ?)
            ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
            RETURNING number
            """,
            [
                "\(run.id)", digitsBackwards(of: run.id), run.name, run.flowName, run.deploymentID?.description,
                run.deploymentName, run.deploymentVersion, run.parentRunID?.description, root, run.workQueue,
                run.image, run.state.type.rawValue, run.state.name, run.state.message, run.state.at.microseconds,
                run.state.actor, run.attempt, run.createdAt.microseconds, run.scheduledFor.microseconds,
                run.startedAt?.microseconds, run.endedAt?.microseconds, run.agent,
                try detailsText(of: run, suspensions: 0),
                try launch.map(JSONText.encode), sealedParameters, run.ties?.place?.key,
                run.ties.map { $0.isAwaited ? 1 : 0 }, run.priority,
                run.claimOrder.microseconds, run.blockedOn,
                run.idempotencyKey, run.schedule?.scheduleID.description, run.backfillID?.description,
                (run.scheduledFor + RunPolicy.lateAfter(launch?.policy)).microseconds,
                launch?.policy?.deadlineSeconds.map { (run.scheduledFor + .seconds($0)).microseconds },
                launch?.policy?.expectedSeconds.map { TimeSpan(.seconds($0)).microseconds },
                Placement(run.requires).text, run.dataInterval?.start.microseconds,
                run.dataInterval?.end.microseconds, try marks.map(JSONText.encode),
            ])
        guard let inserted else { return false }
        var reader = RowReader(inserted, table: "flow_run")
        let number: Int64 = try reader.next()
        try addState(run.state, of: number, attempt: run.attempt, db)
        guard root == nil else { return true }
        try Placement.note(Placement(run.requires).text, db)
        for tag in Set(run.tags).sorted() {
            try db.post("INSERT INTO flow_run_tag (tag, run) VALUES (?, ?)", [tag, number])
        }
        return true
    }

    /// The row of the run that was made with a key.
    static func find(idempotencyKey key: String, _ db: any SQLSession) throws -> RunRow? {
        try db.row("SELECT \(columns) FROM flow_run WHERE idempotency_key = ?", [key]).map(RunRow.init)
    }

    /// Adds a row to the history of states, with the time that was reported.
    static func addState(_ state: RunState, of number: Int64, attempt: Int, _ db: any SQLSession) throws {
        try db.post(
            "INSERT INTO run_state (run, attempt, type, name, message, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                number, attempt, state.type.rawValue, state.name, state.message, state.at.microseconds, state.actor,
            ])
    }

    /// Writes what may have changed of the run, and of its attempt while an agent has it; `enters` adds its state to the
    /// history.
    ///
    /// A run that ends loses its lease, and those have their turn that waited for its slots.
    func update(enters: Bool, _ db: any SQLSession) throws {
        if root == nil, run.agent != nil { try AttemptRow.update(run, number: number, db) }
        let state = run.state
        try db.post(
            """
            UPDATE flow_run SET state_type = ?, state_name = ?, state_message = ?, state_at = ?, state_actor = ?,
                started_at = ?, ended_at = ?, unobserved_since = ?, cancel_by = ?, cancel_at = ?, cancel_immediately = ?,
                request = ?, details = ?, priority = ?, blocked_on = ?,
                lease_expires_at = CASE WHEN ? = 1 THEN NULL ELSE lease_expires_at END
            WHERE number = ?
            """,
            [
                state.type.rawValue, state.name, state.message, state.at.microseconds, state.actor,
                run.startedAt?.microseconds, run.endedAt?.microseconds, unobservedSince?.microseconds,
                run.cancellation?.by, run.cancellation?.at.microseconds,
                run.cancellation?.isImmediate == true ? 1 : nil, try run.request.map(JSONText.encode),
                try Self.detailsText(of: run, suspensions: suspensions), run.priority, run.blockedOn,
                state.type.isTerminal ? 1 : 0, number,
            ])
        guard enters else { return }
        var reported = state
        reported.at = reportedAt ?? state.at
        try Self.addState(reported, of: number, attempt: run.attempt, db)
        if state.type == .completed { try PastWait.release(run, db) }
        if root == nil, state.type.isTerminal { try SlotRelease.release(number, db) }
    }

    /// Takes the run from its agent and lets it wait for another attempt, due at `due`, and for the run of the interval before
    /// where it depends on that; or be held, where it is suspended.
    ///
    /// The attempt that is over keeps the state that the caller has written.
    mutating func wait(as state: RunState, due: Timestamp, _ db: any SQLSession) throws {
        let earliest = run.state.at
        run.firstDue = run.firstDue ?? run.scheduledFor
        run.state = state
        run.state.at = max(earliest, state.at)
        (run.scheduledFor, reportedAt) = (due, nil)
        (run.agent, run.endedAt, run.request, unobservedSince, run.blockedOn) = (nil, nil, nil, nil, nil)
        if state.type == .scheduled, run.dataInterval != nil, let launch = try launch(db) {
            try PastWait.hold(&run, launch, db)
        }
        try update(enters: true, db)
        try db.post(
            """
            UPDATE flow_run SET agent = NULL, lease_expires_at = NULL, late_at = late_at - scheduled_for + ?1,
                scheduled_for = ?1, claim_order = ?2
            WHERE number = ?3
            """,
            [
                due.microseconds, run.claimOrder.microseconds, number,
            ])
        // Its slots are others' until it has its turn again.
        if root == nil { try SlotRelease.release(number, db) }
    }

    /// Takes a state; a terminal one ends the run and fulfils any wish to end it.
    mutating func enter(_ state: RunState) {
        let earliest = run.state.at
        run.state = state
        (run.state.at, reportedAt) = (max(earliest, state.at), state.at)
        guard state.type.isTerminal else { return }
        run.endedAt = run.state.at
        (run.cancellation, run.request, run.blockedOn) = (nil, nil, nil)
        unobservedSince = nil
    }

    static func digitsBackwards(of id: Identifier) -> String {
        String("\(id)".filter { $0 != "-" }.reversed())
    }

    /// Whether the run's history holds just this state: a report of it comes again.
    func hasBeen(_ state: RunState, _ db: any SQLSession) throws -> Bool {
        try db.row(
            "SELECT 1 FROM run_state WHERE run = ? AND type = ? AND name = ? AND at = ? AND actor = ?",
            [number, state.type.rawValue, state.name, state.at.microseconds, state.actor]) != nil
    }

    private static func detailsText(of run: FlowRun, suspensions: Int) throws -> String {
        try JSONText.encode(
            Details(
                parameters: run.parameters, tags: run.tags, container: run.container, termination: run.termination,
                metrics: run.metrics, result: run.result, pausedSeconds: run.pausedSeconds,
                suspensions: suspensions > 0 ? suspensions : nil, retry: run.retry, ties: run.ties,
                templates: run.templates, dataInterval: run.dataInterval, resumption: run.resumption,
                reschedules: run.reschedules, firstDue: run.firstDue, schedule: run.schedule, requires: run.requires,
                notes: run.notes))
    }
}
