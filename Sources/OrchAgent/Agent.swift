package import Logging
package import OrchInfrastructure
package import OrchModel
import ServiceLifecycle
import Synchronization

/// Claims runs from work queues and runs each in its container; reports what it sees and nothing else.
///
/// It keeps no state that matters: what should run is asked of the controller, what runs is asked of the engine. A
/// graceful shutdown sends what is on its way and leaves containers running for the next agent of the same name.
package final class Agent: Service {
    let configuration: AgentConfiguration
    let api: any ControllerAPI
    let engines: Engines
    let logger: Logger
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let registry = AttemptRegistry()
    let questions = QuestionRegistry()
    /// Whether the engines answer.
    let watches: [InfrastructureKind: EngineWatch]
    let ledger: LaunchLedger
    let orphans: [InfrastructureKind: OrphanMemory]
    let home: AgentHome?
    /// What tells this process from the next one of its name.
    let session = Identifier.new()
    private let refusal = Mutex<AgentError?>(nil)
    /// What the loops hand to the body of ``run()``. Each attempt and each question comes once, so it stays small.
    let jobs = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)

    /// What is done in a task of its own.
    enum Job: Sendable {
        case run(ClaimedRun, DockerRunner.Mode, StopOrder)
        case answer(AgentTask)
    }

    /// An agent that does nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: what it is and does.
    ///   - api: its controller.
    ///   - engines: what it starts runs with, at least one.
    ///   - logger: where it tells what it does; runs and attempts are metadata.
    ///   - clock: what pauses are measured with. Defaults to the continuous clock.
    ///   - now: the wall clock. Defaults to the system's.
    ///   - memory: where it remembers which attempts it launched. Defaults to a folder of its data directory.
    ///   - home: its data directory, taken; nil = the controller does not tell it from other agents of its name.
    /// - Throws: `invalidSetting`, or `dataDirectory` where its memory cannot be opened.
    package init(
        configuration: AgentConfiguration, api: any ControllerAPI, engines: Engines, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        memory: (any LedgerStorage)? = nil, home: AgentHome? = nil
    ) throws(AgentError) {
        try configuration.validate()
        self.home = home
        var configuration = configuration
        configuration.launch.agent = configuration.name
        if configuration.launch.sources == nil {
            configuration.launch.sources = GitCache(root: configuration.dataDirectory + "/sources")
        }
        self.configuration = configuration
        self.api = api
        self.engines = engines
        orphans = Dictionary(uniqueKeysWithValues: engines.kinds.map { ($0, OrphanMemory()) })
        watches = Dictionary(uniqueKeysWithValues: engines.kinds.map { ($0, EngineWatch()) })
        var logger = logger
        logger[metadataKey: "agent"] = "\(configuration.name)"
        self.logger = logger
        self.clock = clock
        self.now = now
        ledger = try LaunchLedger(storage: memory ?? LedgerFolder(dataDirectory: configuration.dataDirectory))
    }

    /// An agent with an engine of containers alone.
    package convenience init(
        configuration: AgentConfiguration, api: any ControllerAPI, engine: any ContainerEngine, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        memory: (any LedgerStorage)? = nil, home: AgentHome? = nil
    ) throws(AgentError) {
        try self.init(
            configuration: configuration, api: api, engines: Engines([.docker: engine]), logger: logger, clock: clock,
            now: now, memory: memory, home: home)
    }

    /// Works until a graceful shutdown, or until the surrounding task is cancelled.
    ///
    /// - Throws: `nameHeld` where the agent's name is another one's, `unauthorized` where the controller does not take its
    ///   token at the start; containers run on.
    package func run() async throws {
        logger.info(
            "the agent starts",
            metadata: [
                "queues": "\(configuration.queues.joined(separator: ","))", "limit": "\(configuration.limit)",
                "infrastructures": "\(engines.kinds.map(\.rawValue).joined(separator: ","))",
            ])
        await withDiscardingTaskGroup { group in
            group.addTask { await self.work() }
            for await job in jobs.stream {
                group.addTask { await self.perform(job) }
            }
            if self.refusal.withLock({ $0 != nil }) { group.cancelAll() }
        }
        let refusal = refusal.withLock { $0 }
        if refusal?.isOfStranger != true { await leave() }
        logger.info("the agent has stopped; containers it looked after run on")
        if let refusal { throw refusal }
    }

    /// Tells the controller that this process ends, so that nobody waits for it.
    private func leave() async {
        guard !Task.isCancelled else { return }
        do throws(ControllerFault) {
            try await api.leave(AgentFarewell(agent: configuration.name, session: session))
        } catch {
            // It is found out by its silence then; controllers of before know no farewell.
            logger.debug("the controller was not told of the end", metadata: ["reason": "\(error)"])
        }
    }

    /// The loops, until a graceful shutdown, cancellation or a refusal.
    private func work() async {
        do throws(CancellationError) {
            let refusal = try await untilShutdown { await self.loop() }
            self.refusal.withLock { $0 = refusal }
        } catch {
            logger.debug("the agent was ended")
        }
        jobs.continuation.finish()
    }

    /// All runs of an agent have ended that claims no more.
    private struct Drained: Error {}

    /// The loops; returns why the controller will have no more of this agent.
    private func loop() async -> AgentError? {
        do {
            try await register()
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await self.poll(.withRoom) }
                group.addTask { try await self.poll(.full) }
                group.addTask { await self.renewLeases() }
                group.addTask { await self.reconcile() }
                group.addTask { await self.endFirstLook() }
                group.addTask { await self.reap() }
                group.addTask { if await self.isDrained() { throw Drained() } }
            }
        } catch is Drained {
            logger.notice("the agent is drained: all its runs have ended")
        } catch let error as AgentError {
            logger.error("the agent stops", metadata: ["reason": "\(error)"])
            return error
        } catch {
            logger.debug("the loops were ended")
        }
        return nil
    }

    /// Takes an attempt in hand, unless it is already, or was and has ended.
    ///
    /// - Parameter isFresh: whether the controller said just now that the attempt is live. The answer to a poll may have
    ///   been on its way for so long that the attempt was found among those held, and ended, before it came.
    func take(_ claimed: ClaimedRun, _ mode: DockerRunner.Mode, isFresh: Bool) {
        guard let order = registry.begin(claimed, isFresh: isFresh) else { return }
        jobs.continuation.yield(.run(claimed, mode, order))
    }

    /// Passes the wish to end attempts on to whoever runs them.
    func obey(_ cancellations: [WorkReply.Cancellation]) {
        for cancellation in cancellations {
            let key = AttemptKey(run: cancellation.runID, attempt: cancellation.attempt)
            registry.order(of: key)?.give(.cancelled(cancellation.request))
        }
    }

    /// Passes other wishes about attempts on to whoever runs them.
    func obey(_ requests: [WorkReply.Request]) {
        for wish in requests {
            registry.order(of: AttemptKey(run: wish.runID, attempt: wish.attempt))?.ask(wish.request)
        }
    }

    /// Sleeps; false when the surrounding task was cancelled.
    func pause(_ time: Duration) async -> Bool {
        do {
            try await clock.sleep(for: time)
            return true
        } catch {
            return false
        }
    }
}
