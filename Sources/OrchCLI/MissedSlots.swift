import OrchModel

/// What becomes of the slots that a schedule missed while its deployment was paused, told to whoever resumes it.
struct MissedSlots {
    private let schedule: Schedule
    private let first: ScheduleSlot
    private let last: ScheduleSlot
    private let isSkipping: Bool

    /// - Parameters:
    ///   - schedule: as it stood before its deployment was resumed.
    ///   - isSkipping: whether they are to be skipped, whatever its policy says.
    /// - Returns: nil where it missed none, or is paused itself.
    init?(_ schedule: Schedule, isSkipping: Bool, at now: Timestamp) {
        guard schedule.isActive, let timetable = try? schedule.spec.timetable(),
            let last = timetable.previous(before: now + .microseconds(1))
        else { return nil }
        let after = schedule.lastSlot.map(timetable.instant) ?? schedule.updatedAt
        guard last.instant > after, let first = timetable.next(after: after) else { return nil }
        (self.schedule, self.isSkipping) = (schedule, isSkipping)
        (self.first, self.last) = (first.slot, last.slot)
    }

    /// One line.
    var text: String { "  \(TerminalText.harmless(schedule.spec.slug)): \(fate)\n" }

    private var fate: String {
        let span = first == last ? "its slot \(last.local)" : "its slots from \(first.local) to \(last.local)"
        if isSkipping { return "\(span) \(first == last ? "is" : "are") skipped" }
        switch schedule.spec.missed {
        case .latest: return "a run starts for its slot \(last.local) (missed: latest); --skip-missed would have none"
        case .all: return "runs start for \(span) (missed: all), as far back as its catch-up window"
        case .none: return "\(span) \(first == last ? "makes no run" : "make no runs") (missed: none)"
        }
    }
}
