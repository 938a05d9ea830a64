import ArgumentParser
import OrchModel

/// Schedules on the terminal.
enum ScheduleText {
    /// What names a schedule on the command line.
    static let argument: ArgumentHelp = "The schedule: DEPLOYMENT/SCHEDULE, FLOW/DEPLOYMENT/SCHEDULE, or its id."

    /// `active`, `paused (by user admin)`.
    static func state(_ schedule: Schedule) -> String {
        guard schedule.isActive else {
            return "paused" + (schedule.pauseReason.map { " (\(TerminalText.harmless($0)))" } ?? "")
        }
        return schedule.isDeploymentPaused ? "its deployment is paused" : "active"
    }

    /// Schedules, a line each.
    static func list(_ schedules: [ListedSchedule]) -> String {
        Table(
            header: ["SCHEDULE", "RULE", "ZONE", "STATE", "NEXT", "NEXT (UTC)"],
            rows: schedules.map { listed in
                guard let schedule = listed.readable else {
                    return [listed.fullName, "-", "-", "cannot be read", "-", "-"].map(TerminalText.harmless)
                }
                return [
                    schedule.fullName, schedule.spec.rule.description, schedule.spec.timezone, state(schedule),
                    schedule.next?.local ?? "none", schedule.next?.instant.brief ?? "none",
                ].map(TerminalText.harmless)
            }, empty: "No schedules yet. Make one: orch schedule create DEPLOYMENT --cron '0 7 2 * *'"
        ).text
    }

    /// What is said below the slots of a schedule that is paused now; nil where it is not.
    static func pauseNote(_ schedule: Schedule) -> String? {
        guard !schedule.isActive || schedule.isDeploymentPaused else { return nil }
        let what = schedule.isActive ? "Its deployment is paused" : "It is \(state(schedule))"
        return "\(what): what becomes of the slots that pass meanwhile is decided when it goes on.\n"
    }

    /// A schedule on one screen.
    static func summary(_ schedule: Schedule) -> String {
        let spec = schedule.spec
        let window = ScheduleSpec.text(ofSeconds: spec.catchupWindowSeconds ?? ScheduleSpec.catchupWindowDefault)
        let parameters = spec.parameters.isEmpty ? nil : JSONValue.object(spec.parameters).jsonText
        let facts: [(String, String?)] = [
            ("Schedule", schedule.fullName),
            ("Id", "\(schedule.id)"),
            ("Rule", spec.rule.description),
            ("Zone", spec.timezone),
            ("State", state(schedule)),
            ("Next", schedule.next.map { "\($0.local) (\($0.instant.brief) UTC)" } ?? "none"),
            ("Next data", schedule.next?.dataInterval.map { "\($0.start.brief) to \($0.end.brief) UTC" }),
            ("Clocks", schedule.next?.note),
            ("Last slot", schedule.lastSlot?.description),
            ("Starts", spec.starts?.description),
            ("Ends", spec.ends?.description),
            ("Jitter", spec.jitterSeconds.map { "up to \($0) s" }),
            ("Missed", "\(spec.missed.rawValue), within \(window)\(spec.catchup ? ", from the start on" : "")"),
            ("Overlap", spec.overlap.rawValue + (spec.maxQueued.map { ", \($0) may wait" } ?? "")),
            ("Pauses after", spec.pauseAfterFailures.map { "\($0) failures in a row" }),
            ("Failures", schedule.failures > 0 ? "\(schedule.failures) slots in a row could make no run" : nil),
            ("Parameters", parameters),
        ]
        return Table.facts(facts.map { ($0, $1.map(TerminalText.harmless)) })
    }

    /// Slots to come.
    static func previews(_ previews: [SchedulePreview], zone: String) -> String {
        Table(
            header: [zone.uppercased(), "UTC", "DATA FROM (UTC)", "NOTE"],
            rows: previews.map {
                [$0.local, $0.instant.brief, $0.dataInterval?.start.brief ?? "", $0.note ?? ""]
            }, empty: "It fires no more."
        ).text
    }

    /// What became of slots.
    static func slots(_ slots: [ScheduleSlotRecord]) -> String {
        Table(
            header: ["SLOT", "SLOTS", "OUTCOME", "RUN", "STATE", "WHY"],
            rows: slots.map { slot in
                let span = slot.first == slot.last ? "\(slot.first.local)" : "\(slot.first.local) to \(slot.last.local)"
                let run = slot.runName ?? slot.runID.map { "\($0) (removed)" } ?? ""
                return [
                    span, slot.count == 0 ? "many" : "\(slot.count)", slot.outcome.rawValue, run, slot.runState ?? "",
                    slot.reason ?? "",
                ].map(TerminalText.harmless)
            }, empty: "No slot has come yet."
        ).text
    }
}
