import Logging
import OrchInfrastructure
import OrchModel

extension Agent {
    /// Which of the two loops that ask for work.
    enum PollKind: Sendable {
        /// Asks for runs, orders and questions while there is room for runs.
        case withRoom
        /// Asks for orders and questions alone while there is none.
        case full
    }

    /// Tells the controller who is there, before anything is looked after: the runs held under the name may be another
    /// agent's. Waits for as long as the controller is away.
    ///
    /// - Throws: `nameHeld`, `unknownQueue`, `unauthorized`.
    func register() async throws(AgentError) {
        guard home != nil else { return }
        var backoff = Backoff()
        var isAway = false
        while !Task.isCancelled {
            do throws(ControllerFault) {
                let reply = try await api.poll(
                    WorkPoll(
                        agent: info, capacity: 0, waitSeconds: 0,
                        createsQueues: configuration.createsQueues ? true : nil))
                for remark in reply.remarks ?? [] { logger.warning("\(remark)") }
                return accept(reply)
            } catch {
                switch error {
                case .cancelled: return
                case .nameHeld(let reason): throw .nameHeld(reason)
                case .unknownQueue(let reason): throw .unknownQueue(reason)
                case .refused(let status, let reason) where status == 401 || status == 403:
                    throw .unauthorized(reason)
                default:
                    if !isAway { logger.error("the controller does not answer", metadata: ["reason": "\(error)"]) }
                    isAway = true
                }
                guard await pause(backoff.next()) else { return }
            }
        }
    }

    /// Keeps a poll outstanding for as long as it is this kind's turn, so that a run starts as soon as there is one.
    ///
    /// A poll is never cut short when the turn changes, as its answer may be on its way; the other kind's comes beside
    /// it.
    /// - Throws: `nameHeld` where another agent has the name now, `unknownQueue` where a queue of its is gone.
    func poll(_ kind: PollKind) async throws(AgentError) {
        var backoff = Backoff()
        var isAway = false
        while !Task.isCancelled {
            do {
                try await registry.changed.wait {
                    !self.registry.hasLooked || (self.capacity == 0) != (kind == .full)
                }
            } catch { return }
            if kind == .withRoom { registry.beginAsking() }
            defer { if kind == .withRoom { registry.endAsking() } }
            do throws(ControllerFault) {
                // What it has already takes its room: runs that the last agent left, or that a lost answer held.
                if kind == .withRoom, !registry.hasHeard {
                    registry.hear(try await api.held(by: configuration.name).map(\.key))
                }
                let capacity = kind == .full ? 0 : self.capacity
                if kind == .withRoom, capacity == 0 { continue }
                // One that cannot start everything yet asks again soon: the poll that lends slots, or offers an engine that
                // answers by then, is not to wait behind it.
                let isReady = isReady
                let isWhole = isReady && ready.count == engines.kinds.count
                let wait = isWhole ? configuration.pollWait : min(configuration.pollWait, .seconds(2))
                let reply = try await api.poll(
                    WorkPoll(
                        agent: info, capacity: capacity, waitSeconds: wait / .seconds(1),
                        lendsSlots: isReady ? true : nil, isDraining: registry.isClosed ? true : nil))
                if isAway { logger.info("the controller answers again") }
                isAway = false
                backoff.reset()
                accept(reply)
            } catch {
                if error == .cancelled || Task.isCancelled { return }
                if kind == .withRoom { registry.doubt() }
                if case .nameHeld(let reason) = error { throw .nameHeld(reason) }
                if case .unknownQueue(let reason) = error { throw .unknownQueue(reason) }
                if !isAway { logger.error("the controller gives no work", metadata: ["reason": "\(error)"]) }
                isAway = true
                guard await pause(backoff.next()) else { return }
            }
        }
    }

    private func accept(_ reply: WorkReply) {
        for claimed in reply.runs { take(claimed, .launch, isFresh: false) }
        obey(reply.cancellations)
        obey(reply.requests)
        for task in reply.tasks where questions.begin(task.id) { jobs.continuation.yield(.answer(task)) }
        guard reply.drains == true, !registry.isClosed else { return }
        logger.notice("the agent drains, as the controller asks", metadata: ["running": "\(registry.count)"])
        registry.close()
    }

    /// Returns once the agent is told to drain, its runs have ended, and no answer is on its way that may hold another.
    ///
    /// - Returns: false where the surrounding task was cancelled before.
    func isDrained() async -> Bool {
        do { try await registry.changed.wait { !registry.isIdle } } catch { return false }
        return true
    }

    /// How many more runs can be started; none while nothing can be started, or the agent drains.
    private var capacity: Int {
        !isReady || registry.isClosed ? 0 : max(0, configuration.limit - registry.load)
    }

    /// Whether anything can be started: not while the engine does not answer, nor while the agent's memory is new. A claim
    /// whose answer is on its way would look like one of before, whose container has vanished.
    ///
    /// A run that waits for runs it made lends them its slot then, so that they start though there is no room; of an agent
    /// that drains, too, as the run that waits would not end without.
    private var isReady: Bool { !ready.isEmpty && ledger.isComplete }

    /// Where runs can be started now.
    private var ready: [InfrastructureKind] { engines.kinds.filter { watches[$0]?.facts != nil } }

    /// What it says of its host, and what it was told to say beside that.
    private var labels: [String: JSONValue] {
        var labels = AgentLabels.ofHost
        labels["infrastructure"] = .array(ready.map { .string($0.rawValue) })
        return labels.merging(configuration.labels) { own, _ in own }
    }

    private var info: AgentInfo {
        AgentInfo(
            name: configuration.name, host: configuration.host, version: OrchVersion.current,
            queues: configuration.queues, engine: ready.first.flatMap { watches[$0]?.facts?.version },
            identity: home?.identity, infrastructures: ready.map(\.rawValue), labels: labels,
            limit: configuration.limit, session: session)
    }

    /// Renews the leases of all attempts that are looked after, again and again.
    func renewLeases() async {
        while await pause(configuration.renewalInterval) { await renewOnce() }
    }

    /// Renews all leases once.
    func renewOnce() async {
        let held = registry.held()
        guard !held.isEmpty else { return }
        do throws(ControllerFault) {
            let reply = try await api.renew(LeaseRenewal(agent: configuration.name, held: held))
            obey(reply.cancellations)
            obey(reply.requests)
            for stale in reply.stale {
                // An attempt that ended meanwhile is stale as well, and nobody's order any more.
                registry.order(of: AttemptKey(run: stale.runID, attempt: stale.attempt))?.give(.fenced)
            }
        } catch {
            if error == .cancelled { return }
            logger.warning("leases were not renewed", metadata: ["reason": "\(error)", "held": "\(held.count)"])
        }
    }
}
