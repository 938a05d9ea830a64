public import TimeZones

/// A schedule's slots in the order in which they come: its rule, followed by the clocks of its zone.
///
/// Where clocks are put forward over a slot it comes as much later; one that would then come with another slot of the same
/// schedule is left out. Where they are put back over a slot it comes once, at the first of the two times, unless the rule fires at the
/// same minutes of every hour: then it comes in each hour that passes. Intervals that are not whole days do not follow
/// clocks at all: they are elapsed time.
public struct Timetable: Sendable {
    let recurrence: Recurrence
    let zone: ZoneRules
    /// Seconds since 1970, the first slot's bound; nil = none.
    let starts: Int64?
    /// Seconds since 1970 of the first instant that no slot may have; nil = none.
    let ends: Int64?

    enum Recurrence: Sendable {
        case local(any LocalRecurrence)
        /// Every so many seconds from an instant on.
        case elapsed(Int64, anchor: Int64)
    }

    /// Compiles a schedule.
    ///
    /// - Parameters:
    ///   - spec: the schedule.
    ///   - zone: the rules of its `timezone`.
    /// - Throws: ``ScheduleProblem`` where the rule is none, or never fires.
    public init(_ spec: ScheduleSpec, zone: ZoneRules) throws(ScheduleProblem) {
        self.zone = zone
        starts = spec.starts.map { $0.firstSecond(in: zone) }
        ends = spec.ends.map { $0.firstSecond(in: zone) }
        switch spec.rule {
        case .cron(let text, let dayOr): recurrence = .local(try CronExpression(text, dayOr: dayOr))
        case .rrule(let text):
            recurrence = .local(
                try RecurrenceSet(text, zoneName: spec.timezone) { instant in
                    let second = instant.microseconds.flooredQuotient(1_000_000)
                    return LocalTime(seconds: second + zone.offset(at: second))
                })
        case .interval(let seconds, let anchor):
            guard (1...IntervalRule.longest).contains(Int64(seconds)) else {
                throw ScheduleProblem(
                    "interval: expected 1 to \(IntervalRule.longest) seconds (ten years), got \(seconds)")
            }
            let anchor = anchor ?? .local(RecurrenceSet.standardStart)
            let first = anchor.firstSecond(in: zone)
            if seconds % 86_400 == 0 {
                var local = LocalTime(seconds: first + zone.offset(at: first))
                if case .local(let time) = anchor { local = time }
                recurrence = .local(IntervalRule(days: Int64(seconds / 86_400), anchor: local))
            } else {
                recurrence = .elapsed(Int64(seconds), anchor: first)
            }
        }
    }

    /// The first slot that comes after an instant; nil where there is none any more.
    public func next(after instant: Timestamp) -> ScheduleFire? {
        var second = instant.microseconds.flooredQuotient(1_000_000)
        if let starts { second = max(second, starts - 1) }
        guard let fire = following(second) else { return nil }
        if let ends, fire.instant.microseconds >= ends * 1_000_000 { return nil }
        return fire
    }

    /// The last slot that comes before an instant; nil where there is none.
    public func previous(before instant: Timestamp) -> ScheduleFire? {
        var second = instant.microseconds.flooredQuotient(1_000_000)
        if instant.microseconds.flooredRemainder(1_000_000) > 0 { second += 1 }
        if let ends { second = min(second, ends) }
        guard let fire = preceding(second) else { return nil }
        if let starts, fire.instant.microseconds < starts * 1_000_000 { return nil }
        return fire
    }

    /// The span of data that a slot's run is about: from the slot before it, also where that is none of the schedule's because it
    /// begins later, to the slot itself; nil for a single date with none before it.
    public func dataInterval(of fire: ScheduleFire) -> DataInterval? {
        let second = fire.instant.microseconds.flooredQuotient(1_000_000)
        return preceding(second).map { DataInterval(start: $0.instant, end: fire.instant) }
    }

    /// When a slot comes by the zone's rules of today.
    public func instant(of slot: ScheduleSlot) -> Timestamp {
        let second: Int64
        switch zone.instants(ofWall: slot.local.seconds) {
        case .once(let instant): second = instant
        case .twice(let first, let other): second = slot.fold == 0 ? first : other
        case .skipped(_, let before, _): second = slot.local.seconds - before
        }
        return Timestamp(microseconds: second * 1_000_000)
    }
}

extension ScheduleMoment {
    /// Its second since 1970, rounded up.
    func firstSecond(in zone: ZoneRules) -> Int64 {
        switch self {
        case .local(let time): zone.instant(ofWall: time.seconds)
        case .instant(let instant): -(-instant.microseconds).flooredQuotient(1_000_000)
        }
    }
}
