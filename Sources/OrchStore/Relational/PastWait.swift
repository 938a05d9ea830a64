import OrchModel

/// Runs that wait until the run of the data interval before theirs has completed.
///
/// One that waits so takes no slot of any limit, so that it holds up nothing that it waits for.
enum PastWait {
    /// What a run waits for that is about the interval after `end`.
    private static func key(_ deployment: Identifier, _ end: Timestamp) -> String {
        "past:\(deployment):\(end.microseconds)"
    }

    /// Lets a run that is about to be added, or to wait for another attempt, wait for the past: where its deployment says so
    /// and the run before has not completed.
    static func hold(_ run: inout FlowRun, _ launch: RunLaunch, _ db: any SQLSession) throws {
        guard launch.dependsOnPast == true, let interval = run.dataInterval, let deployment = run.deploymentID,
            let before = try before(interval.start, deployment, db), before.state.type != .completed
        else { return }
        run.blockedOn = key(deployment, interval.start)
        run.state.message = "waits until \(before.name), the run of the interval before, has completed"
    }

    /// A run has completed: those go that wait for it.
    static func release(_ run: FlowRun, _ db: any SQLSession) throws {
        guard let interval = run.dataInterval, let deployment = run.deploymentID else { return }
        try letGo(key(deployment, interval.end), db)
    }

    /// Lets those go whose run before has completed, or is there no more.
    static func releaseAll(_ db: any SQLSession) throws {
        let keys = try db.rows(
            """
            SELECT DISTINCT blocked_on FROM flow_run
            WHERE blocked_on >= 'past:' AND blocked_on < 'past;' AND state_type = 'SCHEDULED'
            """
        ).map { row in
            var reader = RowReader(row, table: "flow_run")
            return try reader.next(String.self)
        }
        for key in keys {
            let parts = key.split(separator: ":")
            guard parts.count == 3, let deployment = Identifier(String(parts[1])), let end = Int64(parts[2]) else {
                continue
            }
            let before = try before(Timestamp(microseconds: end), deployment, db)
            if before?.state.type ?? .completed == .completed { try letGo(key, db) }
        }
    }

    /// The last run about an interval that ends where another one begins.
    private static func before(
        _ start: Timestamp, _ deployment: Identifier, _ db: any SQLSession
    ) throws -> FlowRun? {
        try db.row(
            """
            SELECT \(RunRow.columns) FROM flow_run WHERE deployment_id = ? AND interval_end = ?
            ORDER BY number DESC LIMIT 1
            """, ["\(deployment)", start.microseconds]
        ).map { try RunRow($0).run }
    }

    private static func letGo(_ key: String, _ db: any SQLSession) throws {
        let rows = try db.rows(
            """
            UPDATE flow_run SET blocked_on = NULL, state_message = 'the run of the interval before has completed'
            WHERE blocked_on = ? AND state_type = 'SCHEDULED' RETURNING work_queue
            """, [key])
        for row in rows {
            var reader = RowReader(row, table: "flow_run")
            db.wake(try reader.next(String.self))
        }
    }
}
