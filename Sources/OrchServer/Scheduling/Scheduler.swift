import Logging
import OrchModel
import OrchStore
import ServiceLifecycle

/// Makes the runs of schedules when their slots come.
///
/// Several controllers of one store may do so at once: of two steps for the same slots one is taken, and a slot's run has a key
/// of which there is one. Schedules that are not due are not looked at.
struct Scheduler: Service {
    let store: any Store
    let steps: ScheduleStepMaker
    let canceller: RunCanceller
    let logger: Logger
    var time = ServerTime.system

    /// So many schedules are moved on in one transaction.
    static let batch = 500
    /// The longest from one look to the next: what somebody changed, and a clock that was put forward, is seen after that.
    static let longestPause = Duration.seconds(1)
    /// The shortest, where there was nothing to do.
    private static let shortestPause = Duration.milliseconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown { await keepLooking() }
    }

    /// Looks again and again until the surrounding task is cancelled.
    func keepLooking() async {
        while !Task.isCancelled {
            let pause = await look()
            guard (try? await time.sleep(pause)) != nil else { return }
        }
    }

    /// Moves on whatever is due; returns how long nothing will be.
    @discardableResult
    func look() async -> Duration {
        do {
            // Whoever does not get on is not asked for ever.
            while !Task.isCancelled, try await moveOn() {}
            guard let next = try await store.nextScheduleLook() else { return Self.longestPause }
            return min(Self.longestPause, max(Self.shortestPause, next - time.now()))
        } catch {
            logger.error("schedules could not be looked at; trying again", metadata: ["error": "\(error)"])
            return Self.longestPause
        }
    }

    /// Moves on a batch.
    ///
    /// - Returns: whether there may be more.
    private func moveOn() async throws -> Bool {
        let now = time.now()
        let due = try await store.dueSchedules(at: now, limit: Self.batch)
        try await rest(due.unreadable, at: now)
        var steps: [ScheduleStep] = []
        for schedule in due.readable {
            let (step, problem) = try await self.steps.step(for: schedule, at: now)
            if let problem { log(problem, of: "\(schedule.schedule.id)") }
            if let reason = step.pauseReason {
                logger.warning(
                    "a schedule pauses itself",
                    metadata: ["schedule": "\(schedule.schedule.id)", "reason": "\(reason)"])
            }
            steps.append(step)
        }
        var hasMoved = !due.unreadable.isEmpty
        if try await take(steps.filter { $0.ending == nil }, at: now) { hasMoved = true }
        // What ends runs may wait for whoever changes them, and is to hold up no other schedule meanwhile.
        for step in steps where step.ending != nil {
            if try await take([step], at: now) { hasMoved = true }
        }
        return hasMoved
    }

    /// Passes over schedules for a while.
    private func rest(_ unreadable: [RestingSchedule], at now: Timestamp) async throws {
        guard !unreadable.isEmpty else { return }
        for schedule in unreadable { log(schedule.reason, of: schedule.id) }
        try await store.restSchedules(unreadable.map(\.id), until: now + ScheduleStepMaker.rest)
    }

    private func log(_ problem: String, of schedule: String) {
        logger.error(
            "a schedule cannot be followed; trying again", metadata: ["schedule": "\(schedule)", "error": "\(problem)"])
    }

    /// Takes steps; false where none was. One that cannot be taken, as a run's row cannot be read, holds up no other: it rests.
    private func take(_ steps: [ScheduleStep], at now: Timestamp) async throws -> Bool {
        guard !steps.isEmpty else { return false }
        do {
            let outcome = try await store.take(steps, at: now)
            canceller.tell(of: outcome.cancelled)
            for step in steps where outcome.taken.contains(step.schedule) { canceller.metrics.movedOn(step) }
            return !outcome.taken.isEmpty
        } catch let error as StoreError {
            guard case .corrupt = error else { throw error }
            if steps.count == 1 {
                let id = "\(steps[0].schedule)"
                log("\(error)", of: id)
                try await store.restSchedules([id], until: now + ScheduleStepMaker.rest)
                return true
            }
            var hasMoved = false
            for step in steps where try await take([step], at: now) { hasMoved = true }
            return hasMoved
        }
    }
}
