package import OrchModel

/// What people do with runs that concerns nobody else.
extension RelationalStore {
    package func note(_ note: String?, on run: Identifier) async throws -> FlowRun? {
        try await write { db in
            guard var row = try RunRow.locked(run, db) else { return nil }
            row.run.notes = note
            try row.update(enters: false, db)
            return row.run
        }
    }

    package func remove(_ run: Identifier) async throws -> RemovalOutcome {
        try await write { db in
            guard let row = try RunRow.locked(run, db) else { return .unknown }
            guard row.root == nil else {
                return .refused(row.run, "it is inside another one's container and goes with it")
            }
            guard row.run.state.type.isTerminal else { return .refused(row.run, "it has not ended: cancel it first") }
            try db.post("UPDATE flow_run SET retiring = 'run' WHERE number = ?", [row.number])
            return .removed(row.run)
        }
    }
}

/// What a wish to remove a run led to.
package enum RemovalOutcome: Sendable {
    /// There is no such run.
    case unknown
    /// It cannot be removed; the text says why.
    case refused(FlowRun, String)
    /// Retention removes it next, with its log and all that is of it.
    case removed(FlowRun)
}
