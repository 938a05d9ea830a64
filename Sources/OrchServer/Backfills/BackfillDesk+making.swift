import OrchModel
import OrchStore

extension BackfillDesk {
    /// Makes a backfill with all its runs, or says what one would do: a dry run is refused where the backfill would be.
    ///
    /// - Throws: 404, 409 where the name is no deployment's; 409 where the key made a backfill of another request, or other runs
    ///   were made for the intervals meanwhile; 422 where the span or what divides it cannot be used, a run's parameters do not
    ///   fit, or runs that depend on the past are to run the newest first.
    func make(_ request: BackfillRequest, by actor: String, at: Timestamp) async throws -> BackfillReply {
        try Self.check(request)
        let stored = try await maker.deployments.find(request.deployment)
        let deployment = stored.deployment
        if request.isNewestFirst == true, deployment.dependsOnPast == true {
            throw APIFailure.invalid(
                "the runs of \(deployment.fullName) depend on the past: expected a backfill with the oldest first")
        }
        let key = try request.idempotencyKey.map {
            RequestKey("\(deployment.id)/\($0)", marks: try comparison(request).marks)
        }
        if let key, let known = try await store.backfill(key: key.text) {
            return try await asKnown(known, by: request)
        }
        let schedule = try await schedule(of: request, deployment)
        let intervals = try await intervals(of: request, by: schedule, deployment, at: at)
        let wanted = intervals.filter(\.isRun)
        var kept = request
        kept.parameters = request.parameters.map(deployment.parameterSchema.redacted)
        kept.timezone = schedule.timezone
        let backfill = Backfill(
            id: .new(), deploymentID: deployment.id, deploymentName: deployment.name, flowName: deployment.flowName,
            request: kept, createdAt: at, createdBy: actor, limit: request.limit ?? BackfillRequest.usualLimit,
            total: wanted.count)
        // Runs of a schedule's slots have its parameters.
        let parameters = schedule.parameters.merging(request.parameters ?? [:]) { $1 }
        var drafts: [RunDraft] = []
        for interval in request.isNewestFirst == true ? wanted.reversed() : wanted {
            drafts.append(try await draft(interval, request, parameters, of: stored, backfill.id, by: actor, at: at))
        }
        guard request.isDryRun != true, !wanted.isEmpty else {
            return BackfillReply(backfill: nil, intervals: intervals, timezone: schedule.timezone)
        }
        let seen = Dictionary(intervals.map { ($0.dataInterval, $0.run) }) { $1 }.compactMapValues(\.self)
        if let known = try await store.createBackfill(backfill, key: key, runs: drafts, seen: seen, at: at) {
            return try await asKnown(known, by: request)
        }
        for queue in Set(drafts.map(\.run.workQueue)) { wakeups.signal(.queue(queue)) }
        return try await reply(try await find(backfill.id), isNew: true)
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

    /// The backfill that a request's key has made.
    ///
    /// - Throws: 409 where it was another request.
    private func asKnown(_ known: Backfill, by request: BackfillRequest) async throws -> BackfillReply {
        let marks = try await store.requestMarks(ofBackfill: known.id)
        try comparison(request).check(
            against: marks, key: request.idempotencyKey ?? "", made: "backfill \(known.id.short)")
        return try await reply(known, isNew: false)
    }

    /// What is left out means the same as its default.
    private func comparison(_ request: BackfillRequest) throws -> RequestComparison {
        var request = request
        (request.from.text, request.to.text) = ("\(request.from.moment)", "\(request.to.moment)")
        (request.mode, request.limit) = (request.mode ?? .missing, request.limit ?? BackfillRequest.usualLimit)
        return try RequestComparison(
            request, ignoring: ["deployment", "idempotencyKey", "isDryRun"], keys: maker.keys)
    }

    /// - Throws: what making the run would, with the interval.
    private func draft(
        _ interval: BackfillInterval, _ request: BackfillRequest, _ parameters: [String: JSONValue],
        of stored: StoredDeployment, _ id: Identifier, by actor: String, at: Timestamp
    ) async throws -> RunDraft {
        var run = FlowRunRequest(
            deployment: stored.deployment.fullName, parameters: parameters, tags: request.tags ?? [],
            dataInterval: interval.dataInterval)
        (run.priority, run.workQueue, run.jobVariables) = (request.priority, request.workQueue, request.jobVariables)
        do {
            var draft = try await maker.draft(run, of: stored, by: actor, at: at)
            draft.run.backfillID = id
            draft.run.idempotencyKey = "backfill/\(id)/\(interval.dataInterval.start.microseconds)"
            return draft
        } catch var failure as APIFailure where failure.fault.code == "invalid" {
            failure.fault.message = "the run of the interval that begins at \(interval.local): \(failure.fault.message)"
            throw failure
        }
    }
}
