import OrchModel
import OrchStore
import TimeZones

/// Turns what was decided about a schedule into what the store is to do.
struct ScheduleStepMaker: Sendable {
    let runs: ScheduledRunMaker
    var zones = ZoneDatabase.system

    /// How long a schedule rests whose time zone cannot be read.
    private static let rest = Duration.seconds(60)

    /// A step, and the runs that are to end before it is taken.
    ///
    /// - Throws: what the store throws; never because of the schedule itself.
    func step(
        for due: DueSchedule, at now: Timestamp
    ) async throws -> (step: ScheduleStep, cancels: [DueSchedule.OpenRun], problem: String?) {
        let schedule = due.schedule
        var step = ScheduleStep(
            schedule: schedule.id, revision: schedule.revision, cursor: nil, nextAt: nil, failures: schedule.failures,
            pauseReason: nil, slots: [], at: now)
        let timetable: Timetable
        do throws(ScheduleProblem) {
            timetable = try schedule.spec.timetable(in: zones)
        } catch {
            step.nextAt = now + Self.rest
            return (step, [], error.description)
        }
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
                return (step, [], nil)
            }
        }
        let makesRun = step.slots.contains { $0.draft != nil }
        return (step, makesRun ? decision.cancels : [], nil)
    }

    private func make(
        _ slot: ScheduleDecision.Slot, of due: DueSchedule, _ timetable: Timetable, isMissed: Bool,
        in step: inout ScheduleStep
    ) async throws {
        do {
            let draft = try await runs.draft(slot, of: due, timetable, isMissed: isMissed, at: step.at)
            let record = ScheduleSlotRecord(
                first: slot.fire.slot, last: slot.fire.slot, count: 1, outcome: .run,
                reason: isMissed ? "made up for: nothing could start it at its time" : nil, runID: draft.run.id,
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
