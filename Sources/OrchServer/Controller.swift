import Hummingbird
package import Logging
package import OrchModel
import OrchStore
import ServiceLifecycle
import Synchronization

/// The controller: the API over a store, the keeper of leases, and the waking of those who wait.
///
/// A `Service`: run it in a `ServiceGroup`. On graceful shutdown it answers what waits, then closes its store.
package final class Controller: Service, Sendable {
    /// The token that may use every route.
    package let adminToken: Secret
    /// The token for agents.
    package let agentToken: Secret
    /// The identity that containers of this controller are labelled with.
    package let instance: Identifier

    let endpoints: [Endpoint]
    let wakeups: Wakeups
    let store: any Store
    let desk: WorkDesk
    let metrics: ControllerMetrics
    let retention: RetentionKeeper
    let canceller: RunCanceller
    let scheduler: Scheduler
    private let configuration: OrchServerConfiguration
    private let directory: DataDirectory
    private let clock: StoreClock
    private let time: ServerTime
    private let logger: Logger
    private let address = BoundAddress()

    /// Opens the data directory and the store, and creates bootstrap blocks; the first start makes keys and tokens.
    ///
    /// - Parameter wallClock: this host's clock. Defaults to the system's.
    /// - Throws: ``OrchServerError`` where a setting, a file or the bootstrap is at fault; the store's error where the
    ///   database cannot be used.
    package static func open(
        _ configuration: OrchServerConfiguration, logger: Logger,
        wallClock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) async throws -> Controller {
        try configuration.validate()
        let directory = try DataDirectory(configuration)
        for remark in directory.remarks { logger.warning("\(remark)") }
        let store = try await open(configuration, in: directory)
        guard try await store.isSealed(withKey: directory.keys.identifier) else {
            try await store.close()
            throw OrchServerError.otherKey(path: directory.keyPath)
        }
        let clock = StoreClock(store: store, own: wallClock, logger: logger)
        try await clock.compare()
        let vault = BlockVault(store: store, keys: directory.keys)
        if let path = configuration.bootstrapBlocks {
            for key in try await BootstrapBlocks.read(path).create(in: vault, path: path, at: clock.now()) {
                logger.info("block created", metadata: ["block": "\(key)"])
            }
        }
        return Controller(configuration, directory, store, store.instance(), vault, clock, logger)
    }

    /// What time it is for this controller.
    func now() -> Timestamp { clock.now() }

    /// Opens the store: the database of a URL, or the data directory's own.
    private static func open(
        _ configuration: OrchServerConfiguration, in directory: DataDirectory
    ) async throws -> RelationalStore {
        let limit = configuration.logLimit
        guard let url = configuration.databaseURL else {
            return try await RelationalStore.openSQLite(path: directory.databasePath, logLimit: limit)
        }
        return try await RelationalStore.openPostgres(url: url.reveal(), logLimit: limit)
    }

    private init(
        _ configuration: OrchServerConfiguration, _ directory: DataDirectory, _ store: any Store,
        _ instance: Identifier, _ vault: BlockVault, _ clock: StoreClock, _ logger: Logger
    ) {
        self.configuration = configuration
        self.directory = directory
        self.store = store
        self.instance = instance
        self.logger = logger
        (adminToken, agentToken) = (directory.adminToken, directory.agentToken)
        let time = ServerTime(now: clock.now, uptime: ServerTime.system.uptime, sleep: ServerTime.system.sleep)
        (self.clock, self.time) = (clock, time)
        let wakeups = Wakeups()
        self.wakeups = wakeups
        store.whenWoken { queues in for queue in queues.sorted() { wakeups.signal(.queue(queue)) } }
        let metrics = ControllerMetrics(startedAt: time.now())
        self.metrics = metrics
        let tasks = AgentTaskBoard(store: store, wakeups: wakeups, time: time)
        let keys = directory.keys
        let registry = DeploymentRegistry(store: store, keys: keys)
        let apiURL = configuration.containerAPIURL ?? "http://host.docker.internal:\(configuration.port)"
        let claims = ClaimAssembler(store: store, keys: keys, vault: vault, instance: instance, apiURL: apiURL)
        let slots = SlotDesk(
            store: store, wakeups: wakeups, recheck: configuration.recheck, logger: logger, time: time)
        desk = WorkDesk(
            store: store, keys: keys, wakeups: wakeups, tasks: tasks, claims: claims, slots: slots,
            delivery: WishDelivery(), lease: configuration.lease, recheck: configuration.recheck,
            metrics: metrics, logger: logger, time: time)
        let retention = RetentionKeeper(
            store: store, policy: configuration.retention, metrics: metrics, logger: logger, now: clock.now)
        self.retention = retention
        let maker = RunMaker(store: store, keys: keys, deployments: registry)
        let canceller = RunCanceller(store: store, wakeups: wakeups, metrics: metrics)
        self.canceller = canceller
        scheduler = Scheduler(
            store: store, steps: ScheduleStepMaker(runs: ScheduledRunMaker(maker: maker)), canceller: canceller,
            logger: logger, time: time)
        endpoints =
            ServerRoutes(instance: instance, readiness: Readiness(store: store, logger: logger)).endpoints
            + MetricsRoutes(
                store: store, metrics: metrics, isPublic: configuration.hasPublicMetrics, now: clock.now
            ).endpoints
            + DeploymentRoutes(store: store, registry: registry, canceller: canceller).endpoints
            + ScheduleRoutes(store: store, registry: registry).endpoints
            + FlowRunRoutes(
                store: store, wakeups: wakeups, maker: maker, canceller: canceller, retention: retention,
                heartbeat: configuration.recheck
            ).endpoints
            + BackfillRoutes(
                desk: BackfillDesk(store: store, maker: maker, canceller: canceller, wakeups: wakeups)
            ).endpoints
            + RetryRoutes(store: store, keys: keys, wakeups: wakeups).endpoints
            + ChildRoutes(
                store: store, wakeups: wakeups, maker: maker, metrics: metrics, recheck: configuration.recheck,
                time: time
            ).endpoints
            + AssetRoutes(store: store).endpoints
            + ArtifactRoutes(store: store).endpoints
            + CacheRoutes(store: store).endpoints
            + ConcurrencyRoutes(store: store, slots: slots).endpoints
            + SensorRoutes(store: store, registry: registry).endpoints
            + RetentionRoutes(store: store, keeper: retention).endpoints
            + BlockRoutes(vault: vault).endpoints
            + AgentRoutes(store: store, tasks: tasks, claims: claims, wakeups: wakeups).endpoints
            + WorkQueueRoutes(store: store).endpoints
            + RunLimitRoutes(store: store).endpoints
            + DeploymentCheckRoutes(check: ImageCheck(store: store, tasks: tasks, vault: vault)).endpoints
            + WorkRoutes(desk: desk).endpoints
    }

    /// The HTTP application with the services that belong to it.
    var application: Application<RouterResponder<APIContext>> {
        let router = Router(context: APIContext.self)
        let authenticator = Authenticator(
            adminToken: adminToken, agentToken: agentToken, keys: directory.keys, store: store)
        router.add(middleware: RequestMeter(metrics: metrics))
        router.add(middleware: Gate(endpoints: endpoints, authenticator: authenticator))
        let now = time.now
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                // The gate has let it pass, so it is somebody's, or the route is open to anybody.
                let principal = context.principal ?? .nobody
                let call = APICall(
                    request: request, context: context, principal: principal, bodyLimit: endpoint.bodyLimit,
                    known: endpoint.query, now: now)
                try call.checkQuery()
                return try await endpoint.handler(call)
            }
        }
        let keeper = LeaseKeeper(
            store: store, wakeups: wakeups, lease: configuration.lease, grace: configuration.lostClaimGrace,
            metrics: metrics, logger: logger, time: time)
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "orch"),
            services: [
                scheduler, keeper, DeadlineKeeper(store: store, canceller: canceller, logger: logger, time: time),
                retention, clock,
                WakeupRelay(store: store, wakeups: wakeups, logger: logger),
            ],
            onServerRunning: { [address] channel in address.set(channel.localAddress?.port) }, logger: logger)
    }

    /// Serves until the surrounding group shuts down.
    package func run() async throws {
        do {
            try await application.run()
        } catch {
            address.set(nil)
            try await store.close()
            // The server library's error type is not ours to import; its text is the system's own.
            guard "\(error)".contains("Address already in use") else { throw error }
            throw OrchServerError.addressInUse(host: configuration.host, port: configuration.port)
        }
        try await store.close()
    }

    /// The server's address, such as `http://127.0.0.1:4200`, once it listens; nil where it could not.
    package func listening() async -> String? {
        guard let port = await address.port() else { return nil }
        let host = ["0.0.0.0", "::"].contains(configuration.host) ? "127.0.0.1" : configuration.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
