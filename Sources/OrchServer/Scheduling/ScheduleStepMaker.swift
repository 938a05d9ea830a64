import OrchModel
import OrchStore
import TimeZones

/// Turns what was decided about a schedule into what the store is to do.
struct ScheduleStepMaker: Sendable {
    let runs: ScheduledRunMaker
    var zones = ZoneDatabase.system

    /// How long a schedule rests that cannot be followed, such as one whose time zone cannot be read.
    static let rest = Duration.seconds(60)

    /// What is to be done about a schedule; where that cannot be said it rests, and `problem` says why.
    ///
    /// - Throws: what concerns all schedules: the store is not available, or the task is cancelled.
    func step(
        for due: DueSchedule, at now: Timestamp
    ) async throws -> (step: ScheduleStep, problem: String?) {
        do {
            return (try await step(of: due, at: now), nil)
        } catch let error as CancellationError {
            throw error
        } catch let error as StoreError where error.isPassing {
            throw error
        } catch {
            var step = ScheduleStep(due.schedule, at: now)
            step.nextAt = now + Self.rest
            return (step, "\(error)")
        }
    }

    private func step(of due: DueSchedule, at now: Timestamp) async throws -> ScheduleStep {
        let schedule = due.schedule
        var step = ScheduleStep(schedule, at: now)
        let timetable = try schedule.spec.timetable(in: zones)
        let decision = ScheduleDecision(due, timetable, at: now)
        (step.nextAt, step.pauseReason) = (decision.next, decision.pauseReason)
        for slot in decision.slots {
            step.cursor = slot.fire.slot
            switch slot.fate {
            case .skip(let reason): step.skip(slot.fire.slot, reason)
            case .run(let isMissed):
                try await make(slot, of: due, timetable, isMissed: isMissed, in: &step)
                guard let limit = schedule.spec.pauseAfterFailures, step.failures >= limit else { continue }
                step.pauseReason =
                    "\(step.failures == 1 ? "a slot" : "\(step.failures) slots in a row") could make no run"
                return step
            }
        }
        let makesRun = step.slots.contains { $0.draft != nil }
        if makesRun, !decision.cancels.isEmpty {
            step.ending = ending(of: decision.cancels, for: schedule.spec, at: now)
        }
        return step
    }

    private func ending(
        of runs: [DueSchedule.OpenRun], for spec: ScheduleSpec, at now: Timestamp
    ) -> ScheduleStep.Ending {
        let request = CancellationRequest(
            by: "schedule \(spec.slug), whose next slot has come (\(spec.overlap.rawValue))", at: now,
            isImmediate: spec.overlap == .terminateOther ? true : nil)
        return ScheduleStep.Ending(runs: runs.map(\.id), request: request)
    }

    private func make(
        _ slot: ScheduleDecision.Slot, of due: DueSchedule, _ timetable: Timetable, isMissed: Bool,
        in step: inout ScheduleStep
    ) async throws {
        do {
            let draft = try await runs.draft(slot, of: due, timetable, isMissed: isMissed, at: step.at)
            let record = ScheduleSlotRecord(
                first: slot.fire.slot, last: slot.fire.slot, count: 1, outcome: .run,
                reason: isMissed ? "made up for: \(slot.obstacle)" : nil, runID: draft.run.id,
                at: step.at)
            step.slots.append(ScheduleStep.Slot(record: record, draft: draft))
            step.failures = 0
        } catch let failure as APIFailure {
            let details = failure.fault.details.isEmpty ? "" : ": " + failure.fault.details.joined(separator: "; ")
            step.skip(slot.fire.slot, "it could make no run: \(failure.fault.message)\(details)")
            step.failures += 1
        }
    }
}

extension ScheduleStep {
    /// Nothing is done yet.
    fileprivate init(_ schedule: StoredSchedule, at now: Timestamp) {
        self.init(
            schedule: schedule.id, revision: schedule.revision, cursor: nil, nextAt: nil, failures: schedule.failures,
            pauseReason: nil, slots: [], at: now)
    }

    /// Adds a slot that is skipped, to those before it where they have the same reason.
    fileprivate mutating func skip(_ slot: ScheduleSlot, _ reason: String) {
        if let last = slots.indices.last, slots[last].record.outcome == .skipped, slots[last].record.reason == reason {
            slots[last].record.last = slot
            slots[last].record.count += 1
            return
        }
        slots.append(
            Slot(
                record: ScheduleSlotRecord(
                    first: slot, last: slot, count: 1, outcome: .skipped, reason: reason, at: at)))
    }
}
