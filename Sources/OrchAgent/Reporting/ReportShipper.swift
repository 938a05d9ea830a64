import Logging
import OrchInfrastructure
import OrchModel
import Synchronization

/// Sends what is seen of one attempt: at once after a pause, else together with what came meanwhile.
///
/// Between two reports lies ``ReportLimits/interval``, unless there is a hurry: a flow that prints a line now and then would
/// cost a report for each.
/// While the controller is away everything is kept and tried again for ever; what has no room stays with the engine.
final class ReportShipper: AttemptReporting {
    private struct State {
        var queue: ReportQueue
        var isSending = false
        var isFenced = false
        var isClosed = false
        var isFinishing = false
        var isOver = false

        var isIdle: Bool { queue.isEmpty && !isSending }
        var isInHurry: Bool { isClosed || isFinishing || isFenced || queue.isUrgent }
    }

    private let key: AttemptKey
    private let api: any ControllerAPI
    private let order: StopOrder
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let state: Mutex<State>
    private let gate = Gate()

    init(
        _ claimed: ClaimedRun, api: any ControllerAPI, order: StopOrder, limits: ReportLimits,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) {
        key = claimed.key
        self.api = api
        self.order = order
        interval = limits.interval
        self.clock = clock
        self.now = now
        self.logger = logger
        state = Mutex(State(queue: ReportQueue(token: claimed.token, limits: limits)))
    }

    func add(_ part: AttemptReport) {
        state.withLock { if !$0.isFenced { $0.queue.add(part) } }
        gate.open()
    }

    func room() async throws(CancellationError) {
        try await gate.wait { state.withLock { $0.queue.isFull && !$0.isFenced && !$0.isOver } }
    }

    func finish(_ last: AttemptReport) async throws(CancellationError) -> ReportReceipt {
        if let end = last.termination, end.launchFailed, order.reason == nil {
            logger.warning("the attempt could not be started", metadata: ["reason": "\(end.reason ?? "")"])
        }
        state.withLock { $0.isFinishing = true }
        add(last)
        try await gate.wait { state.withLock { !$0.isIdle && !$0.isFenced && !$0.isOver } }
        return try state.withLock { state throws(CancellationError) in
            if state.isFenced { return .fenced }
            guard state.isIdle else { throw CancellationError() }
            return .accepted
        }
    }

    /// Sends until ``close(within:)`` was called and nothing waits, or the attempt is another's, or the surrounding
    /// task is cancelled.
    func run() async {
        defer {
            state.withLock { $0.isOver = true }
            gate.open()
        }
        do throws(CancellationError) {
            while let report = try await next() {
                try await deliver(report)
                state.withLock { $0.isSending = false }
                gate.open()
                try await rest()
            }
        } catch {
            logger.debug("reports of the attempt stop", metadata: ["sent_all": "\(state.withLock { $0.isIdle })"])
        }
    }

    /// Takes nothing more and waits until everything was sent, no longer than `patience`.
    func close(within patience: Duration) async {
        state.withLock { $0.isClosed = true }
        gate.open()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [gate, self] in
                do { try await gate.wait { state.withLock { !$0.isOver } } } catch { logger.trace("not all is sent") }
            }
            group.addTask { [clock, logger] in
                do { try await clock.sleep(for: patience) } catch { logger.trace("all reports are sent") }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Lets lines gather, until there is a hurry.
    private func rest() async throws(CancellationError) {
        guard interval > .zero, !state.withLock({ $0.isInHurry }) else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [gate, self] in
                do { try await gate.wait { state.withLock { !$0.isInHurry } } } catch { logger.trace("rested") }
            }
            group.addTask { [clock, interval, logger] in
                do { try await clock.sleep(for: interval) } catch { logger.trace("there is a hurry") }
            }
            await group.next()
            group.cancelAll()
        }
        if Task.isCancelled { throw CancellationError() }
    }

    private func next() async throws(CancellationError) -> AttemptReport? {
        try await gate.wait { state.withLock { $0.queue.isEmpty && !$0.isClosed } }
        return state.withLock { state in
            guard !state.isFenced, let report = state.queue.next() else { return nil }
            state.isSending = true
            return report
        }
    }

    private func deliver(_ report: AttemptReport) async throws(CancellationError) {
        var reports = [report]
        var backoff = Backoff()
        var isFirst = true
        while let next = reports.first {
            do throws(ControllerFault) {
                try await api.send(next, run: key.run, attempt: key.attempt)
                reports.removeFirst()
                backoff.reset()
                isFirst = true
            } catch {
                switch ReportRefusal.remedy(for: error, of: next, attempt: key.attempt, at: now()) {
                case .tryAgain:
                    // Once a series: it may go on for hours.
                    logger.log(
                        level: isFirst ? .warning : .debug, "a report was not taken, trying again until it is",
                        metadata: ["reason": "\(error)"])
                    isFirst = false
                    let pause = backoff.next()
                    do { try await clock.sleep(for: pause) } catch { throw CancellationError() }
                case .sendInstead(let others):
                    logger.warning("a report was refused, sending it otherwise", metadata: ["reason": "\(error)"])
                    reports.replaceSubrange(..<1, with: others)
                case .fenced:
                    logger.warning("the attempt is no longer this agent's", metadata: ["reason": "\(error)"])
                    state.withLock { $0.isFenced = true }
                    order.give(.fenced)
                    gate.open()
                    throw CancellationError()
                case .giveUp:
                    throw CancellationError()
                }
            }
        }
    }
}
