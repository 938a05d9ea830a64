import Logging
import OrchModel
import OrchStore
import ServiceLifecycle
import Synchronization

/// Removes what is kept no longer, in small transactions with pauses between them, and gives the space back.
///
/// Of controllers that share a store, one is at it at a time; where it goes away another one goes on a minute later.
final class RetentionKeeper: Service {
    let store: any Store
    let policy: RetentionPolicy
    let metrics: ControllerMetrics
    let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let holder = "controller \(Identifier.new())"
    private let waiter = Waiter()
    private let isAsked = Mutex(false)

    /// From the end of a pass to the next one.
    private static let interval = Duration.seconds(3600)
    /// From one look whether a pass is due to the next; also how long a controller that went away holds others up.
    private static let look = Duration.seconds(60)
    /// A step is made smaller or larger until its transaction takes about so long.
    private static let stepGoal = Duration.milliseconds(20)
    /// The fewest and the most rows of a step.
    private static let rows = 20...5_000

    init(
        store: any Store, policy: RetentionPolicy, metrics: ControllerMetrics, logger: Logger,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.now = now
        self.store = store
        self.policy = policy
        self.metrics = metrics
        self.logger = logger
    }

    /// Has a pass begin at once; returns without waiting for it.
    func ask() {
        isAsked.withLock { $0 = true }
        waiter.signal()
    }

    func run() async throws {
        // A vacuum of a large table is cut short: the server's own will do it.
        await cancelWhenGracefulShutdown { await self.passWhenDue() }
    }

    private func passWhenDue() async {
        while !waiter.isClosed {
            await waiter.wait(atMost: Self.look)
            guard !waiter.isClosed else { return }
            let wasAsked = isAsked.withLock { asked in
                defer { asked = false }
                return asked
            }
            do {
                let last = try await store.lastRetention()?.endedAt
                guard wasAsked || last.map({ now() - $0 >= Self.interval }) ?? true else { continue }
                try await pass()
            } catch {
                guard !Task.isCancelled else { return }
                logger.error("retention could not go on; trying again", metadata: ["error": "\(error)"])
            }
        }
    }

    /// One pass, from its beginning to its end.
    ///
    /// - Returns: what it removed; nil where another controller is at it, or the server stops.
    @discardableResult
    func pass(at start: Timestamp? = nil) async throws -> RetentionRemovals? {
        let rules = RetentionRules(policy, at: start ?? now())
        // Nobody else removes anything from here on, so what is found too much is so until it is removed here.
        guard try await store.beginRetention(by: holder, until: now() + Self.look, at: now()) else { return nil }
        var survey = try await store.survey(rules)
        let (excess, excessResults) = (survey.excessBytes, survey.excessResultBytes)
        var removed = RetentionRemovals()
        var rows = Self.rows.lowerBound * 5
        var longest = Duration.zero
        var told = ContinuousClock.now
        steps: while !waiter.isClosed {
            let begin = ContinuousClock.now
            let now = now()
            let step = try await store.retire(
                RetentionTurn(
                    rules: rules, survey: survey, holder: holder, heldUntil: now + Self.look, rows: rows, at: now))
            let took = ContinuousClock.now - begin
            longest = max(longest, took)
            switch step {
            case .held: return nil
            case .removed(let more), .done(let more):
                removed += more
                metrics.retired(more, took: took)
                survey.excessBytes = max(0, excess - removed.logBytes)
                survey.excessResultBytes = max(0, excessResults - removed.resultBytes)
                if case .done = step { break steps }
            }
            if ContinuousClock.now - told > .seconds(10) {
                told = .now
                logger.info("retention goes on", metadata: metadata(of: removed, longest))
            }
            if took > Self.stepGoal { rows = max(Self.rows.lowerBound, rows / 2) }
            if took < Self.stepGoal / 2 { rows = min(Self.rows.upperBound, rows * 2) }
            // Claims and reports get at least as much time as this takes.
            await waiter.wait(atMost: max(.milliseconds(5), took))
        }
        guard !waiter.isClosed else { return nil }
        try await store.endRetention(by: holder, RetentionPass(endedAt: now(), removed: removed))
        let freed = try await giveBackSpace(removed)
        guard removed != RetentionRemovals() else { return removed }
        var fields = metadata(of: removed, longest)
        fields["freed"] = "\(freed)"
        logger.notice("retention has removed what is kept no longer", metadata: fields)
        return removed
    }

    /// Gives back what removed rows took up; returns the bytes by which the database is smaller.
    private func giveBackSpace(_ removed: RetentionRemovals) async throws -> Int64 {
        guard removed.runs + removed.logsByAge + removed.logsBySize + removed.results > 0 else { return 0 }
        var freed: Int64 = 0
        while !waiter.isClosed {
            let begin = ContinuousClock.now
            let step = try await store.giveBackSpace()
            freed += step.bytes
            guard step.hasMore else { break }
            await waiter.wait(atMost: max(.milliseconds(5), ContinuousClock.now - begin))
        }
        return freed
    }

    private func metadata(of removed: RetentionRemovals, _ longest: Duration) -> Logger.Metadata {
        [
            "runs": "\(removed.runs)", "logs": "\(removed.logsByAge + removed.logsBySize)",
            "bytes": "\(removed.logBytes)", "agents": "\(removed.agents)", "results": "\(removed.results)",
            "backfills": "\(removed.backfills)", "longestStep": "\(longest)",
        ]
    }
}
