import Logging
import OrchInfrastructure
import OrchModel

extension Agent {
    /// Keeps a poll outstanding at all times, so that a run starts as soon as there is one.
    func pollForWork() async {
        var backoff = Backoff()
        var isAway = false
        while !Task.isCancelled {
            do throws(ControllerFault) {
                let reply = try await pollOnce()
                if isAway { logger.info("the controller answers again") }
                isAway = false
                backoff.reset()
                if let reply { accept(reply) }
            } catch {
                if error == .cancelled || Task.isCancelled { return }
                if !isAway { logger.error("the controller gives no work", metadata: ["reason": "\(error)"]) }
                isAway = true
                guard await pause(backoff.next()) else { return }
            }
        }
    }

    private func accept(_ reply: WorkReply) {
        for claimed in reply.runs { take(claimed, .launch) }
        obey(reply.cancellations)
        for task in reply.tasks { jobs.continuation.yield(.answer(task)) }
    }

    /// How many more runs can be started; none while the engine does not answer.
    private var capacity: Int { watch.facts == nil ? 0 : max(0, configuration.limit - registry.count) }

    /// One poll; nil where room was made while it was held back with none. A poll that asks for runs is never cut
    /// short, as the answer may be on its way with runs that are claimed.
    private func pollOnce() async throws(ControllerFault) -> WorkReply? {
        let capacity = capacity
        let poll = WorkPoll(
            agent: AgentInfo(
                name: configuration.name, host: configuration.host, version: OrchVersion.current,
                queues: configuration.queues, engine: watch.facts?.version),
            capacity: capacity, waitSeconds: configuration.pollWait / .seconds(1))
        guard capacity == 0 else { return try await api.poll(poll) }
        let first = await withTaskGroup(of: Result<WorkReply?, ControllerFault>.self) { group in
            group.addTask { [api] in
                do throws(ControllerFault) { return .success(try await api.poll(poll)) } catch { return .failure(error) }
            }
            group.addTask { [self] in
                do { try await registry.freed.wait { self.capacity == 0 } } catch { return .failure(.cancelled) }
                return .success(nil)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(nil)
        }
        return try first.get()
    }

    /// Renews the leases of all attempts that are looked after.
    func renewLeases() async {
        while await pause(configuration.renewalInterval) {
            let held = registry.held()
            guard !held.isEmpty else { continue }
            do throws(ControllerFault) {
                let reply = try await api.renew(LeaseRenewal(agent: configuration.name, held: held))
                obey(reply.cancellations)
                for stale in reply.stale {
                    let key = AttemptKey(run: stale.runID, attempt: stale.attempt)
                    // An attempt that ended meanwhile is stale as well, and nobody's order any more.
                    registry.order(of: key)?.give(.fenced)
                }
            } catch {
                if error == .cancelled { return }
                logger.warning("leases were not renewed", metadata: ["reason": "\(error)", "held": "\(held.count)"])
            }
        }
    }
}
