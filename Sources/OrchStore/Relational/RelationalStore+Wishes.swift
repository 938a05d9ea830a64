package import OrchModel

/// What somebody wishes of a run.
extension RelationalStore {
    package func requestCancellation(
        of run: Identifier, _ request: CancellationRequest, inState state: String?
    ) async throws -> CancellationOutcome {
        try await write { db in
            guard let row = try RunRow.locked(run, db) else { return .unknown }
            let own = row.run.state
            if let state, own.type.rawValue != state, own.name.uppercased() != state { return .passedOver(row.run) }
            if row.run.state.type.isTerminal {
                return row.run.state.type == .cancelled ? .unchanged(row.run) : .ended(row.run)
            }
            guard row.root == nil else { return .child(row.run) }
            let family = try row.cancelFamily(request, actor: request.by, db)
            return family.all.isEmpty ? .unchanged(family.run) : .requested(family.run, others: family.others)
        }
    }

    package func request(_ request: RunRequest, of run: Identifier) async throws -> RequestOutcome {
        try await write { db in
            guard var row = try RunRow.locked(run, db) else { return .unknown }
            guard row.root == nil else { return .child(row.run) }
            switch request.effect(on: row.run) {
            case .refuse(let expected): return .refused(row.run, expected: expected)
            case .repeated: return .unchanged(row.run)
            case .ask(let wish):
                row.run.request = wish
                try row.update(enters: false, db)
            case .enter(let state):
                let isDueLater = state.type == .paused || row.run.scheduledFor > request.at
                try row.wait(as: state, due: isDueLater ? row.run.scheduledFor : request.at, db)
            }
            return .requested(row.run)
        }
    }
}

/// A run that is to end, and those that it made, which end with it.
struct CancelledFamily {
    /// The run as it is now.
    var run: FlowRun
    /// Whether its own end was not wished before.
    var isNew: Bool
    /// Runs that it made, and theirs, of which the same became true.
    var others: [FlowRun] = []

    /// All that have changed.
    var all: [FlowRun] { (isNew ? [run] : []) + others }
}

extension RunRow {
    /// Ends a run that no agent holds, or asks its agent to, and those that it made through the API, and theirs.
    func cancelFamily(
        _ request: CancellationRequest, actor: String, _ db: any SQLSession
    ) throws -> CancelledFamily {
        var row = self
        let isNew = try row.cancel(request, actor: actor, db)
        var family = CancelledFamily(run: row.run, isNew: isNew)
        let parent = row.run.name
        var parents = [row.number]
        // A run that has ended may have made one that goes on.
        while let number = parents.popLast() {
            for var child in try RunRow.madeByRun(number, db) where child.run.ties?.isDetached != true {
                parents.append(child.number)
                var wish = request
                wish.by += ", with run \(parent) that made it"
                guard try child.cancel(wish, actor: actor, db) else { continue }
                family.others.append(child.run)
            }
        }
        return family
    }

    /// Runs with containers of their own that a run, or a sub-flow in its container, has made.
    fileprivate static func madeByRun(_ number: Int64, _ db: any SQLSession) throws -> [RunRow] {
        try db.rows(
            """
            SELECT \(columns) FROM flow_run
            WHERE root_number IS NULL
                AND parent_id IN (SELECT id FROM flow_run WHERE number = ?1 OR root_number = ?1)
            ORDER BY number \(db.dialect.forUpdate)
            """,
            [number]
        ).map(RunRow.init)
    }

    /// Ends a run that no agent holds, or asks its agent to; false where it has ended, or was asked before for the same.
    fileprivate mutating func cancel(
        _ request: CancellationRequest, actor: String, _ db: any SQLSession
    ) throws -> Bool {
        guard !run.state.type.isTerminal else { return false }
        if let known = run.cancellation {
            guard request.hastens(known) else { return false }
            // It is Cancelling already.
            run.cancellation = request
            try update(enters: false, db)
            return true
        }
        if run.agent == nil {
            let waited = run.attempt > 0 ? "while it waited for its next attempt" : "before it was started"
            let when = run.state.type == .paused ? "while it was \(run.state.name)" : waited
            enter(RunState(.cancelled, message: "cancelled by \(request.by) \(when)", at: request.at, actor: actor))
        } else {
            run.cancellation = request
            run.request = nil
            let how = request.isImmediate == true ? " at once (SIGKILL)" : ""
            enter(
                RunState(.cancelling, message: "\(request.by) asked for its end\(how)", at: request.at, actor: actor))
        }
        try update(enters: true, db)
        try endWaits(db)
        return true
    }
}
