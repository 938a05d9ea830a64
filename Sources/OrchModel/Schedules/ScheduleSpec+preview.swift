public import TimeZones

/// A slot to come, as people want to see it.
public struct SchedulePreview: Codable, Hashable, Sendable {
    /// The slot.
    public var slot: ScheduleSlot
    /// When it comes.
    public var instant: Timestamp
    /// The same with the zone's clocks: `2026-03-29T03:30+02:00`.
    public var local: String
    /// What its run is about; nil = nothing.
    public var dataInterval: DataInterval?
    /// How many seconds the zone's clocks are put forward on its day; negative = back, nil = they are not.
    public var clockChange: Int64?
    /// What that has to do with the slot itself.
    public var clocks: ScheduleFire.Clocks?

    /// A slot to come.
    public init(
        slot: ScheduleSlot, instant: Timestamp, local: String, dataInterval: DataInterval?, clockChange: Int64?,
        clocks: ScheduleFire.Clocks?
    ) {
        self.slot = slot
        self.instant = instant
        self.local = local
        self.dataInterval = dataInterval
        self.clockChange = clockChange
        self.clocks = clocks
    }

    /// What the change of clocks does, in words; nil where it does nothing that day.
    public var note: String? {
        guard let clockChange else { return nil }
        let length = TimeSpan(.seconds(abs(clockChange))).iso
        let day = clockChange > 0 ? "clocks go forward by \(length)" : "clocks go back by \(length)"
        return switch clocks {
        case .shifted: "\(day): \(slot.local) does not exist, shifted"
        case .first: "\(day): the first of two"
        case .second: "\(day): the second of two"
        case nil: day
        }
    }
}

extension ScheduleSpec {
    /// The slots to come.
    ///
    /// - Parameters:
    ///   - count: at most so many.
    ///   - instant: those after it.
    ///   - zones: where the time zone is looked up. Defaults to the system's.
    /// - Throws: ``ScheduleProblem``.
    public func preview(
        count: Int, after instant: Timestamp, in zones: ZoneDatabase = .system
    ) throws(ScheduleProblem) -> [SchedulePreview] {
        let timetable = try timetable(in: zones)
        var previews: [SchedulePreview] = []
        var last = instant
        while previews.count < count, let fire = timetable.next(after: last) {
            previews.append(timetable.preview(of: fire))
            last = fire.instant
        }
        return previews
    }
}

extension Timetable {
    /// A slot as people want to see it.
    public func preview(of fire: ScheduleFire) -> SchedulePreview {
        SchedulePreview(
            slot: fire.slot, instant: fire.instant, local: fire.localText, dataInterval: dataInterval(of: fire),
            clockChange: clockChange(on: fire), clocks: fire.clocks)
    }

    /// Seconds by which the clocks are put forward on a slot's day.
    private func clockChange(on fire: ScheduleFire) -> Int64? {
        let shown = LocalTime(seconds: fire.instant.microseconds.flooredQuotient(1_000_000) + fire.offset)
        let midnight = LocalTime(shown.day).seconds
        let begin = zone.instant(ofWall: midnight)
        // A change at the day's very beginning counts, one at its end is the next day's.
        let end = zone.instant(ofWall: midnight + 86_400) - 1
        let change = zone.offset(at: end) - zone.offset(at: begin - 1)
        return change == 0 ? nil : change
    }
}
