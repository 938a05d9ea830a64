import Hummingbird
package import Logging
package import OrchModel
package import OrchStore

/// What a controller does about runs and agents, without HTTP around it: the work desk and the keeper of leases, on any
/// store and any clocks.
package struct WorkOffice: Sendable {
    private let desk: WorkDesk
    private let keeper: LeaseKeeper
    private let store: any Store
    private let wakeups: Wakeups
    private let time: ServerTime

    /// An office over `store`.
    ///
    /// - Parameters:
    ///   - secret: what tokens are derived from; offices of one store have the same.
    ///   - settings: of these the lease, the grace of lost claims and the recheck are used.
    package init(
        store: any Store, instance: Identifier, secret: [UInt8], settings: OrchServerConfiguration, time: ServerTime,
        logger: Logger
    ) {
        let (keys, wakeups, metrics) = (ServerKeys(secret: secret), Wakeups(), ControllerMetrics(startedAt: time.now()))
        let claims = ClaimAssembler(
            store: store, keys: keys, vault: BlockVault(store: store, keys: keys), instance: instance,
            apiURL: settings.containerAPIURL ?? "http://host.docker.internal:\(settings.port)")
        desk = WorkDesk(
            store: store, keys: keys, wakeups: wakeups,
            tasks: AgentTaskBoard(store: store, wakeups: wakeups, time: time),
            claims: claims,
            slots: SlotDesk(store: store, wakeups: wakeups, recheck: settings.recheck, logger: logger, time: time),
            delivery: WishDelivery(), lease: settings.lease, recheck: settings.recheck,
            metrics: metrics, logger: logger, time: time)
        keeper = LeaseKeeper(
            store: store, wakeups: wakeups, lease: settings.lease, grace: settings.lostClaimGrace, metrics: metrics,
            logger: logger, time: time)
        self.store = store
        self.wakeups = wakeups
        self.time = time
        store.whenWoken { queues in for queue in queues.sorted() { wakeups.signal(.queue(queue)) } }
    }

    /// Answers a poll; `gone` is given what to call when who polls has gone away.
    package func poll(_ poll: WorkPoll, gone: (@escaping @Sendable () -> Void) -> Void) async throws -> WorkReply {
        let waiter = Waiter(time: time)
        gone { waiter.close() }
        return try await desk.poll(poll, waiter: waiter)
    }

    /// The live attempts of an agent.
    package func held(by agent: String) async throws -> [ClaimedRun] { try await desk.held(by: agent) }

    /// Extends leases.
    package func renew(_ renewal: LeaseRenewal) async throws -> LeaseReply { try await desk.renew(renewal) }

    /// Notes that an agent's process ends.
    package func leave(_ farewell: AgentFarewell) async throws { try await desk.leave(farewell) }

    /// Applies a report.
    package func report(_ report: AttemptReport, run: Identifier, attempt: Int) async throws {
        try await desk.report(report, on: AttemptKey(runID: run, attempt: attempt))
    }

    /// Adds a run and wakes who waits for it.
    package func add(_ draft: RunDraft) async throws {
        try await store.createRun(draft)
        wakeups.signal(.queue(draft.run.workQueue))
    }

    /// Asks for the end of a run and wakes its agent.
    package func cancel(_ run: Identifier, by user: String) async throws {
        let request = CancellationRequest(by: user, at: time.now())
        guard case .requested(let run, let others) = try await store.requestCancellation(of: run, request) else {
            return
        }
        for agent in Set(([run] + others).compactMap(\.agent)).sorted() { wakeups.signal(.agent(agent)) }
    }

    /// Asks for another attempt of a run that has ended, and wakes who waits for it.
    package func retry(_ run: Identifier, _ request: RetryRequest, by user: String) async throws {
        guard case .requested(let run) = try await store.retry(request, of: run, by: user, at: time.now()) else {
            return
        }
        wakeups.signal(.queue(run.workQueue))
    }

    /// Looks after leases until the surrounding task is cancelled.
    package func keepLeases() async { await keeper.keepLooking() }

    /// The status and the code that a route answers with where one of these functions throws.
    package static func refusal(_ error: any Error) -> (status: Int, fault: APIFault) {
        guard let failure = error as? APIFailure else {
            return (500, APIFault(code: "internal", message: "the controller failed"))
        }
        return (failure.status.code, failure.fault)
    }
}
