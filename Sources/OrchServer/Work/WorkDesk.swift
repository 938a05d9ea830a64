import Hummingbird
import LogSegments
import Logging
import OrchModel
import OrchStore

/// Where agents get their work and hand in their reports.
struct WorkDesk: Sendable {
    let store: any Store
    let keys: ServerKeys
    let wakeups: Wakeups
    let tasks: AgentTaskBoard
    let claims: ClaimAssembler
    let slots: SlotDesk
    let delivery: WishDelivery<WorkReply.Cancellation>
    let requestDelivery = WishDelivery<WorkReply.Request>()
    let lease: Duration
    let recheck: Duration
    let metrics: ControllerMetrics
    let logger: Logger
    var time = ServerTime.system

    /// How many runs an agent may ask for at once: as many as it may be limited to.
    private static let mostAtOnce = 10_000

    /// Waits for work of an agent.
    ///
    /// - Parameter waiter: closed when the agent goes away: nothing is claimed for it then.
    /// - Throws: `StoreError.nameHeld` where the name is another agent's;
    ///   `StoreError.unknownQueue` where it serves a queue that does not exist.
    func poll(_ poll: WorkPoll, waiter: Waiter) async throws -> WorkReply {
        let deadline = time.uptime() + Duration.seconds(poll.waitSeconds, upTo: OrchServerConfiguration.longestPoll)
        let selector = QueueSelector(poll.agent.queues)
        let topics =
            selector.names.map(Wakeups.Topic.queue) + (selector.patterns.isEmpty ? [] : [.everyQueue])
            + [.agent(poll.agent.name)]
        var registration: Wakeups.Registration? = wakeups.register(waiter, for: topics)
        defer { withExtendedLifetime(registration) {} }
        if poll.createsQueues == true { try await createQueues(selector.names.sorted()) }
        while !waiter.isClosed {
            let reply = try await work(for: poll)
            let left = deadline - time.uptime()
            guard reply.isEmpty, left > .zero else { return reply }
            await waiter.wait(atMost: try await pause(of: poll, atMost: min(left, recheck)))
        }
        // Its connections end with an agent that was killed: whoever takes its place has not to wait. One whose other poll
        // stands lives, and so may all of a server that stops.
        registration = nil
        guard !waiter.isStopping, wakeups.count(of: .agent(poll.agent.name)) == 0 else { return WorkReply() }
        do { try await store.releaseName(of: poll.agent) } catch {
            logger.debug("an agent's name was not released", metadata: ["error": "\(error)"])
        }
        return WorkReply()
    }

    /// How long a poll may sleep: to the moment when the next run is due, if none comes before.
    private func pause(of poll: WorkPoll, atMost longest: Duration) async throws -> Duration {
        let now = time.now()
        guard poll.capacity > 0, let due = try await store.nextDue(in: poll.agent.queues, after: now) else {
            return longest
        }
        return min(longest, due - now)
    }

    private func work(for poll: WorkPoll) async throws -> WorkReply {
        let now = time.now()
        let request = ClaimRequest(
            agent: poll.agent, limit: min(max(0, poll.capacity), Self.mostAtOnce), leaseUntil: now + lease, at: now,
            lendsSlots: poll.lendsSlots ?? false, checksQueues: true)
        var reply = WorkReply()
        let start = time.uptime()
        let outcome = try await store.work(for: request)
        let claimed = outcome.claims
        metrics.claimed(claimed, took: time.uptime() - start, at: now)
        tell(of: outcome)
        // One that knows is not told again, and one that tells no session would not know what is meant.
        if outcome.drains, poll.isDraining != true, poll.agent.session != nil { reply.drains = true }
        if poll.isDraining == true, !outcome.drains, poll.agent.session != nil {
            try await endOtherPoll(of: poll.agent)
        }
        for claim in claimed {
            if let run = try await launchable(claim) { reply.runs.append(run) }
            wakeups.signal(.run(claim.run.id))
        }
        let wishes = try await store.wishes(for: poll.agent.name)
        reply.cancellations = delivery.due(wishes.cancellations, at: time.uptime())
        reply.requests = requestDelivery.due(wishes.requests, at: time.uptime())
        let selector = QueueSelector(poll.agent.queues)
        let known = try await selector.patterns.isEmpty ? [] : store.queueNames()
        let remarks = selector.remarks(known: known)
        if !remarks.isEmpty { reply.remarks = remarks }
        let questions = try await tasks.take(
            from: selector.names.union(known.filter(selector.matches)).sorted(), labels: poll.agent.labels ?? [:],
            at: time.now())
        for question in questions { reply.tasks.append(await equipped(question)) }
        return reply
    }

    /// An agent drains by itself: its poll that told of room comes back at once, and gets nothing.
    private func endOtherPoll(of agent: AgentInfo) async throws {
        _ = try await store.setDrain(AgentWish(by: "agent \(agent.name)", at: time.now()), of: agent.name)
        wakeups.signal(.agent(agent.name))
    }

    /// A question with how its image may be pulled; without it where the blocks cannot be read.
    private func equipped(_ question: AgentTask) async -> AgentTask {
        do { return try await claims.equipped(question) } catch {
            logger.error(
                "a question's container block cannot be read",
                metadata: ["task": "\(question.id)", "error": "\(error)"])
            return question
        }
    }

    /// Wakes those whom it concerns that runs have ended, or are to end, because of limits.
    private func tell(of outcome: ClaimOutcome) {
        for run in outcome.ended + outcome.cancelled {
            if run.state.type.isTerminal { metrics.ended(run) }
            if let agent = run.agent { wakeups.signal(.agent(agent)) }
            wakeups.signal(.run(run.id))
        }
    }

    /// Makes those that do not exist.
    private func createQueues(_ names: [String]) async throws {
        let known = try await store.queueNames()
        for name in names where !known.contains(name) {
            if let problem = WorkQueueRules.problem(name: name) { throw APIFailure.invalid(problem) }
            try await store.createQueue(WorkQueueRequest(name: name, mayExist: true), at: time.now())
        }
    }

    /// The claimed run; nil where it cannot be launched, and has ended by that.
    ///
    /// - Throws: `StoreError` where the database is away or full: the claim stays, and its agent is told of it when it asks
    ///   what it holds.
    private func launchable(_ claim: Claim) async throws -> ClaimedRun? {
        do {
            return try await claims.assemble(claim, isNew: true)
        } catch {
            guard !Self.mayPass(error) else { throw error }
            // What cannot be read now never can: the run must not wait for ever in an agent's name.
            let reason = (error as? ClaimAssembler.Unlaunchable)?.reason ?? "\(error)"
            logger.error("a run cannot be launched", metadata: ["run": "\(claim.run.id)", "error": "\(reason)"])
            let state = RunState(
                .crashed, message: "it could not be launched: \(reason)", at: time.now(), actor: "server")
            if case .applied(let run, let effect) = try await store.settle(claim.key, as: state, releases: false),
                effect.hasEnded
            {
                metrics.ended(run)
            }
            return nil
        }
    }

    /// Whether a claim may be put together at another time: the database is away, or the agent.
    static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is CancellationError: true
        case let error as StoreError: if case .unusable = error { true } else { error.isPassing }
        default: false
        }
    }

    /// The live attempts of an agent.
    func held(by agent: String) async throws -> [ClaimedRun] {
        var runs: [ClaimedRun] = []
        for claim in try await store.held(by: agent) { runs.append(try await claims.assemble(claim, isNew: false)) }
        return runs
    }

    /// Extends leases; those whose token or attempt is not the agent's are stale.
    func renew(_ renewal: LeaseRenewal) async throws -> LeaseReply {
        let genuine = renewal.held.filter { keys.isAttemptToken($0.token, run: $0.runID, attempt: $0.attempt) }
        let now = time.now()
        let lost = Set(
            try await store.renew(
                genuine.map { AttemptKey(runID: $0.runID, attempt: $0.attempt) }, of: renewal.agent,
                until: now + lease, at: now))
        let kept = genuine.filter { !lost.contains(AttemptKey(runID: $0.runID, attempt: $0.attempt)) }
        let wishes = try await store.wishes(for: renewal.agent)
        return LeaseReply(
            stale: renewal.held.filter { !kept.contains($0) }, cancellations: wishes.cancellations,
            requests: wishes.requests)
    }

    /// Notes that an agent's process ends.
    func leave(_ farewell: AgentFarewell) async throws { try await store.leave(farewell, at: time.now()) }

    /// Applies a report and wakes those who follow the run.
    func report(_ report: AttemptReport, on key: AttemptKey) async throws {
        guard keys.isAttemptToken(report.token, run: key.runID, attempt: key.attempt) else {
            throw APIFailure(.conflict, "stale", "the token is not that of attempt \(key.attempt) of run \(key.runID)")
        }
        try Self.checkLines(of: report)
        let now = time.now()
        let outcome = try await store.apply(report, to: key, leaseUntil: now + lease, at: now)
        metrics.reported(report, outcome, at: now)
        wakeups.signal(.run(key.runID))
        switch outcome {
        case .applied(let run, _):
            if report.state?.endsAttempt == true { await slots.attemptEnded() }
            // Its attempt has ended, and another may take it at once.
            // So may another child of the run that waited for it, in the slot that it had.
            let gaveSlotBack = run.state.type.isTerminal && run.ties?.isAwaited == true
            if run.state.type == .scheduled || gaveSlotBack { wakeups.signal(.queue(run.workQueue)) }
        case .unknown: throw APIFailure.notFound("there is no run \(key.runID)")
        case .stale(let current):
            throw APIFailure(
                .conflict, "stale",
                "attempt \(key.attempt) of run \(key.runID) is no longer the reporter's (the last is \(current)): "
                    + "stop its container and report no more")
        case .refused(_, let reason):
            throw APIFailure.conflict("\(reason); everything else in the report was kept")
        }
    }
}

extension WorkDesk {
    /// Refuses lines that would be kept wrongly: packed ones are kept as they come, and numbers decide what is known.
    private static func checkLines(of report: AttemptReport) throws {
        do throws(LogSegmentError) {
            try report.segments.check()
        } catch {
            throw APIFailure.badRequest("the report's packed lines cannot be kept: \(error)")
        }
        for (index, record) in report.records.enumerated()
        where record.source != .orch && record.sequence > LogRecord.greatestSequence {
            throw APIFailure.badRequest(
                "at .records[\(index)].sequence: expected \(LogRecord.greatestSequence) at most, got \(record.sequence)"
            )
        }
    }
}

extension WorkReply {
    fileprivate var isEmpty: Bool {
        runs.isEmpty && cancellations.isEmpty && requests.isEmpty && tasks.isEmpty && drains != true
    }
}
