import OrchModel
import OrchStore

/// Makes backfills, and carries out what is wished of them.
struct BackfillDesk: Sendable {
    let store: any Store
    let maker: RunMaker
    let canceller: RunCanceller
    let wakeups: Wakeups

    /// Makes a backfill with all its runs, or says what one would do.
    ///
    /// - Throws: 404, 409 where the name is no deployment's; 409 where other runs were made for the intervals meanwhile; 422
    ///   where the span or what divides it cannot be used, a run's parameters do not fit, or runs that depend on the past are
    ///   to run the newest first.
    func make(_ request: BackfillRequest, by actor: String, at: Timestamp) async throws -> BackfillReply {
        try Self.check(request)
        let stored = try await maker.deployments.find(request.deployment)
        let deployment = stored.deployment
        if request.isNewestFirst == true, deployment.dependsOnPast == true {
            throw APIFailure.invalid(
                "the runs of \(deployment.fullName) depend on the past: expected a backfill with the oldest first")
        }
        let key = request.idempotencyKey.map { "\(deployment.id)/\($0)" }
        if request.isDryRun != true, let key, let known = try await store.backfill(key: key) {
            return BackfillReply(backfill: known, isNew: false, intervals: try await self.intervals(of: known))
        }
        let schedule = try await schedule(of: request, deployment)
        let intervals = try await intervals(of: request, by: schedule, deployment, at: at)
        let wanted = intervals.filter(\.isRun).map(\.dataInterval)
        guard request.isDryRun != true, !wanted.isEmpty else {
            return BackfillReply(backfill: nil, intervals: intervals)
        }
        var kept = request
        kept.parameters = request.parameters.map(deployment.parameterSchema.redacted)
        let backfill = Backfill(
            id: .new(), deploymentID: deployment.id, deploymentName: deployment.name, flowName: deployment.flowName,
            request: kept, createdAt: at, createdBy: actor, limit: request.limit ?? BackfillRequest.usualLimit,
            total: wanted.count)
        var drafts: [RunDraft] = []
        // Runs of a schedule's slots have its parameters.
        let parameters = schedule.parameters.merging(request.parameters ?? [:]) { $1 }
        for interval in request.isNewestFirst == true ? wanted.reversed() : wanted {
            drafts.append(try await draft(interval, request, parameters, of: stored, backfill.id, by: actor, at: at))
        }
        let seen = Dictionary(intervals.map { ($0.dataInterval, $0.run) }) { $1 }.compactMapValues(\.self)
        if let known = try await store.createBackfill(backfill, key: key, runs: drafts, seen: seen, at: at) {
            return BackfillReply(backfill: known, isNew: false, intervals: try await self.intervals(of: known))
        }
        for queue in Set(drafts.map(\.run.workQueue)) { wakeups.signal(.queue(queue)) }
        return BackfillReply(
            backfill: try await find(backfill.id), isNew: true, intervals: try await self.intervals(of: backfill))
    }

    private static func check(_ request: BackfillRequest) throws {
        if let limit = request.limit, !(1...1000).contains(limit) {
            throw APIFailure.invalid("at .limit: expected 1 to 1000 runs at once, got \(limit)")
        }
        if request.schedule != nil, request.every != nil {
            throw APIFailure.invalid("at .every: expected either a schedule or what divides time, not both")
        }
        if let key = request.idempotencyKey, key.isEmpty || key.utf8.count > 512 || !PlainText.isPlain(key) {
            throw APIFailure.invalid("at .idempotencyKey: expected 1 to 512 bytes on one line")
        }
    }

    private func draft(
        _ interval: DataInterval, _ request: BackfillRequest, _ parameters: [String: JSONValue],
        of stored: StoredDeployment, _ id: Identifier, by actor: String, at: Timestamp
    ) async throws -> RunDraft {
        var run = FlowRunRequest(
            deployment: stored.deployment.fullName, parameters: parameters, tags: request.tags ?? [],
            dataInterval: interval)
        (run.priority, run.workQueue, run.jobVariables) = (request.priority, request.workQueue, request.jobVariables)
        var draft = try await maker.draft(run, of: stored, by: actor, at: at)
        draft.run.backfillID = id
        draft.run.idempotencyKey = "backfill/\(id)/\(interval.start.microseconds)"
        return draft
    }

    /// The intervals that a request means, each with what would be done about it.
    private func intervals(
        of request: BackfillRequest, by schedule: ScheduleSpec, _ deployment: Deployment, at: Timestamp
    ) async throws -> [BackfillInterval] {
        let intervals: [BackfillInterval]
        do throws(ScheduleProblem) {
            intervals = try BackfillPlan(request, schedule: schedule).intervals(atMost: BackfillRequest.mostRuns)
        } catch {
            throw APIFailure.invalid("the backfill cannot be made: \(error)")
        }
        guard let first = intervals.first, let last = intervals.last else { return [] }
        let runs = try await store.lastRuns(
            of: deployment.id, from: first.dataInterval.start, to: last.dataInterval.start)
        return BackfillPlan.decide(intervals, runs: runs, mode: request.mode ?? .missing, at: at)
    }

    /// What divides time into intervals.
    private func schedule(of request: BackfillRequest, _ deployment: Deployment) async throws -> ScheduleSpec {
        if let every = request.every {
            do throws(ScheduleProblem) {
                return try BackfillPlan.schedule(every: every, timezone: request.timezone ?? "UTC")
            } catch {
                throw APIFailure.invalid("the backfill cannot be made: \(error)")
            }
        }
        let schedules = try await store.schedules(ofDeployment: deployment.id).map(\.spec)
        var found: ScheduleSpec
        if let slug = request.schedule {
            guard let schedule = schedules.first(where: { $0.slug == slug }) else {
                let nearest = NearestName.nearest(to: slug, in: schedules.map(\.slug), limit: 1).first
                throw APIFailure.invalid(
                    "\(deployment.fullName) has no schedule \"\(slug)\""
                        + (nearest.map { ": did you mean \($0)?" } ?? ""))
            }
            found = schedule
        } else {
            guard let schedule = schedules.first, schedules.count == 1 else {
                throw APIFailure.invalid(
                    schedules.isEmpty
                        ? "\(deployment.fullName) has no schedule: say what divides time (every: month)"
                        : "\(deployment.fullName) has several schedules: say which",
                    details: schedules.map(\.slug))
            }
            found = schedule
        }
        if let timezone = request.timezone { found.timezone = timezone }
        return found
    }

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

    /// The intervals of a backfill that have runs.
    func intervals(of backfill: Backfill) async throws -> [BackfillInterval] {
        try await store.runs(ofBackfill: backfill.id).compactMap { run in
            run.dataInterval.map {
                BackfillInterval(dataInterval: $0, local: "\($0.start)", run: RunBrief(run))
            }
        }
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

    /// Tries those of its runs again that have ended without completing; the reply's notes name those that cannot be.
    ///
    /// - Throws: 404; 409 where none can be tried again; 404, 422 where a queue or a block is gone that they need. Nothing has
    ///   changed then.
    func retry(_ id: Identifier, by actor: String, at: Timestamp) async throws -> Backfill {
        var backfill = try await find(id)
        let ended = try await store.runs(ofBackfill: id).filter {
            $0.state.type.isTerminal && $0.state.type != .completed
        }
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
        backfill.notes = refusals.isEmpty ? nil : refusals
        return backfill
    }
}
