import OrchModel
import OrchStore

/// Makes the run of a slot.
struct ScheduledRunMaker: Sendable {
    let maker: RunMaker

    /// The run of a slot, which is not kept yet.
    ///
    /// - Throws: ``APIFailure`` where its parameters do not fit, or a block is missing.
    func draft(
        _ slot: ScheduleDecision.Slot, of due: DueSchedule, _ timetable: Timetable, isMissed: Bool, at now: Timestamp
    ) async throws -> RunDraft {
        let spec = due.schedule.spec
        var request = FlowRunRequest(
            deployment: due.deployment.deployment.fullName, parameters: spec.parameters,
            dataInterval: timetable.dataInterval(of: slot.fire))
        request.scheduledFor = slot.due
        var draft = try await maker.draft(request, of: due.deployment, by: "schedule \(spec.slug)", at: now)
        let scheduled = ScheduledSlot(scheduleID: due.schedule.id, slug: spec.slug, slot: slot.fire.slot)
        draft.run.schedule = scheduled
        draft.run.idempotencyKey = scheduled.key
        draft.run.state.message =
            "made by schedule \(spec.slug) for \(slot.fire.localText)\(isMissed ? ", which was missed" : ""); "
            + draft.run.state.message
        // What comes late has as much time as what comes in time.
        if isMissed, let deadline = draft.launch.policy?.deadlineSeconds {
            let late = max(0, (now - slot.due).components.seconds)
            draft.launch.policy?.deadlineSeconds = deadline + Double(late)
        }
        return draft
    }
}
