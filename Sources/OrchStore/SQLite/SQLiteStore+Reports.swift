import GRDB
package import OrchModel

extension SQLiteStore {
    package func apply(
        _ report: AttemptReport, to key: AttemptKey, leaseUntil: Timestamp, at: Timestamp
    ) async throws -> ReportOutcome {
        try await write { db in
            guard var row = try RunRow.find(key.runID, db), row.root == nil else { return .unknown }
            // A released run has no agent: its attempt is over, though the next has not begun.
            guard row.run.attempt == key.attempt, row.run.agent != nil else {
                return .stale(current: row.run.attempt)
            }
            var family = Family(root: row)
            for child in report.childRuns { try family.save(child, at: at, db) }
            try Self.insert(report.records, of: row.number, attempt: key.attempt, db)
            for task in report.taskRuns {
                guard try family.holds(task.flowRunID, db) else {
                    throw StoreError.foreignRun("\(task.flowRunID)", run: "\(key.runID)")
                }
                try TaskRow.save(task, of: row.number, root: key.runID, db)
            }
            try Self.insert(report.assets, of: &family, db)
            if !row.run.state.type.isTerminal { try Self.extend(row, until: leaseUntil, at: at, db) }
            row.unobservedSince = nil
            let changed = row.take(report)
            let step = try report.state.map { try row.step(to: $0, db) } ?? .nothing
            if changed || step == .entered { try row.update(enters: step == .entered, db) }
            if step == .entered, row.run.state.type.isTerminal { try family.end(with: row.run.state, at: at, db) }
            if case .refused(let reason) = step { return .refused(row.run, reason) }
            return .applied(row.run)
        }
    }

    package func settle(_ key: AttemptKey, as state: RunState) async throws -> ReportOutcome {
        try await write { db in
            guard var row = try RunRow.find(key.runID, db), row.root == nil else { return .unknown }
            guard row.run.attempt == key.attempt else { return .stale(current: row.run.attempt) }
            switch try row.step(to: state, db) {
            case .refused(let reason): return .refused(row.run, reason)
            case .nothing: return .applied(row.run)
            case .entered:
                try row.update(enters: true, db)
                if state.type.isTerminal { try Family(root: row).end(with: state, at: state.at, db) }
                return .applied(row.run)
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
        return run != before
    }

    /// Enters a state where the table of transitions allows it.
    ///
    /// A state that is in the history already is a repeated report. One that a wish to end the run has overtaken says
    /// nothing new: the agent will hear of the wish.
    mutating func step(to state: RunState, _ db: Database) throws -> Step {
        switch run.state.verdict(on: state) {
        case .repeated: return .nothing
        case .accept:
            enter(state)
            return .entered
        case .refuse(let reason):
            if run.state.type == .cancelling, [.pending, .running].contains(state.type) { return .nothing }
            let known = try db.row(
                "SELECT 1 FROM run_state WHERE run = ? AND type = ? AND name = ? AND at = ? AND actor = ?",
                [number, state.type.rawValue, state.name, state.at.microseconds, state.actor])
            return known == nil ? .refused(reason) : .nothing
        }
    }
}
