package import OrchModel

extension RelationalStore {
    package func apply(
        _ report: AttemptReport, to key: AttemptKey, leaseUntil: Timestamp, at: Timestamp
    ) async throws -> ReportOutcome {
        try await write { [logLimit] db in
            guard var row = try RunRow.locked(key.runID, db), row.root == nil else { return .unknown }
            // The last report of an attempt that another one has followed comes again.
            if let state = report.state, state.endsAttempt,
                try AttemptRow.hasEnded(key, of: row.number, as: state, db)
            {
                return .applied(row.run, ReportEffect())
            }
            // A released run has no agent: its attempt is over, though the next has not begun.
            guard row.run.attempt == key.attempt, row.run.agent != nil else {
                return .stale(current: row.run.attempt)
            }
            var family = Family(root: row)
            for child in report.childRuns { try family.save(child, at: at, db) }
            var log = try LogAppender(row, attempt: key.attempt, limit: logLimit, db)
            try log.append(report)
            try log.close()
            for task in report.taskRuns {
                guard try family.holds(task.flowRunID, db) else {
                    throw StoreError.foreignRun("\(task.flowRunID)", run: "\(key.runID)")
                }
            }
            try TaskRow.save(report.taskRuns, of: row.number, root: key.runID, db)
            try Self.insert(report.assets, of: &family, db)
            try Self.insert(report.artifacts, of: &family, db)
            if !row.run.state.type.isTerminal { try Self.extend(row, until: leaseUntil, at: at, db) }
            row.unobservedSince = nil
            var effect = ReportEffect(launch: try row.launch(told: report.startedAt, db))
            let changed = row.take(report)
            let isWished = row.run.cancellation != nil
            let before = row.run.state
            let step = try report.state.map { try row.step(to: row.finally($0), db) } ?? .nothing
            let isSuspended = step == .entered && row.run.state.isSuspended
            let awaitsReschedule = step == .entered && row.run.state.awaitsReschedule
            let hasEnded = step == .entered && row.run.state.type.isTerminal
            if hasEnded || isSuspended || awaitsReschedule {
                try family.end(with: row.run.state, at: at, db)
                try Self.finishLog(of: row, limit: logLimit, at: at, db)
            } else if step == .entered, before.type == .paused || row.run.state.type == .paused {
                try family.follow(row.run.state, db)
            }
            if isSuspended {
                try row.holdSuspended(at: at, db)
                return .applied(row.run, effect)
            }
            if awaitsReschedule {
                try row.reschedule(at: at, db)
                return .applied(row.run, effect)
            }
            if hasEnded, !isWished, let retry = try row.retry(at: at, db) {
                // The attempt has ended, the run has not.
                try AttemptRow.update(row.run, number: row.number, db)
                try row.wait(as: row.held(instead: retry.state), due: retry.due, db)
                effect.isRetried = true
                return .applied(row.run, effect)
            }
            if changed || step == .entered { try row.update(enters: step == .entered, db) }
            if case .refused(let reason) = step { return .refused(row.run, reason) }
            effect.hasEnded = hasEnded
            return .applied(row.run, effect)
        }
    }

    package func settle(_ key: AttemptKey, as state: RunState, releases: Bool) async throws -> ReportOutcome {
        try await write { [logLimit] db in
            guard var row = try RunRow.locked(key.runID, db), row.root == nil else { return .unknown }
            guard row.run.attempt == key.attempt else { return .stale(current: row.run.attempt) }
            switch try row.step(to: state, db) {
            case .refused(let reason): return .refused(row.run, reason)
            case .nothing: return .applied(row.run, ReportEffect())
            case .entered:
                try row.update(enters: true, db)
                if state.type.isTerminal {
                    try Family(root: row).end(with: state, at: state.at, db)
                    try Self.finishLog(of: row, limit: logLimit, at: state.at, db)
                }
                if releases {
                    row.run.agent = nil
                    try db.run("UPDATE flow_run SET agent = NULL WHERE number = ?", [row.number])
                }
                return .applied(row.run, ReportEffect(hasEnded: state.type.isTerminal))
            }
        }
    }
}

extension RunRow {
    /// What a proposed state did.
    enum Step: Equatable {
        case entered
        /// It was known, or is overtaken by a newer one.
        case nothing
        case refused(String)
    }

    /// Takes the facts of a report that are not a state; false where all were known.
    mutating func take(_ report: AttemptReport) -> Bool {
        let before = run
        run.metrics.merge(report.metrics) { _, new in new }
        if let result = report.result { run.result = result }
        if let container = report.container { run.container = container }
        if let startedAt = report.startedAt { run.startedAt = startedAt }
        if let termination = report.termination { run.termination = termination }
        if let pausedSeconds = report.pausedSeconds { run.pausedSeconds = pausedSeconds }
        if let resumption = report.resumption { keep(resumption) }
        if let begun = report.begun, let request = run.request { run.request = request.following(begun) }
        // Another wish may have come since; suspended runs settle theirs once they are.
        if let settled = report.settled, settled == run.request, settled.action != .suspend { run.request = nil }
        return run != before
    }

    /// How long after its claim the present attempt started, where nobody has told of the start yet.
    func launch(told startedAt: Timestamp?, _ db: any SQLSession) throws -> Duration? {
        guard run.startedAt == nil, let startedAt,
            let row = try db.row(
                "SELECT claimed_at FROM attempt WHERE run = ? AND number = ?", [number, run.attempt])
        else { return nil }
        var reader = RowReader(row, table: "attempt")
        return startedAt - (try reader.time())
    }

    /// The state in which the run waits for its next attempt, and when that is due; nil where the end of this one is the
    /// run's.
    func retry(at: Timestamp, _ db: any SQLSession) throws -> (state: RunState, due: Timestamp)? {
        guard let policy = try launch(db)?.policy else { return nil }
        let sequel = policy.sequel(
            of: run.state, run.termination, attempt: run.attempt - uncountedAttempts,
            chance: RunPolicy.chance(run: run.id, attempt: run.attempt))
        guard case .retry(let seconds) = sequel else { return nil }
        let message = """
            attempt \(run.attempt) \(run.state.name): \(run.state.message); attempt \(run.attempt + 1) of \
            \(policy.retries + 1 + uncountedAttempts) in \((seconds * 10).rounded() / 10) s
            """
        let state = RunState(
            .scheduled, name: RunState.awaitingRetryName, message: message, at: at, actor: run.state.actor)
        return (state, at + .seconds(seconds))
    }

    /// Enters a state where the table of transitions allows it.
    ///
    /// A state that is in the history already is a repeated report. One that a wish to end the run has overtaken says
    /// nothing new: the agent will hear of the wish.
    mutating func step(to reported: RunState, _ db: any SQLSession) throws -> Step {
        var state = reported
        if state.type == .running, run.attempt - uncounted > 1, state.name == StateType.running.defaultName {
            state.name = RunState.retryingName
        }
        switch run.state.verdict(onReported: state) {
        case .repeated: return .nothing
        case .accept:
            // Runs go into a pause and out of it any number of times, so that the table alone does not tell what is old.
            if [.running, .paused].contains(state.type), try hasBeen(state, db) { return .nothing }
            enter(state)
            return .entered
        case .refuse(let reason):
            if run.state.type == .cancelling, [.pending, .running, .paused].contains(state.type) { return .nothing }
            return try hasBeen(state, db) ? .nothing : .refused(reason)
        }
    }

    /// A reported state as it is once what was wished meanwhile is known: the agent suspended a run that is to end for good.
    fileprivate func finally(_ reported: RunState) -> RunState {
        guard reported.isSuspended || reported.awaitsReschedule, let cancellation = run.cancellation else {
            return reported
        }
        return RunState(
            .cancelled, message: "cancelled by \(cancellation.by); \(reported.message)", at: reported.at,
            actor: reported.actor)
    }

    /// The state in which a run waits for its next attempt: held, where a wish for that came too late for the last one.
    func held(instead waiting: RunState) -> RunState {
        guard let request = run.request, request.action != .resume else { return waiting }
        var state = request.held("\(waiting.message); \(request.action.participle) by \(request.by)")
        state.at = waiting.at
        return state
    }

    /// Lets go of a run whose container has ended because it was to be suspended; where that is wished already, it waits
    /// for an agent again.
    fileprivate mutating func holdSuspended(at: Timestamp, _ db: any SQLSession) throws {
        suspensions += 1
        try AttemptRow.update(run, number: number, db)
        let wish = run.request
        try wait(as: run.state, due: run.scheduledFor, db)
        guard let wish, wish.action == .resume,
            case .enter(let state) = wish.effect(on: run)
        else { return }
        try wait(as: state, due: max(run.scheduledFor, at), db)
    }
}
