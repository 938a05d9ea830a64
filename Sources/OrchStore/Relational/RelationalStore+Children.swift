package import OrchModel

/// Runs with containers of their own that a run makes at a place of its own.
extension RelationalStore {
    package func createChild(
        _ draft: RunDraft, of parent: Identifier, attempt: Int?, by actor: String, at: Timestamp
    ) async throws -> ChildOutcome {
        guard let place = draft.run.ties?.place else { throw StoreError.missingRun("\(parent)") }
        try await prepareLogs(of: draft.run.createdAt.day)
        if isShared, let known = try await read({ try Self.child(of: parent, at: place, since: nil, $0) }) {
            try await write { try $0.prepareLogs(of: known.run.createdAt.day) }
        }
        return try await write { db in
            let holder = try Self.hold(parent, db)
            // An attempt that is over has no say any more, whatever its container still asks for.
            guard attempt == nil || (holder.run.attempt == attempt && holder.run.agent != nil) else {
                throw StoreError.parentEnded(holder.run.name, state: "in attempt \(holder.run.attempt)")
            }
            // Whoever asked for all to be done again gets another child.
            let since = holder.run.retry?.resultsSince
            if var known = try Self.child(of: parent, at: place, since: since, db),
                let outcome = try known.goOn(place, by: actor, at: at, db)
            {
                return outcome
            }
            var draft = draft
            draft.run.parentRunID = parent
            draft.run.ties = draft.run.ties?.inside(holder.run)
            try RunRow.insert(draft, db)
            return .created(draft.run)
        }
    }

    package func child(of parent: FlowRun, at place: ChildPlace) async throws -> FlowRun? {
        try await read { try Self.child(of: parent.id, at: place, since: parent.retry?.resultsSince, $0)?.run }
    }

    /// The newest child that was made at a place.
    private static func child(
        of parent: Identifier, at place: ChildPlace, since: Timestamp?, _ db: any SQLSession
    ) throws -> RunRow? {
        try db.row(
            """
            SELECT \(RunRow.columns) FROM flow_run
            WHERE parent_id = ? AND child_key = ? AND created_at >= ? ORDER BY number DESC LIMIT 1
            """, ["\(parent)", place.key, since?.microseconds ?? Int64.min]
        ).map(RunRow.init)
    }
}

/// What came of a run's wish for a child.
package enum ChildOutcome: Sendable {
    /// A new run.
    case created(FlowRun)
    /// The run that was made at the same place, as it is.
    case known(FlowRun)
    /// The run that was made at the same place, which had not completed: it waits for another attempt.
    case retried(FlowRun)

    /// The child.
    package var run: FlowRun {
        switch self {
        case .created(let run), .known(let run), .retried(let run): run
        }
    }
}

extension RunRow {
    /// What becomes of a child that is there; nil where another one has to be made.
    fileprivate mutating func goOn(
        _ place: ChildPlace, by actor: String, at: Timestamp, _ db: any SQLSession
    ) throws -> ChildOutcome? {
        // It may have changed between the look and the hold.
        guard let held = try Self.locked(number: number, db) else { return nil }
        self = held
        guard run.state.type != .completed, run.ties?.place?.attempt != place.attempt else { return .known(run) }
        run.ties?.place?.attempt = place.attempt
        guard run.state.type.isTerminal else {
            // One of an earlier attempt that goes on is this attempt's now.
            try update(enters: false, db)
            return .known(run)
        }
        guard case .requested(let run) = try retry(RetryRequest(), by: actor, at: at, db) else { return nil }
        return .retried(run)
    }
}
