import OrchModel
import OrchStore

/// Makes backfills, and carries out what is wished of them.
struct BackfillDesk: Sendable {
    let store: any Store
    let maker: RunMaker
    let canceller: RunCanceller
    let wakeups: Wakeups

    /// The backfill of that identifier.
    ///
    /// - Throws: 404.
    func find(_ id: Identifier) async throws -> Backfill {
        guard let backfill = try await store.backfill(id) else { throw Self.unknown(id) }
        return backfill
    }

    private static func unknown(_ id: Identifier) -> APIFailure {
        .notFound("there is no backfill \(id): `orch backfill ls` lists them")
    }

    /// A backfill with its intervals that have runs.
    func reply(_ backfill: Backfill, isNew: Bool? = nil) async throws -> BackfillReply {
        let zone = backfill.timezone
        let intervals = try await store.runs(ofBackfill: backfill.id).compactMap { run in
            run.dataInterval.map { BackfillInterval($0, run: RunBrief(run), zone: zone) }
        }
        return BackfillReply(backfill: backfill, isNew: isNew, intervals: intervals, timezone: zone)
    }

    /// Changes a backfill.
    func change(_ id: Identifier, _ change: BackfillChange, at: Timestamp) async throws -> Backfill {
        guard let backfill = try await store.changeBackfill(id, change, at: at) else { throw Self.unknown(id) }
        return backfill
    }

    /// Ends a backfill: first no run of it is started any more, then those that have not ended are asked to. One whose runs
    /// have all ended stays as it is.
    func cancel(_ id: Identifier, by actor: String, at: Timestamp) async throws -> Backfill {
        _ = try await change(id, .cancel, at: at)
        for run in try await store.runs(ofBackfill: id) where !run.state.type.isTerminal {
            try await canceller.cancel(run.id, CancellationRequest(by: "\(actor), with its backfill", at: at))
        }
        return try await find(id)
    }

    /// Tries those of its runs again that have ended without completing; the reply's notes name those that cannot be. One that
    /// is paused stays so.
    ///
    /// - Throws: 404; 409 where none can be tried again; 404, 422 where a queue or a block is gone that they need. Nothing has
    ///   changed then.
    func retry(_ id: Identifier, by actor: String, at: Timestamp) async throws -> Backfill {
        var backfill = try await find(id)
        let all = try await store.runs(ofBackfill: id)
        let ended = all.filter { $0.state.type.isTerminal && $0.state.type != .completed }
        guard !ended.isEmpty else {
            backfill.notes = ["no run of it has ended without completing, so nothing has changed"]
            return backfill
        }
        let runs = ended.filter { $0.logsRemovedAt == nil }
        var refusals = ended.compactMap(RetryChecks.lostLog)
        guard !runs.isEmpty else {
            throw APIFailure.conflict("no run of backfill \(id.short) can be tried again", details: refusals)
        }
        try await RetryChecks(store: store).check(runs, called: "backfill \(id.short)")
        _ = try await change(id, .reopen, at: at)
        for run in runs {
            switch try await store.retry(RetryRequest(), of: run.id, by: actor, at: at) {
            case .refused(_, let reason): refusals.append(reason)
            case .requested(let run):
                wakeups.signal(.queue(run.workQueue))
                wakeups.signal(.run(run.id))
            case .child, .unchanged, .unknown: break
            }
        }
        backfill = try await find(id)
        var notes = refusals
        let ending = all.count { $0.state.type == .cancelling }
        if ending > 0 {
            notes.append(
                "\(ending) run\(ending == 1 ? " is" : "s are") being cancelled still: retry again once that has ended")
        }
        if backfill.status == .paused {
            notes.append("it is paused: its intervals wait until `orch backfill resume \(id.short)`")
        }
        backfill.notes = notes.isEmpty ? nil : notes
        return backfill
    }
}
