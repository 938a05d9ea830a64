import Logging
import OrchInfrastructure
import OrchModel

extension Agent {
    /// Does one thing in a task of its own.
    func perform(_ job: Job) async {
        switch job {
        case .run(let claimed, let mode, let order): await run(claimed, mode, order)
        case .answer(let task):
            await answer(task)
            questions.end(task.id)
        }
    }

    /// The fields every line about an attempt has.
    func metadata(of key: AttemptKey, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["run": "\(key.run)", "attempt": "\(key.attempt)"]) { $1 }
    }

    /// Runs an attempt and sends its reports; ends early, with the container running on, at a shutdown.
    private func run(_ claimed: ClaimedRun, _ mode: DockerRunner.Mode, _ order: StopOrder) async {
        let key = claimed.key
        var logger = logger
        for (name, value) in metadata(of: key) { logger[metadataKey: name] = value }
        defer { registry.end(key) }
        // What was launched before stays so, whatever this agent gets done.
        if mode != .launch { remember(key) }
        let shipper = ReportShipper(
            claimed, api: api, order: order, limits: configuration.reports, clock: clock, now: now, logger: logger)
        let isSettled = await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                await shipper.run()
                return nil
            }
            group.addTask { [self] in
                let isSettled = await follow(claimed, mode, order, shipper)
                await shipper.close(within: configuration.flushPatience)
                return isSettled
            }
            var isSettled = false
            while let result = await group.next() {
                guard let result else { continue }
                isSettled = result
                group.cancelAll()
            }
            return isSettled
        }
        guard isSettled else {
            logger.info("the attempt is handed over")
            return
        }
        do throws(AgentError) {
            try ledger.forget(key)
        } catch {
            logger.error("the attempt could not be forgotten", metadata: ["reason": "\(error)"])
        }
    }

    private func remember(_ key: AttemptKey) {
        do throws(AgentError) {
            try ledger.begin(key)
        } catch {
            // Without this memory the run is still right; only a container removed by hand would look unlaunched.
            logger.error(
                "the attempt could not be remembered", metadata: metadata(of: key, ["reason": "\(error)"]))
        }
    }

    /// True once the attempt's end is reported, or is no longer this agent's to report.
    private func follow(
        _ claimed: ClaimedRun, _ mode: DockerRunner.Mode, _ order: StopOrder, _ shipper: ReportShipper
    ) async -> Bool {
        let kind = claimed.infrastructure
        let runner = DockerRunner(
            engine: engines[kind] ?? AbsentEngine(kind: kind), settings: configuration.launch,
            actor: "agent \(configuration.name)", host: watches[kind]?.host, clock: clock, now: now)
        do throws(CancellationError) {
            try await untilShutdown { () throws(CancellationError) in
                try await runner.run(claimed, mode: mode, order: order, reporting: shipper) { [self] in
                    remember(claimed.key)
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// Finds out what was asked and sends it, some times over where the controller does not answer.
    private func answer(_ task: AgentTask) async {
        let instance: Identifier
        do throws(ControllerFault) { instance = try await api.identity() } catch {
            return logger.info(
                "a question is left to the next poll", metadata: ["task": "\(task.id)", "reason": "\(error)"])
        }
        let desk = QuestionDesk(engines: engines, settings: configuration.launch, clock: clock, instance: instance)
        let answer = await answer(task, at: desk)
        var backoff = Backoff()
        for _ in 0..<5 {
            do throws(ControllerFault) {
                return try await api.send(answer, to: task.id)
            } catch {
                guard case .unreachable = error else {
                    logger.info(
                        "nobody waits for an answer any more", metadata: ["task": "\(task.id)", "reason": "\(error)"])
                    return
                }
                guard await pause(backoff.next()) else { return }
            }
        }
        logger.warning("an answer could not be sent", metadata: ["task": "\(task.id)"])
    }
}
